//! The person that the token acts as.

use gatepass_model::{Reason, Refusal};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed, passed_by};
use crate::facts::TokenFacts;

/// The user that stands beside the token in Basic must be its owner: a script that believes to
/// be somebody else is stopped before it acts.
pub(crate) fn named<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(claimed) = case.question.presented.token.and_then(|given| given.claimed_owner) else {
        return not_asked("no user stands beside the token");
    };
    let Some(owner) = case.owner_of(token) else {
        return not_asked("the owner is gone, and what he answered to is not known");
    };
    if owner.answers_to(claimed) {
        return passed("the user beside the token is its owner");
    }
    Err(Refusal::new(
        Reason::OwnerMismatch,
        "The user beside this API token is not its owner. Send it with its owner's username or \
         e-mail address, or with the word x-token-auth.",
    ))
}

/// The owner must be there, and active: a token ends with its owner.
pub(crate) fn active<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    match case.owner_of(token) {
        Some(owner) if owner.person().active => {
            passed_by("the owner is active", &owner.person().key)
        }
        Some(_) | None => Err(inactive(token)),
    }
}

/// His directory must have confirmed him lately: who can't be asked about for too long may have lost
/// the rights that he is remembered with.
pub(crate) fn confirmed<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(owner) = case.owner_of(token) else { return Err(inactive(token)) };
    if owner.is_good(case.now) {
        return passed("the directory has confirmed the owner");
    }
    Err(Refusal::new(
        Reason::NotReady,
        format!(
            "The directory {} has not answered for too long whether the owner of the API token {:?} \
             is still there. It works again as soon as it does. Ask a Gatepass administrator.",
            token.owner.directory, token.name
        ),
    ))
}

/// The answer when the owner is gone or deactivated.
pub(crate) fn inactive(token: &TokenFacts) -> Refusal {
    Refusal::new(
        Reason::OwnerInactive,
        format!(
            "The owner of the API token {:?} is deactivated or gone. Ask a Gatepass administrator.",
            token.name
        ),
    )
}

/// A rule must let the owner use tokens, and none may forbid it.
pub(crate) fn may_use<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(owner) = case.owner_of(token) else { return Err(inactive(token)) };
    let right = &owner.rights().use_tokens;
    let name = &token.owner.username;
    match (&right.rule, right.allowed) {
        (Some(rule), true) => passed_by("a rule lets the owner use tokens", rule),
        (None, true) => passed("the owner may use tokens"),
        (Some(rule), false) => Err(Refusal::new(
            Reason::UseNotPermitted,
            format!(
                "The policy rule {rule:?} forbids {name} to use API tokens. Ask a Gatepass \
                 administrator."
            ),
        )),
        (None, false) => Err(Refusal::new(
            Reason::UseNotPermitted,
            format!("No policy rule lets {name} use API tokens. Ask a Gatepass administrator."),
        )),
    }
}
