//! Where the token is in its life.

use gatepass_model::{Reason, Refusal, TokenState};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed, passed_by};

/// Only an active token works, and only before its end. A revoked token is told so even when it
/// has expired since, and an expired one even when it was waiting or suspended.
pub(crate) fn state<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, state)) = case.token() else { return not_asked(NO_TOKEN) };
    let (name, owner) = (&token.name, &token.owner.username);
    let ended = token.expires_at.filter(|&end| end <= case.now);
    let refuse = |reason, message| Err(Refusal::new(reason, message));
    match (state, ended) {
        (TokenState::Revoked, _) => refuse(
            Reason::TokenRevoked,
            format!("The API token {name:?} was revoked. Ask its owner, {owner}, for a new one."),
        ),
        (_, Some(end)) => refuse(
            Reason::TokenExpired,
            format!(
                "The API token {name:?} expired on {end}. Ask its owner, {owner}, for a new one."
            ),
        ),
        (TokenState::Expired, None) => refuse(
            Reason::TokenExpired,
            format!("The API token {name:?} has expired. Ask its owner, {owner}, for a new one."),
        ),
        (TokenState::Pending, None) => refuse(
            Reason::TokenPending,
            format!(
                "The API token {name:?} still waits for approval. Ask a Gatepass administrator."
            ),
        ),
        (TokenState::Suspended, None) => refuse(
            Reason::TokenSuspended,
            format!(
                "The API token {name:?} is suspended. Ask its owner, {owner}, or a Gatepass \
                 administrator."
            ),
        ),
        (TokenState::Active, None) => match &token.expires_at {
            Some(end) => passed_by("the token is active until", end),
            None => passed("the token is active, and does not end by itself"),
        },
    }
}
