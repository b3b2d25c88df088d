//! What is issued keeps to the bounds.

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Access, Bounds, Expiry, Grant, Lifetime, Limits, PolicyDocument, Rule, Timestamp, TokenState,
};
use gatepass_policy::bounds::{Adjusted, AskedFor, BoundName, BoundViolation, check};
use gatepass_policy::{EffectiveBounds, rights_of};

use crate::row::rule;
use crate::world::person;

fn effective(bounds: Bounds) -> EffectiveBounds {
    let rules = vec![Rule { bounds, ..rule("strict") }];
    let document = PolicyDocument { rules, ..PolicyDocument::default() };
    rights_of(&document, &person("alice", &[])).bounds
}

fn asked(grant: &Grant) -> AskedFor<'_> {
    AskedFor {
        grant,
        expiry: Expiry::After(Lifetime::from_days(90)),
        purpose: None,
        integration: None,
        living_tokens: 2,
        now: Timestamp::EPOCH,
    }
}

fn violated(bounds: Bounds, asked: &AskedFor<'_>) -> Vec<BoundViolation> {
    check(&effective(bounds), asked).unwrap_err()
}

#[test]
fn without_bounds_all_is_issued_as_asked_but_administration() {
    let plain = Grant::read_write();
    let issued = check(&effective(Bounds::default()), &asked(&plain)).unwrap();
    let expires_at = Some(Timestamp::EPOCH.plus(Lifetime::from_days(90)));
    let expected = Adjusted { grant: plain.clone(), expires_at, state: TokenState::Active };
    assert_eq!(issued, expected);
    let admin = Grant { admin: true, ..plain };
    let violations = violated(Bounds::default(), &asked(&admin));
    assert_eq!(violations.len(), 1);
    assert_eq!(
        violations[0].to_string(),
        "tokens may not administer (no policy rule allows it, admin_operations)"
    );
    let bold = Bounds { admin_operations: Some(true), ..Bounds::default() };
    assert!(check(&effective(bold), &asked(&admin)).is_ok());
}

#[test]
fn a_life_may_be_as_long_as_the_bound_and_no_longer() {
    let grant = Grant::read_only();
    let bounds = || Bounds {
        longest_lifetime: Some(LongestLifetime::Within(Lifetime::from_days(90))),
        ..Bounds::default()
    };
    assert!(check(&effective(bounds()), &asked(&grant)).is_ok());
    let longer = Lifetime::from_millis(Lifetime::from_days(90).as_millis() + 1);
    let late = Timestamp::EPOCH.plus(longer);
    for expiry in [Expiry::After(longer), Expiry::At(late), Expiry::Never] {
        let violations = violated(bounds(), &AskedFor { expiry, ..asked(&grant) });
        assert_eq!(
            violations[0].to_string(),
            "a token lives at most 90d (policy rule \"strict\", longest_lifetime)"
        );
    }
}

#[test]
fn every_violation_is_told_at_once() {
    use BoundName as B;

    let bounds = Bounds {
        instances: Some(vec!["wiki".parse().unwrap()]),
        longest_lifetime: Some(LongestLifetime::Within(Lifetime::from_days(1))),
        admin_operations: Some(false),
        networks_required: Some(true),
        purpose_required: Some(true),
        integration_required: Some(true),
        most_tokens: Some(2),
        ..Bounds::default()
    };
    let grant =
        Grant { admin: true, instances: vec!["jira".parse().unwrap()], ..Grant::read_write() };
    let blank = AskedFor { purpose: Some(" "), integration: Some(""), ..asked(&grant) };
    let names: Vec<BoundName> =
        violated(bounds, &blank).iter().map(|violation| violation.bound).collect();
    assert_eq!(
        names,
        [
            B::Instances,
            B::LongestLifetime,
            B::AdminOperations,
            B::NetworksRequired,
            B::PurposeRequired,
            B::IntegrationRequired,
            B::MostTokens
        ]
    );
}

#[test]
fn policy_makes_tokens_read_only_and_pending_without_a_violation() {
    let bounds =
        Bounds { read_only: Some(true), approval_required: Some(true), ..Bounds::default() };
    let issued = check(&effective(bounds), &asked(&Grant::read_write())).unwrap();
    assert_eq!(issued.grant.access, Access::ReadOnly);
    assert_eq!(issued.state, TokenState::Pending);
}

#[test]
fn naming_no_instance_means_those_that_policy_leaves_and_never_all() {
    let list = |names: &[&str]| Bounds {
        instances: Some(names.iter().map(|name| name.parse().unwrap()).collect()),
        ..Bounds::default()
    };
    let grant = Grant::read_only();
    let issued = check(&effective(list(&["jira", "wiki"])), &asked(&grant)).unwrap();
    assert_eq!(issued.grant.instances.len(), 2);
    assert_eq!(violated(list(&[]), &asked(&grant))[0].bound, BoundName::Instances);
}

#[test]
fn a_limit_may_be_stricter_than_policys_or_left_out_but_not_wider() {
    let limits = |rate: &str| Limits { rate: Some(rate.parse().unwrap()), ..Limits::NONE };
    let bounds = || Bounds {
        token_limits: Limits { concurrency: Some(4), ..limits("60/min") },
        ..Bounds::default()
    };
    let mut grant = Grant::read_only();
    for within in [Limits::NONE, limits("60/min"), limits("30/min"), limits("1/s")] {
        grant.limits = within;
        assert!(check(&effective(bounds()), &asked(&grant)).is_ok(), "{within}");
    }
    grant.limits = Limits { concurrency: Some(5), burst: Some(61), ..limits("61/min") };
    let told: Vec<String> =
        violated(bounds(), &asked(&grant)).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "the rate of a token is at most 60/min, not 61/min (policy rule \"strict\", token_limits)",
            "the burst of a token is at most 60, not 61 (policy rule \"strict\", token_limits)",
            "the concurrency of a token is at most 4, not 5 (policy rule \"strict\", token_limits)",
        ]
    );
}
