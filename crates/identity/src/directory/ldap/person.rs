//! Who is called so.

use gatepass_model::{ProductRank, Username};
use ldap3::Scope;

use super::entry::Entry;
use super::line::Session;
use super::search::{Search, escaped};
use super::{LdapDesk, LdapKind, LdapProblem, LdapSettings, group};
use crate::product::{Account, LookedUp};

/// In Active Directory: what is set of an account (MS-ADTS 2.2.16).
const ACCOUNT_CONTROL: &str = "userAccountControl";
/// `ADS_UF_ACCOUNT_DISABLE` of it.
const DISABLED: i64 = 2;
/// No attributes at all (RFC 4511 4.5.1.8).
pub(super) const NOTHING: [&str; 1] = ["1.1"];

pub(super) fn key_prefix(id: &str) -> String {
    format!("{}{}:", LdapDesk::KEY_PREFIX, id.to_ascii_lowercase())
}

pub(super) async fn look_up(
    settings: &LdapSettings,
    session: &Session,
    username: &Username,
) -> Result<LookedUp, LdapProblem> {
    let Some(entry) = find(settings, session, username).await? else {
        return Ok(LookedUp::Gone);
    };
    let account = account(settings, &entry, username)?;
    let active = account.active && !is_inactive(settings, session, &entry).await?;
    let groups = group::of(settings, session, &entry, account.username.as_str()).await?;
    Ok(LookedUp::Found(Account { groups, active, ..account }))
}

/// The one entry of this name.
async fn find(
    settings: &LdapSettings,
    session: &Session,
    username: &Username,
) -> Result<Option<Entry>, LdapProblem> {
    let people = &settings.people;
    let name = escaped(username.as_str());
    let filter = format!("(&{}({}={name}))", people.filter, people.username);
    let search = Search {
        what: "the person",
        base: &settings.base_dn,
        scope: Scope::Subtree,
        filter: &filter,
        attributes: &attributes(settings),
    };
    let mut found = search.first(session, 2).await?;
    match (found.entries.pop(), found.entries.is_empty()) {
        (Some(entry), true) => Ok(Some(entry)),
        (Some(_), false) => Err(LdapProblem::Ambiguous),
        (None, _) if found.is_elsewhere => Err(LdapProblem::Elsewhere(search.what)),
        (None, _) if shows_anybody(settings, session).await? => Ok(None),
        (None, _) => Err(LdapProblem::ShowsNobody),
    }
}

pub(super) fn attributes(settings: &LdapSettings) -> Vec<&str> {
    let people = &settings.people;
    let mut wanted = vec![&*people.username, &*people.display_name, &*people.email];
    wanted.extend(people.id.as_deref());
    if settings.kind == LdapKind::ActiveDirectory {
        wanted.push(ACCOUNT_CONTROL);
    }
    wanted
}

/// An account that has lost its right to read finds nobody either, and the search succeeds.
async fn shows_anybody(settings: &LdapSettings, session: &Session) -> Result<bool, LdapProblem> {
    let search = Search {
        what: "anybody",
        base: &settings.base_dn,
        scope: Scope::Subtree,
        filter: &settings.people.filter,
        attributes: &NOTHING,
    };
    Ok(!search.first(session, 1).await?.entries.is_empty())
}

/// What the entry itself tells. Its username is the one that was asked for: servers compare names
/// in ways of their own.
fn account(
    settings: &LdapSettings,
    entry: &Entry,
    asked: &Username,
) -> Result<Account, LdapProblem> {
    let nonsense = |words: String| LdapProblem::Nonsense(words);
    let people = &settings.people;
    let username = entry.texts(&people.username).find(|name| asked.is_same_as(name));
    let username = username.and_then(|name| name.parse::<Username>().ok());
    let username = username.ok_or_else(|| {
        nonsense(format!("{} of whom it found is another one than was asked for", people.username))
    })?;
    let native_key = match &people.id {
        None => None,
        // Without it a name that is another person's now would not be noticed.
        Some(name) => {
            let id = entry.id(name).ok_or_else(|| nonsense(format!("it does not tell {name}")))?;
            Some(format!("{}{id}", key_prefix(name)))
        }
    };
    let called = entry.first_text(&people.display_name).unwrap_or(username.as_str()).to_owned();
    Ok(Account {
        native_key,
        display_name: called,
        email: entry.first_text(&people.email).map(str::to_owned),
        groups: Vec::new(),
        active: is_enabled(settings.kind, entry)?,
        rank: ProductRank::Unknown,
        username,
    })
}

fn is_enabled(kind: LdapKind, entry: &Entry) -> Result<bool, LdapProblem> {
    if kind == LdapKind::Plain {
        return Ok(true);
    }
    let control = entry.first_text(ACCOUNT_CONTROL).and_then(|text| text.parse::<i64>().ok());
    let control = control
        .ok_or_else(|| LdapProblem::Nonsense(format!("it does not tell {ACCOUNT_CONTROL}")))?;
    Ok(control & DISABLED == 0)
}

async fn is_inactive(
    settings: &LdapSettings,
    session: &Session,
    entry: &Entry,
) -> Result<bool, LdapProblem> {
    let Some(filter) = &settings.people.inactive_filter else { return Ok(false) };
    let search = Search {
        what: "whether he is deactivated",
        base: &entry.dn,
        scope: Scope::Base,
        filter,
        attributes: &NOTHING,
    };
    let found = search.first(session, 1).await?;
    if found.is_elsewhere {
        return Err(LdapProblem::Elsewhere(search.what));
    }
    Ok(!found.entries.is_empty())
}
