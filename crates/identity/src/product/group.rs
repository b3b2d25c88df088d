//! Who is in a group, as an administrator of Jira sees it (`/rest/api/2/group/member`).

use gatepass_model::{Product, Username};
use gatepass_profiles::ClaimedUser;
use serde::Deserialize;

use super::call::{Verb, call};
use super::claimed::claimed_user;
use super::jira::is_said_by_jira;
use super::{AskError, Asker};
use crate::credential::ReadyCredential;
use crate::prover::Upstream;

/// So many are asked for at once: Jira gives no more.
const PAGE: u64 = 50;

/// An active member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// His username.
    pub username: Username,
    /// What the product calls him whatever his username is.
    pub native_key: Option<String>,
}

/// Some members of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupPage {
    /// Those of them that are active.
    pub members: Vec<GroupMember>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins; `None`: this is the last.
    pub next: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total: u64,
    is_last: bool,
    values: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    name: String,
    key: Option<String>,
    active: Option<bool>,
}

/// One page of them.
pub(super) async fn members(
    upstream: &Upstream,
    administrator: &ReadyCredential,
    group: &str,
    start: u64,
) -> Result<GroupPage, AskError> {
    let (start_at, most) = (start.to_string(), PAGE.to_string());
    let query = [("groupname", group), ("startAt", &start_at), ("maxResults", &most)];
    let asker = Asker::Credential(administrator);
    let answer = call(upstream, asker, Verb::Get, "/rest/api/2/group/member", &query).await?;
    match answer.status() {
        200 => {}
        404 if is_said_by_jira(&answer) => return Ok(GroupPage::default()),
        status @ (401 | 403) => return Err(AskError::Forbidden(status)),
        status => return Err(AskError::Unexpected(status)),
    }
    if claimed_user(Product::Jira, &answer)? == Some(ClaimedUser::Nobody) {
        return Err(AskError::Forbidden(200));
    }
    let page: Page = answer.json().map_err(|_| AskError::Nonsense("it lists no members"))?;
    let count = page.values.len() as u64;
    if count == 0 && !page.is_last {
        return Err(AskError::Nonsense("a page of a group is empty, and not the last"));
    }
    let mut members = Vec::with_capacity(page.values.len());
    for member in page.values {
        let username = member.name.parse();
        let username = username.map_err(|_| AskError::Nonsense("it gives a name that is none"))?;
        if member.active == Some(true) {
            members.push(GroupMember { username, native_key: member.key });
        }
    }
    let next = (!page.is_last).then_some(start + count);
    Ok(GroupPage { members, total: page.total, next })
}
