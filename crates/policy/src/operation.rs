//! What the request does, against what the token may do.

use gatepass_model::{Access, Effect, Reason, Refusal};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed, passed_by};
use crate::facts::TokenFacts;
use crate::grant::ask_owner;
use crate::owner;

/// No token makes a credential, and none opens a door for passwords, whatever its grant says.
pub(crate) fn reach<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let operation = case.question.operation;
    let what = if operation.effect == Some(Effect::Mint) {
        "make credentials at the product"
    } else if operation.door.is_some() {
        "sign in with a password"
    } else {
        return passed("neither makes a credential nor takes a password");
    };
    Err(Refusal::new(
        Reason::ResourceNotAllowed,
        format!(
            "No API token may {what}, and {:?} is one. Sign in to the product yourself, or ask a \
             Gatepass administrator.",
            token.name
        ),
    ))
}

/// A read-only token does what is known to be a read. Policy can force this: a bound that came
/// after the token was issued holds all the same.
pub(crate) fn access<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(owner) = case.owner_of(token) else { return Err(owner::inactive(token)) };
    let effect = case.question.operation.effect;
    if effect == Some(Effect::Read) {
        return passed("the catalogue knows it to be a read");
    }
    let forced = owner.rights().bounds.read_only.as_ref();
    let is_read_only = token.grant.access == Access::ReadOnly;
    if forced.is_none() && !is_read_only {
        return passed("the token is read-write");
    }
    let what = match effect {
        Some(Effect::Admin | Effect::Mint) => "This is administration, which counts as a write",
        Some(_) => "This is a write",
        None => "This is not known to be a read",
    };
    // The grant's own limit comes first: to lift policy's would not help its owner.
    let (why, whom) = match forced {
        Some(bound) if !is_read_only => (
            format!(
                "the policy rule {:?} makes the API tokens of {} read-only",
                bound.rule, token.owner.username
            ),
            "Ask a Gatepass administrator.".to_owned(),
        ),
        _ if effect.is_none() => (
            format!("the API token {:?} is read-only", token.name),
            "Ask a Gatepass administrator to mark it as a read if it is one.".to_owned(),
        ),
        _ => (format!("the API token {:?} is read-only", token.name), ask_owner(token)),
    };
    Err(Refusal::new(Reason::ReadOnly, format!("{what}, and {why}. {whom}")))
}

/// Administration needs both the grant and policy.
pub(crate) fn administration<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(owner) = case.owner_of(token) else { return Err(owner::inactive(token)) };
    match case.question.operation.effect {
        // Mint never comes this far; were it to, it would take no less than administration.
        Some(Effect::Admin | Effect::Mint) => {}
        Some(Effect::Read | Effect::Write) => return not_asked("it is not administration"),
        None => return not_asked("the catalogue has no row that says so"),
    }
    if !token.grant.admin {
        return refuse_administration(format!(
            "This administers the product, and the API token {:?} was issued without \
             administration. {}",
            token.name,
            ask_owner(token)
        ));
    }
    match &owner.rights().bounds.admin_operations {
        Some(bound) if bound.value => passed_by("grant and policy let it administer", &bound.rule),
        Some(bound) => refuse_administration(forbidden(
            token,
            &format!("the policy rule {:?} forbids", bound.rule),
        )),
        None => refuse_administration(forbidden(token, "no policy rule lets")),
    }
}

fn forbidden(token: &TokenFacts, who: &str) -> String {
    let owner = &token.owner.username;
    format!(
        "This administers the product, and {who} the API tokens of {owner} do that. Ask a \
         Gatepass administrator."
    )
}

fn refuse_administration<'c>(message: String) -> Checked<'c> {
    Err(Refusal::new(Reason::AdminNotAllowed, message))
}
