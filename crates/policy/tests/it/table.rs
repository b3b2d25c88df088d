//! The decision table: a row for every way a decision can end.

use std::collections::BTreeSet;

use gatepass_model::{Access, Reason};
use gatepass_policy::StepOutcome;

use crate::row::End::{Observed, OutsidePage, Permitted, Refused};
use crate::row::{Row, rows};
use crate::world::{GivenToken, Seen, World};

#[test]
fn every_row_of_the_table_ends_as_it_says() {
    for Row(sentence, world, end) in rows() {
        let decided = world.decide();
        match (&end, &decided) {
            (Refused(reason, words), Err(refusal)) => {
                assert_eq!(refusal.reason, *reason, "{sentence}");
                assert!(refusal.message.contains(words), "{sentence}: {}", refusal.message);
            }
            (Permitted(identity), Ok(seen)) => {
                let expected =
                    Seen { identity: *identity, observed: Vec::new(), outside_page: false };
                assert_eq!(*seen, expected, "{sentence}");
            }
            (Observed(kind), Ok(seen)) => {
                assert_eq!(seen.observed, [*kind], "{sentence}");
                assert!(!seen.outside_page, "{sentence}");
            }
            (OutsidePage(kinds), Ok(seen)) => {
                assert_eq!(seen.observed, *kinds, "{sentence}");
                assert!(seen.outside_page, "{sentence}");
            }
            _ => panic!("{sentence}: {decided:?}"),
        }
    }
}

/// Whether a decision can end so. No `_`: whoever adds a reason must say whether it needs a row.
pub(crate) fn is_given_by_decide(reason: Reason) -> bool {
    use Reason as R;
    match reason {
        R::MalformedRequest
        | R::TokenInvalid
        | R::TokenExpired
        | R::TokenRevoked
        | R::OwnerMismatch
        | R::CredentialRequired
        | R::TokenPending
        | R::TokenSuspended
        | R::OwnerInactive
        | R::UseNotPermitted
        | R::ReadOnly
        | R::AdminNotAllowed
        | R::NetworkNotAllowed
        | R::InstanceNotAllowed
        | R::ResourceNotAllowed
        | R::PathNotAllowed
        | R::HeaderRequired
        | R::ForgedIdentity
        | R::PasswordsDisabled
        | R::NativeTokensDisabled
        | R::SessionsDisabled
        | R::OauthDisabled
        | R::NotReady => true,
        R::MalformedTarget
        | R::MalformedToken
        | R::ProjectNotAllowed
        | R::NotFound
        | R::MethodNotAllowed
        | R::RequestTimeout
        | R::BodyTooLarge
        | R::TargetTooLong
        | R::BodyUnreadable
        | R::InstanceUnknown
        | R::HeadersTooLarge
        | R::RateLimited
        | R::QuotaExhausted
        | R::TooManyConcurrent
        | R::TransferCodingUnsupported
        | R::UpstreamIdentityUnavailable
        | R::UpstreamUnreachable
        | R::Overloaded
        | R::UpstreamTimeout => false,
    }
}

#[test]
fn every_reason_that_a_decision_can_give_has_a_row() {
    let given: BTreeSet<Reason> = rows()
        .iter()
        .filter_map(
            |Row(_, _, end)| if let Refused(reason, _) = end { Some(*reason) } else { None },
        )
        .collect();
    let needed: BTreeSet<Reason> =
        Reason::ALL.iter().copied().filter(|&reason| is_given_by_decide(reason)).collect();
    assert_eq!(given, needed);
}

#[test]
fn every_refusal_says_whom_to_ask_or_what_to_send() {
    for Row(sentence, world, _) in rows() {
        let Err(refusal) = world.decide() else { continue };
        let message = refusal.message;
        let says = ["Ask ", "ask ", "Send "].iter().any(|word| message.contains(word));
        assert!(says && message.ends_with('.'), "{sentence}: {message}");
    }
}

#[test]
fn an_unknown_token_learns_nothing() {
    let mut world = World::ordinary();
    world.token = GivenToken::Unknown;
    let first = world.decide().unwrap_err();
    world.claimed_owner = Some("alice".into());
    world.instance = "wiki".parse().unwrap();
    assert_eq!(world.decide().unwrap_err(), first);
}

#[test]
fn an_explanation_names_every_check_and_the_missing_row() {
    let mut world = World::ordinary();
    world.effect = None;
    world.grant().access = Access::ReadOnly;
    let explanation = world.explain();
    let names: Vec<&str> = explanation.steps.iter().map(|step| step.name).collect();
    assert_eq!(names.first(), Some(&"freshness"));
    assert_eq!(names.len(), 17);
    let at = names.iter().position(|&name| name == "access").unwrap();
    assert!(matches!(explanation.steps[at].outcome, StepOutcome::Refused(_)));
    assert!(explanation.steps[..at].iter().any(|step| step.outcome == StepOutcome::Passed));
    assert!(explanation.steps[at + 1..].iter().all(|step| step.outcome == StepOutcome::NotAsked));
    assert!(explanation.steps.iter().all(|step| !step.words.is_empty()));
    assert_eq!(explanation.missing_row.as_deref(), Some("GET /rest/api/2/issue/EX-1"));
}
