//! The filters as words, the columns, and the pages.

use gatepass_model::TokenState;

use super::{AllTokens, ExpiresFilter, SortBy, UsedFilter, text};
use crate::chrome::Chrome;
use crate::part::TokenAction;
use crate::words::isolated;

/// A filter that is on, as a word with a way to take it away.
pub(crate) struct FilterWord {
    pub(crate) words: String,
    /// The address without it, below the base.
    pub(crate) without: String,
}

/// A choice of a state, with how many there are.
pub(crate) struct StateChoice {
    pub(crate) state: Option<TokenState>,
    pub(crate) count: u64,
    pub(crate) is_chosen: bool,
    pub(crate) address: String,
}

impl UsedFilter {
    pub(crate) const fn words(self, text: &text::Text) -> &'static str {
        match self {
            Self::NotForWeek => text.not_7d,
            Self::NotForMonth => text.not_30d,
            Self::NotForQuarter => text.not_90d,
            Self::Never => text.never_used,
        }
    }
}

impl ExpiresFilter {
    pub(crate) const fn words(self, text: &text::Text) -> &'static str {
        match self {
            Self::WithinWeek => text.ends_7d,
            Self::WithinMonth => text.ends_30d,
            Self::Expired => text.expired,
            Self::Never => text.no_end,
        }
    }
}

impl AllTokens {
    /// What is offered for many tokens at once.
    pub(crate) const ACTIONS: [TokenAction; 3] =
        [TokenAction::Suspend, TokenAction::Resume, TokenAction::Revoke];

    /// The filters that are on; the state has its own bar.
    pub(crate) fn filter_words(&self, chrome: &Chrome) -> Vec<FilterWord> {
        let text = text::TEXT.of(chrome.language);
        let filter = &self.filter;
        let instance = filter.instance.as_ref().map(|name| {
            let place = self.places.iter().find(|place| place.name == *name);
            let title = place.map_or_else(|| name.to_string(), |place| place.title.clone());
            text.in_place(&isolated(&title))
        });
        let all = [
            ("q", filter.q.as_ref().map(|q| text.q(&isolated(q)))),
            ("owner", filter.owner.as_ref().map(|owner| text.of_owner(&isolated(owner)))),
            (
                "integration",
                filter.integration.as_ref().map(|name| text.of_integration(&isolated(name))),
            ),
            ("access", filter.access.map(|access| chrome.access(&access).to_owned())),
            ("instance", instance),
            ("used", filter.used.map(|used| used.words(text).to_owned())),
            ("expires", filter.expires.map(|expires| expires.words(text).to_owned())),
        ];
        let word = |(name, words): (&str, Option<String>)| {
            Some(FilterWord { words: words?, without: filter.without(name).address() })
        };
        all.into_iter().filter_map(word).collect()
    }

    /// The states to choose from.
    pub(crate) fn state_choices(&self) -> Vec<StateChoice> {
        let choice = |state, count| {
            let mut filter = self.filter.without("state");
            filter.state = state;
            StateChoice {
                state,
                count,
                is_chosen: self.filter.state == state,
                address: filter.address(),
            }
        };
        let all = self.states.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        let mut choices = vec![choice(None, all)];
        choices.extend(self.states.iter().map(|(state, count)| choice(Some(*state), *count)));
        choices
    }

    /// `ascending`, `descending` or `none`, for the head of a column.
    pub(crate) fn sorted(&self, by: &SortBy) -> &'static str {
        match (self.filter.sort.by == *by, self.filter.sort.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// Which page this is.
    pub(crate) fn page(&self) -> u32 {
        self.filter.page.unwrap_or(1)
    }

    /// How many there are.
    pub(crate) fn pages(&self) -> u64 {
        self.found.div_ceil(u64::from(self.page_size.max(1))).max(1)
    }

    /// The address of the page before this.
    pub(crate) fn previous(&self) -> Option<String> {
        (self.page() > 1).then(|| self.filter.on_page(self.page() - 1).address())
    }

    /// The address of the page after this.
    pub(crate) fn next(&self) -> Option<String> {
        (u64::from(self.page()) < self.pages())
            .then(|| self.filter.on_page(self.page().saturating_add(1)).address())
    }

    /// What a field of the filter holds.
    pub(crate) fn typed(&self, field: &str) -> String {
        let asked = self.filter.asked();
        asked
            .into_iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
            .unwrap_or_default()
    }

    /// Whether one of the filters that are folded away is on.
    pub(crate) fn is_unfolded(&self) -> bool {
        let filter = &self.filter;
        filter.owner.is_some()
            || filter.integration.is_some()
            || filter.access.is_some()
            || filter.instance.is_some()
            || filter.used.is_some()
            || filter.expires.is_some()
    }
}
