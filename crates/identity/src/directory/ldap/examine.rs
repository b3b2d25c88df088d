//! What an administrator wants to know before people depend on it.

use ldap3::Scope;

use super::line::Session;
use super::person::{NOTHING, attributes};
use super::search::Search;
use super::{LdapKind, LdapProblem, LdapSettings, group};

/// What a server that works has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Somebody whom it knows.
    pub sample: Sample,
    /// Whether it shows any group at all.
    pub has_groups: bool,
    /// By what it says that somebody is deactivated.
    pub inactive: InactiveSignal,
}

/// Somebody, as an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// His username.
    pub username: String,
    /// What people call him, where that is told.
    pub display_name: Option<String>,
    /// Whether that which stays when he is renamed is told. `true` where nobody asks for it.
    pub has_id: bool,
    /// In how many groups he is.
    pub groups: usize,
}

/// By what it is said that somebody is deactivated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InactiveSignal {
    /// By nothing: only who is gone is inactive.
    None,
    /// By `userAccountControl`, which is told.
    AccountControl,
    /// By `userAccountControl`, which the account may not see: nobody can be looked up.
    AccountControlHidden,
    /// By the filter, which matches somebody.
    Filter,
    /// By the filter, which matches nobody at the moment.
    FilterWithoutMatch,
}

pub(super) async fn examine(
    settings: &LdapSettings,
    session: &Session,
) -> Result<Examined, LdapProblem> {
    let base = Search {
        what: "base_dn",
        base: &settings.base_dn,
        scope: Scope::Base,
        filter: "(objectClass=*)",
        attributes: &NOTHING,
    };
    base.first(session, 1).await?;
    let group_base = Search { what: "group_base_dn", base: &settings.groups.base_dn, ..base };
    group_base.first(session, 1).await?;
    let (sample, control) = sample(settings, session).await?;
    let any_group = Search {
        what: "groups",
        scope: Scope::Subtree,
        filter: &settings.groups.filter,
        ..group_base
    };
    let has_groups = !any_group.first(session, 1).await?.entries.is_empty();
    let inactive = match (&settings.people.inactive_filter, settings.kind) {
        (_, LdapKind::ActiveDirectory) if !control => InactiveSignal::AccountControlHidden,
        (None, LdapKind::ActiveDirectory) => InactiveSignal::AccountControl,
        (None, LdapKind::Plain) => InactiveSignal::None,
        (Some(filter), _) => filter_signal(settings, session, filter).await?,
    };
    Ok(Examined { sample, has_groups, inactive })
}

/// Somebody, and whether Active Directory tells what is set of him.
async fn sample(settings: &LdapSettings, session: &Session) -> Result<(Sample, bool), LdapProblem> {
    let people = &settings.people;
    let filter = format!("(&{}({}=*))", people.filter, people.username);
    let search = Search {
        what: "people",
        base: &settings.base_dn,
        scope: Scope::Subtree,
        filter: &filter,
        attributes: &attributes(settings),
    };
    let found = search.first(session, 1).await?;
    let entry = found.entries.first().ok_or(LdapProblem::ShowsNobody)?;
    let username = entry.first_text(&people.username);
    let username = username
        .ok_or_else(|| LdapProblem::Nonsense(format!("it does not tell {}", people.username)))?;
    let groups = group::of(settings, session, entry, username).await?;
    let sample = Sample {
        username: username.to_owned(),
        display_name: entry.first_text(&people.display_name).map(str::to_owned),
        has_id: people.id.as_deref().is_none_or(|id| entry.id(id).is_some()),
        groups: groups.len(),
    };
    Ok((sample, entry.first_text("userAccountControl").is_some()))
}

async fn filter_signal(
    settings: &LdapSettings,
    session: &Session,
    inactive: &str,
) -> Result<InactiveSignal, LdapProblem> {
    let filter = format!("(&{}{inactive})", settings.people.filter);
    let search = Search {
        what: "people who are deactivated",
        base: &settings.base_dn,
        scope: Scope::Subtree,
        filter: &filter,
        attributes: &NOTHING,
    };
    let found = search.first(session, 1).await?;
    let matches_nobody = found.entries.is_empty();
    Ok(if matches_nobody { InactiveSignal::FilterWithoutMatch } else { InactiveSignal::Filter })
}
