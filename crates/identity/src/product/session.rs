//! A session instead of a native token, of a Jira before 8.14, a Confluence before 7.9 or a Bitbucket
//! before 5.5: opened by one signed call.
//!
//! Versions differ in whether the session of a signed call outlives it; by the sources of newer ones
//! it is ended at once (facts A1.1). So none is believed before a call by its cookies alone was
//! taken for the same user.

use gatepass_http_client::Answer;
use gatepass_model::{Product, Username};
use gatepass_profiles::profile;
use gatepass_vault::SecretText;

use super::call::{Verb, call, send};
use super::desk::{caller, who_is};
use super::{AskError, Asker};
use crate::credential::{ReadyCredential, UnusableSecret};
use crate::link::ApplicationLink;
use crate::prover::{Upstream, question};

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
         Jira has from 8.14 on, Confluence from 7.9, Bitbucket from 5.5"
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
    let answer = send(upstream, asker, Verb::Get, question(upstream.product), &[]).await?;
    if caller(upstream.product, asker, &answer)?.is_none() {
        return Err(SessionError::Nobody);
    }
    let cookies = cookies_of(&answer, upstream).ok_or(SessionError::NotOpened)?;
    let session = ReadyCredential::session(user.clone(), &cookies)?;
    match who_is(upstream, Asker::Credential(&session)).await? {
        Some(username) if username == *user => Ok(session),
        Some(_) => Err(AskError::Mistaken.into()),
        None => Err(SessionError::Ended),
    }
}

/// Only Jira says by a status of its own that a session has ended; the others answer as to a browser,
/// so they are asked whose it is then.
pub(super) async fn end(upstream: &Upstream, session: &ReadyCredential) -> Result<(), AskError> {
    let asker = Asker::Credential(session);
    let logout = match upstream.product {
        Product::Jira => {
            let answer = call(upstream, asker, Verb::Delete, "/rest/auth/1/session", &[]).await?;
            return match answer.status() {
                204 | 401 => Ok(()),
                status => Err(AskError::Unexpected(status)),
            };
        }
        Product::Confluence => "/logout.action",
        Product::Bitbucket => "/logout",
    };
    let answer = call(upstream, asker, Verb::Get, logout, &[]).await?;
    match who_is(upstream, asker).await? {
        None => Ok(()),
        Some(_) => Err(AskError::Unexpected(answer.status())),
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
