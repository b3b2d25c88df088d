//! What is looked for among all tokens, as the address keeps it.

use std::fmt::Write as _;

use gatepass_model::{Access, InstanceName, TokenState};

/// For how long a token has not been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsedFilter {
    /// `7d`: not within the last seven days.
    NotForWeek,
    /// `30d`: not within the last thirty days.
    NotForMonth,
    /// `90d`: not within the last ninety days.
    NotForQuarter,
    /// `never`: not once.
    Never,
}

impl UsedFilter {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::NotForWeek, Self::NotForMonth, Self::NotForQuarter, Self::Never];

    /// As the address writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotForWeek => "7d",
            Self::NotForMonth => "30d",
            Self::NotForQuarter => "90d",
            Self::Never => "never",
        }
    }
}

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpiresFilter {
    /// `7d`: within the next seven days.
    WithinWeek,
    /// `30d`: within the next thirty days.
    WithinMonth,
    /// `expired`: it has ended so.
    Expired,
    /// `never`: not by itself.
    Never,
}

impl ExpiresFilter {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::WithinWeek, Self::WithinMonth, Self::Expired, Self::Never];

    /// As the address writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithinWeek => "7d",
            Self::WithinMonth => "30d",
            Self::Expired => "expired",
            Self::Never => "never",
        }
    }
}

/// What a list of tokens is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// `name`
    Name,
    /// `owner`
    Owner,
    /// `created`
    Created,
    /// `last_used`
    LastUsed,
    /// `expires`
    Expires,
}

impl SortBy {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Name, Self::Owner, Self::Created, Self::LastUsed, Self::Expires];

    /// As the address writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::Created => "created",
            Self::LastUsed => "last_used",
            Self::Expires => "expires",
        }
    }
}

/// How a list of tokens is sorted: `created`, or `-created` for descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sorting {
    /// By what.
    pub by: SortBy,
    /// The greatest first.
    pub descending: bool,
}

/// The newest first.
impl Default for Sorting {
    fn default() -> Self {
        Self { by: SortBy::Created, descending: true }
    }
}

/// What is looked for among all tokens. A field that is `None` asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `q`: in name, purpose, owner, handle, hint.
    pub q: Option<String>,
    /// `owner`: a username.
    pub owner: Option<String>,
    /// `integration`
    pub integration: Option<String>,
    /// `state`
    pub state: Option<TokenState>,
    /// `access`: `read-only` or `read-write`.
    pub access: Option<Access>,
    /// `instance`
    pub instance: Option<InstanceName>,
    /// `used`
    pub used: Option<UsedFilter>,
    /// `expires`
    pub expires: Option<ExpiresFilter>,
    /// `sort`
    pub sort: Sorting,
    /// `page`, from 1 on.
    pub page: Option<u32>,
}

impl Filter {
    /// From the fields of an address, decoded. What is not understood is left out: a link of
    /// yesterday shows too much rather than an error.
    pub fn read<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in fields {
            filter.take(name, value.trim());
        }
        filter
    }

    fn take(&mut self, name: &str, value: &str) {
        let text = || (!value.is_empty()).then(|| value.to_owned());
        match name {
            "q" => self.q = text(),
            "owner" => self.owner = text(),
            "integration" => self.integration = text(),
            "state" => self.state = value.parse().ok(),
            "access" => {
                let all = [Access::ReadOnly, Access::ReadWrite];
                self.access = all.into_iter().find(|access| access.as_str() == value);
            }
            "instance" => self.instance = value.parse().ok(),
            "used" => self.used = UsedFilter::ALL.into_iter().find(|one| one.as_str() == value),
            "expires" => {
                self.expires = ExpiresFilter::ALL.into_iter().find(|one| one.as_str() == value);
            }
            "sort" => {
                let (by, descending) =
                    value.strip_prefix('-').map_or((value, false), |by| (by, true));
                if let Some(by) = SortBy::ALL.into_iter().find(|known| known.as_str() == by) {
                    self.sort = Sorting { by, descending };
                }
            }
            "page" => self.page = value.parse().ok().filter(|&page| page > 1),
            _ => {}
        }
    }

    /// As `sort` writes it.
    pub fn sort_text(&self) -> String {
        let sign = if self.sort.descending { "-" } else { "" };
        format!("{sign}{}", self.sort.by.as_str())
    }

    /// What is looked for, as names and values of the address, sorting and page not among them.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        let mut asked = Vec::new();
        asked.extend(self.q.clone().map(|q| ("q", q)));
        asked.extend(self.owner.clone().map(|owner| ("owner", owner)));
        asked.extend(self.integration.clone().map(|name| ("integration", name)));
        asked.extend(self.state.map(|state| ("state", state.to_string())));
        asked.extend(self.access.map(|access| ("access", access.as_str().to_owned())));
        asked.extend(self.instance.as_ref().map(|name| ("instance", name.to_string())));
        asked.extend(self.used.map(|used| ("used", used.as_str().to_owned())));
        asked.extend(self.expires.map(|expires| ("expires", expires.as_str().to_owned())));
        asked
    }

    /// The address below the base: `/all?state=active&sort=name`.
    pub fn address(&self) -> String {
        let mut fields = self.asked();
        if self.sort != Sorting::default() {
            fields.push(("sort", self.sort_text()));
        }
        fields.extend(self.page.map(|page| ("page", page.to_string())));
        let mut address = "/all".to_owned();
        for (at, (name, value)) in fields.into_iter().enumerate() {
            let sign = if at == 0 { '?' } else { '&' };
            let _ = write!(address, "{sign}{name}={}", crate::address::encoded(&value));
        }
        address
    }

    /// The same without one of the fields that [`Filter::asked`] names, from the first page on.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut filter = Self { page: None, ..self.clone() };
        filter.take(name, "");
        filter
    }

    /// The same, sorted by `by`; the other way round where it is already.
    #[must_use]
    pub fn sorted_by(&self, by: SortBy) -> Self {
        let descending = if self.sort.by == by {
            !self.sort.descending
        } else {
            matches!(by, SortBy::Created | SortBy::LastUsed)
        };
        Self { sort: Sorting { by, descending }, page: None, ..self.clone() }
    }

    /// The same, on another page.
    #[must_use]
    pub fn on_page(&self, page: u32) -> Self {
        Self { page: Some(page).filter(|&page| page > 1), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let fields = [
            ("q", "a & b"),
            ("state", "active"),
            ("access", "read-only"),
            ("instance", "jira"),
            ("used", "90d"),
            ("expires", "never"),
            ("sort", "-last_used"),
            ("page", "3"),
        ];
        let filter = Filter::read(fields);
        assert_eq!(
            filter.address(),
            "/all?q=a%20%26%20b&state=active&access=read-only&instance=jira&used=90d\
             &expires=never&sort=-last_used&page=3"
        );
        assert_eq!(filter.without("q").asked().len(), 5);
        assert_eq!(Filter::read([("state", "?"), ("page", "-1"), ("x", "y")]), Filter::default());
        assert_eq!(Filter::default().address(), "/all");
    }

    #[test]
    fn sorting_by_the_same_again_turns_it_round() {
        let by_name = Filter::default().sorted_by(SortBy::Name);
        assert_eq!(by_name.sort_text(), "name");
        assert_eq!(by_name.sorted_by(SortBy::Name).sort_text(), "-name");
        assert_eq!(by_name.sorted_by(SortBy::LastUsed).sort_text(), "-last_used");
    }
}
