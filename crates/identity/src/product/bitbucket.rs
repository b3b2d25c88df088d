//! Bitbucket's answers about people (REST API of Bitbucket Data Center 9.5).
//!
//! It has no resource that tells who asks. What it has is a header on every answer, and
//! `application-properties`, which everybody may read. The servlet `applinks/whoami` names nobody for
//! an access token from 8.19.14 on, so it is not asked.

use gatepass_http_client::Answer;
use gatepass_model::target::percent_encoded;
use gatepass_model::{Product, Username};
use gatepass_profiles::ClaimedUser;
use serde::Deserialize;

use super::call::{Verb, call};
use super::claimed::claimed_user;
use super::desk::who_is;
use super::{AskError, Asker};
use crate::prover::Upstream;

/// Where users stand.
const USERS: &str = "/rest/api/latest/users";
/// So many of a list are asked for at once: Bitbucket gives no more (`page.max.…`).
pub(super) const PAGE: &str = "1000";
/// So many pages of a list are read.
pub(super) const MOST_PAGES: usize = 20;

#[derive(Deserialize)]
struct User {
    name: String,
    slug: String,
}

/// A part of a list.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) values: Vec<T>,
    #[serde(rename = "isLastPage")]
    is_last: bool,
    #[serde(rename = "nextPageStart")]
    next: Option<u64>,
}

impl<T> Page<T> {
    /// Where the next one begins, if there is one.
    pub(super) const fn next(&self) -> Option<u64> {
        if self.is_last { None } else { self.next }
    }
}

/// What everybody may read.
#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "version")]
    _version: String,
}

/// Who asked; `None`: nobody, whom Bitbucket does not name in its header. So that nobody is meant, and
/// not something that stands before it, its answer must be its own.
pub(super) fn caller(answer: &Answer, asker: Asker<'_>) -> Result<Option<Username>, AskError> {
    match answer.status() {
        200 => {}
        401 => return Ok(None),
        status => return Err(AskError::Unexpected(status)),
    }
    answer.json::<Properties>().map_err(|_| AskError::Nonsense("it does not tell its version"))?;
    let name = match claimed_user(Product::Bitbucket, answer)? {
        Some(ClaimedUser::Somebody(name)) => name,
        Some(ClaimedUser::Nobody) | None => return Ok(None),
    };
    match asker {
        Asker::Impersonation { user, .. } if !user.is_same_as(&name) => Err(AskError::Mistaken),
        _ => {
            let username = name.parse();
            username.map(Some).map_err(|_| AskError::Nonsense("it gives a name that is none"))
        }
    }
}

/// By what whoever asks stands in addresses: his slug, which is made of his name, and not always in
/// the same way. In the bytes that are sent.
pub(super) async fn slug_of(
    upstream: &Upstream,
    asker: Asker<'_>,
) -> Result<Option<String>, AskError> {
    let username = match asker {
        Asker::Impersonation { user, .. } => user.clone(),
        Asker::Session(_) | Asker::Credential(_) => match who_is(upstream, asker).await? {
            Some(username) => username,
            None => return Ok(None),
        },
    };
    if let Some(slug) = at_once(upstream, asker, &username).await? {
        return Ok(Some(slug));
    }
    let mut start = 0;
    for _ in 0..MOST_PAGES {
        let from = start.to_string();
        let query = [("filter", username.as_str()), ("start", &from), ("limit", PAGE)];
        let answer = call(upstream, asker, Verb::Get, USERS, &query).await?;
        if answer.status() != 200 {
            return Err(AskError::Unexpected(answer.status()));
        }
        let page: Page<User> =
            answer.json().map_err(|_| AskError::Nonsense("it lists no users"))?;
        let next = page.next();
        if let Some(slug) = page.values.iter().find_map(|user| slug(user, &username)) {
            return Ok(Some(slug));
        }
        let Some(next) = next.filter(|next| *next > start) else { break };
        start = next;
    }
    Err(AskError::Nonsense("it does not list the user that it names"))
}

/// By the slug that most names have.
async fn at_once(
    upstream: &Upstream,
    asker: Asker<'_>,
    username: &Username,
) -> Result<Option<String>, AskError> {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let likely: String = username.folded().chars().map(|c| if kept(c) { c } else { '_' }).collect();
    if likely.bytes().all(|byte| byte == b'.') {
        return Ok(None);
    }
    let answer = call(upstream, asker, Verb::Get, &format!("{USERS}/{likely}"), &[]).await?;
    match answer.status() {
        200 => {
            let user: User = answer.json().map_err(|_| AskError::Nonsense("it tells of nobody"))?;
            Ok(slug(&user, username))
        }
        404 => Ok(None),
        status => Err(AskError::Unexpected(status)),
    }
}

fn slug(user: &User, username: &Username) -> Option<String> {
    let is_one = !user.slug.bytes().all(|byte| byte == b'.');
    (is_one && username.is_same_as(&user.name)).then(|| percent_encoded(&user.slug))
}
