//! The token itself: whether tokens can be judged, whether this one is known, and whether it
//! came alone.

use gatepass_model::{CredentialKind, Reason, Refusal};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed, passed_by};
use crate::facts::{Freshness, TokenFact};

/// Tokens are believed while the node knows enough. Requests without one follow the last known
/// modes, however old.
pub(crate) fn freshness<'c>(case: &Case<'c>) -> Checked<'c> {
    if !case.has_token() {
        return not_asked(NO_TOKEN);
    }
    match case.facts.freshness {
        Freshness::Fresh => passed("what this gate knows of tokens is fresh"),
        Freshness::TooOld => Err(Refusal::new(
            Reason::NotReady,
            "This gate has been cut off from its store for too long to judge API tokens. Try \
             again later, or ask a Gatepass administrator.",
        )),
    }
}

/// Nobody names himself: the products believe such parameters before any header.
pub(crate) fn identity_parameter<'c>(case: &Case<'c>) -> Checked<'c> {
    match case.question.presented.forged {
        None => passed("the request names no identity of its own"),
        Some(name) => Err(Refusal::new(
            Reason::ForgedIdentity,
            format!(
                "The request brings an identity of its own in the parameter {name:?}, which this \
                 gate lets nobody do. Send an API token instead; ask a Gatepass administrator if \
                 an integration needs this."
            ),
        )),
    }
}

/// Only a token that is known goes on.
pub(crate) fn known<'c>(case: &Case<'c>) -> Checked<'c> {
    match case.facts.token {
        TokenFact::Known(token, _) => passed_by("the token is known", &token.id),
        TokenFact::NotPresented if !case.has_token() => not_asked(NO_TOKEN),
        TokenFact::NotPresented | TokenFact::Unknown => Err(unknown()),
    }
}

/// The answer to every unknown token. It is the same for all of them and says nothing of tokens
/// that look alike: whoever guesses must learn nothing.
pub(crate) fn unknown() -> Refusal {
    Refusal::new(
        Reason::TokenInvalid,
        "This API token is not valid here. Check that it was copied whole, or ask its owner or a \
         Gatepass administrator for a new one.",
    )
}

/// Beside a token nothing else may say who calls: which one the product would believe is
/// anybody's guess. Session cookies are dropped instead, for browsers send them unasked.
pub(crate) fn alone<'c>(case: &Case<'c>) -> Checked<'c> {
    if !case.has_token() {
        return not_asked(NO_TOKEN);
    }
    let others = case.question.presented.others;
    let beside = |&kind: &CredentialKind| match kind {
        CredentialKind::Password | CredentialKind::NativeToken | CredentialKind::Oauth => true,
        CredentialKind::Session | CredentialKind::Anonymous => false,
    };
    match others.iter().find(beside) {
        None => passed("no other credential says who calls"),
        Some(kind) => Err(Refusal::new(
            Reason::MalformedRequest,
            format!(
                "The request presents an API token beside another credential ({}). Send the \
                 token alone.",
                kind.as_str()
            ),
        )),
    }
}
