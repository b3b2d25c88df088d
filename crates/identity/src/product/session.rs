//! A session instead of a native token, of a Jira before 8.14: opened by one signed call.
//!
//! Versions differ in whether the session of a signed call outlives it; by the sources of newer ones
//! it is ended at once (facts A1.1). So none is believed before a call by its cookies alone was
//! taken for the same user.

use gatepass_http_client::Answer;
use gatepass_model::Username;
use gatepass_profiles::profile;
use gatepass_vault::SecretText;

use super::call::{Verb, call};
use super::{AskError, Asker, jira};
use crate::credential::{ReadyCredential, UnusableSecret};
use crate::link::ApplicationLink;
use crate::prover::Upstream;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The product did not say.
    #[error(transparent)]
    Unanswered(#[from] AskError),
    /// It takes the call for nobody: it does not know the name.
    #[error("it knows nobody of this name")]
    Nobody,
    /// Its answer opens no session.
    #[error("it opened no session by a signed call")]
    NotOpened,
    /// It did, and does not take it any more.
    #[error(
        "it ends the session of a signed call at once, so none can be kept; use native tokens, which \
         Jira has from 8.14 on"
    )]
    Ended,
    /// What it gave can't be sent.
    #[error(transparent)]
    Unusable(#[from] UnusableSecret),
}

/// `user` is as the product calls him.
pub(super) async fn open(
    upstream: &Upstream,
    link: &ApplicationLink,
    user: &Username,
) -> Result<ReadyCredential, SessionError> {
    let asker = Asker::Impersonation { link, user };
    let answer = call(upstream, asker, Verb::Get, "/rest/api/2/myself", &[]).await?;
    match answer.status() {
        200 => {}
        401 => return Err(SessionError::Nobody),
        status => return Err(AskError::Unexpected(status).into()),
    }
    let cookies = cookies_of(&answer, upstream).ok_or(SessionError::NotOpened)?;
    let session = ReadyCredential::session(user.clone(), &cookies)?;
    match jira::myself(upstream, Asker::Credential(&session)).await? {
        Some(account) if account.username == *user => Ok(session),
        Some(_) => Err(AskError::Mistaken.into()),
        None => Err(SessionError::Ended),
    }
}

pub(super) async fn end(upstream: &Upstream, session: &ReadyCredential) -> Result<(), AskError> {
    let asker = Asker::Credential(session);
    let answer = call(upstream, asker, Verb::Delete, "/rest/auth/1/session", &[]).await?;
    match answer.status() {
        204 | 401 => Ok(()),
        status => Err(AskError::Unexpected(status)),
    }
}

/// All cookies of an answer, for a session may hang on one of a balancer's, too. `None` where none is
/// the product's own session.
fn cookies_of(answer: &Answer, upstream: &Upstream) -> Option<SecretText> {
    let profile = profile(upstream.product);
    let (mut pairs, mut has_session) = (Vec::new(), false);
    for line in answer.header_values("set-cookie") {
        let pair = line.split(|&byte| byte == b';').next().unwrap_or_default();
        let pair = std::str::from_utf8(pair).ok()?.trim();
        let (name, value) = pair.split_once('=')?;
        // An empty one is to be forgotten.
        if value.is_empty() {
            continue;
        }
        has_session |= profile.is_session_cookie(name.as_bytes());
        pairs.push(pair);
    }
    has_session.then(|| SecretText::new(pairs.join("; ")))
}
