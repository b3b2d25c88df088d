//! What the grant names: instances, headers, paths.

use gatepass_model::{Reason, Refusal};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed, passed_by};
use crate::compiled::find_match;
use crate::facts::TokenFacts;
use crate::owner;

/// The instance must be one of the owner's directory, and within the grant and the policy bound.
pub(crate) fn instance<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let Some(owner) = case.owner_of(token) else { return Err(owner::inactive(token)) };
    let instance = case.question.instance;
    let refuse = |message| Err(Refusal::new(Reason::InstanceNotAllowed, message));
    if token.owner.directory != *case.question.directory {
        return refuse(format!(
            "The owner of the API token {:?} is a person of the directory {}, which is not the \
             one of {instance}. Ask a Gatepass administrator.",
            token.name, token.owner.directory
        ));
    }
    let named = &token.grant.instances;
    if !named.is_empty() && !named.contains(instance) {
        return refuse(format!(
            "The API token {:?} may not be used on {instance}. {}",
            token.name,
            ask_owner(token)
        ));
    }
    if let Some(bound) = &owner.rights().bounds.instances
        && !bound.value.contains(instance)
    {
        return refuse(format!(
            "The policy rule {:?} keeps the API tokens of {} from {instance}. Ask a Gatepass \
             administrator.",
            bound.rule, token.owner.username
        ));
    }
    passed_by("the token works on", instance)
}

/// Each header that the grant requires must be there once, with its value.
pub(crate) fn required_headers<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    if token.grant.required_headers.is_empty() {
        return not_asked("the grant requires no headers");
    }
    // The header's value is not repeated to the caller: it may be what proves where he calls from.
    for header in &token.grant.required_headers {
        if case.question.headers.value(header.name()) != Some(header.value().as_bytes()) {
            return Err(Refusal::new(
                Reason::HeaderRequired,
                format!(
                    "The API token {:?} needs the header {} with the value that its grant names. {}",
                    token.name,
                    header.name(),
                    ask_owner(token)
                ),
            ));
        }
    }
    passed("every required header is there")
}

/// Deny beats allow; where there is any allow pattern, the rest is refused; and outside REST, git
/// and the files that REST answers link to, an allow pattern is the only way in.
pub(crate) fn path<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    let question = case.question;
    let patterns = token.grant.patterns(question.product);
    let refuse = |message| Err(Refusal::new(Reason::PathNotAllowed, message));
    if let Some(pattern) = find_match(&patterns.deny, question.method, question.path) {
        return refuse(format!(
            "The API token {:?} denies this request by its pattern {pattern}. {}",
            token.name,
            ask_owner(token)
        ));
    }
    if let Some(pattern) = find_match(&patterns.allow, question.method, question.path) {
        return passed_by("a pattern of the grant allows it", pattern);
    }
    if !patterns.allow.is_empty() {
        return refuse(format!(
            "No allow pattern of the API token {:?} covers this request. {}",
            token.name,
            ask_owner(token)
        ));
    }
    if question.operation.family.is_within_reach_of_tokens() {
        return passed("within reach of tokens, and no pattern limits it");
    }
    refuse(format!(
        "API tokens reach REST, git and linked files; for anything else ({}) the API token {:?} \
         needs an allow pattern. {}",
        question.operation.family.as_str(),
        token.name,
        ask_owner(token)
    ))
}

/// Whom to ask about a grant.
pub(crate) fn ask_owner(token: &TokenFacts) -> String {
    format!("Ask the token's owner, {}.", token.owner.username)
}
