//! Jira's answers about people: `myself`, `user`, `mypermissions` (REST API of Jira Data Center
//! 10.3).

use std::collections::HashMap;

use gatepass_http_client::Answer;
use gatepass_model::{Product, ProductRank, Username};
use gatepass_profiles::ClaimedUser;
use serde::Deserialize;

use super::call::{Verb, call, is_nobodys};
use super::claimed::{claimed_user, is_whom_it_names};
use super::{Account, AskError, Asker, LookedUp};
use crate::credential::ReadyCredential;
use crate::prover::{Upstream, question};

/// Longest display name, group name or e-mail address that is taken, in bytes.
const LONGEST_TEXT: usize = 1000;
/// Most groups of one person.
const MOST_GROUPS: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    name: String,
    key: Option<String>,
    email_address: Option<String>,
    display_name: Option<String>,
    active: Option<bool>,
    deleted: Option<bool>,
    groups: Option<Groups>,
}

/// Only what he is called.
#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Groups {
    size: Option<usize>,
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
}

#[derive(Deserialize)]
struct Permissions {
    permissions: HashMap<String, Permission>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    have_permission: bool,
}

/// Who asked; `None`: nobody. That he is whom the product's own header names is checked.
pub(super) fn caller(answer: &Answer, asker: Asker<'_>) -> Result<Option<Username>, AskError> {
    if is_nobodys(asker, Product::Jira, answer)? {
        return Ok(None);
    }
    match answer.status() {
        200 => {}
        401 => return Ok(None),
        status => return Err(AskError::Unexpected(status)),
    }
    let named: Named = answer.json().map_err(|_| AskError::Nonsense("it tells of nobody"))?;
    let username = username(&named.name)?;
    Ok(is_whom_it_names(Product::Jira, answer, &username)?.then_some(username))
}

/// Who asks, with his groups; `None`: nobody.
pub(super) async fn myself(
    upstream: &Upstream,
    asker: Asker<'_>,
) -> Result<Option<Account>, AskError> {
    let query = [("expand", "groups")];
    let answer = call(upstream, asker, Verb::Get, question(Product::Jira), &query).await?;
    match answer.status() {
        200 => {}
        401 => return Ok(None),
        status => return Err(AskError::Unexpected(status)),
    }
    let account = account(&answer)?;
    Ok(is_whom_it_names(Product::Jira, &answer, &account.username)?.then_some(account))
}

fn username(name: &str) -> Result<Username, AskError> {
    name.parse().map_err(|_| AskError::Nonsense("it gives a name that is none"))
}

/// What whoever asks may do there.
pub(super) async fn rank(upstream: &Upstream, asker: Asker<'_>) -> Result<ProductRank, AskError> {
    let answer = call(upstream, asker, Verb::Get, "/rest/api/2/mypermissions", &[]).await?;
    if answer.status() != 200 {
        return Err(AskError::Unexpected(answer.status()));
    }
    let known: Permissions =
        answer.json().map_err(|_| AskError::Nonsense("it lists no permissions"))?;
    let has = |name: &str| known.permissions.get(name).is_some_and(|one| one.have_permission);
    if !known.permissions.contains_key("ADMINISTER") {
        return Err(AskError::Nonsense("it does not say who administers"));
    }
    Ok(match (has("SYSTEM_ADMIN"), has("ADMINISTER")) {
        (true, _) => ProductRank::SystemAdministrator,
        (false, true) => ProductRank::Administrator,
        (false, false) => ProductRank::User,
    })
}

/// Somebody by his name, as an administrator sees him.
pub(super) async fn look_up(
    upstream: &Upstream,
    administrator: &ReadyCredential,
    username: &Username,
) -> Result<LookedUp, AskError> {
    let query = [("username", username.as_str()), ("expand", "groups")];
    let asker = Asker::Credential(administrator);
    let answer = call(upstream, asker, Verb::Get, "/rest/api/2/user", &query).await?;
    match answer.status() {
        200 => {}
        404 if is_said_by_jira(&answer) => return Ok(LookedUp::Gone),
        status @ (401 | 403) => return Err(AskError::Forbidden(status)),
        status => return Err(AskError::Unexpected(status)),
    }
    // A credential that counts for nothing leaves the call anonymous; then nobody is to be seen.
    if claimed_user(Product::Jira, &answer)? == Some(ClaimedUser::Nobody) {
        return Err(AskError::Forbidden(200));
    }
    let account = account(&answer)?;
    if account.username != *username {
        return Err(AskError::Nonsense("it tells of somebody else than was asked about"));
    }
    Ok(LookedUp::Found(account))
}

/// A 404 in Jira's own words; a proxy in between, or another context path, says it otherwise.
pub(super) fn is_said_by_jira(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Said {
        error_messages: Vec<String>,
    }
    answer.json::<Said>().is_ok_and(|said| !said.error_messages.is_empty())
        && claimed_user(Product::Jira, answer)
            .is_ok_and(|user| matches!(user, Some(ClaimedUser::Somebody(_))))
}

fn account(answer: &Answer) -> Result<Account, AskError> {
    let user: User = answer.json().map_err(|_| AskError::Nonsense("it tells of nobody"))?;
    let username = username(&user.name)?;
    let groups = user.groups.ok_or(AskError::Nonsense("it does not tell of groups"))?;
    // Without the expansion there is a number, and no names: that is not "no groups".
    if groups.size.is_some_and(|size| size != groups.items.len()) {
        return Err(AskError::Nonsense("it does not name all groups"));
    }
    if groups.items.len() > MOST_GROUPS {
        return Err(AskError::Nonsense("it names more groups than anybody has"));
    }
    let mut groups: Vec<String> = groups.items.into_iter().map(|group| group.name).collect();
    groups.sort_unstable();
    groups.dedup();
    let fits = |text: &String| text.len() <= LONGEST_TEXT && !text.contains('\0');
    if !groups.iter().all(fits) {
        return Err(AskError::Nonsense("it names a group that can't be one"));
    }
    let is_there = !user.deleted.unwrap_or(false);
    Ok(Account {
        display_name: user.display_name.filter(fits).unwrap_or_else(|| user.name.clone()),
        username,
        native_key: user.key.filter(fits),
        email: user.email_address.filter(|text| !text.is_empty() && fits(text)),
        groups,
        active: is_there
            && user.active.ok_or(AskError::Nonsense("it does not say who is active"))?,
        rank: ProductRank::Unknown,
    })
}
