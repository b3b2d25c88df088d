//! What rules make of a person's rights.

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{Bounds, Lifetime, PolicyDocument, Rule, Say};
use gatepass_policy::{Bound, rights_of};

use crate::row::rule;
use crate::world::person;

fn document(rules: Vec<Rule>) -> PolicyDocument {
    PolicyDocument { rules, ..PolicyDocument::default() }
}

#[test]
fn a_new_store_lets_everybody_use_and_create_for_a_year() {
    let rights = rights_of(&PolicyDocument::default(), &person("alice", &[]));
    assert!(rights.use_tokens.allowed && rights.create.allowed);
    assert_eq!(rights.use_tokens.because(), "everybody");
    assert!(!rights.create_on_behalf.allowed && !rights.administer.allowed);
    assert_eq!(rights.approve.because(), "no rule allows it");
    let year = rights.bounds.longest_lifetime.unwrap();
    assert_eq!(year.value, LongestLifetime::Within(Lifetime::from_days(365)));
    assert_eq!(&*year.rule, "everybody");
}

#[test]
fn rules_are_about_members_and_about_people() {
    let by_group = Rule { groups: vec!["ops".into()], administer: Say::Allow, ..rule("ops") };
    let by_name = Rule { people: vec!["BOB".parse().unwrap()], ..by_group.clone() };
    let both = Rule { people: vec!["bob".parse().unwrap()], ..by_group.clone() };
    let may = |rule: &Rule, name: &str, groups: &[&str]| {
        rights_of(&document(vec![rule.clone()]), &person(name, groups)).administer.allowed
    };
    assert!(may(&by_group, "alice", &["ops"]) && !may(&by_group, "alice", &["dev"]));
    assert!(may(&both, "bob", &[]) && may(&both, "alice", &["ops"]) && !may(&both, "carol", &[]));
    assert!(may(&by_name, "bob", &[]));
}

#[test]
fn one_deny_beats_every_allow_and_is_named() {
    let rules = vec![
        Rule { create: Say::Allow, ..rule("yes") },
        Rule { create: Say::Deny, ..rule("no") },
        Rule { create: Say::Allow, ..rule("yes again") },
    ];
    let right = rights_of(&document(rules), &person("alice", &[])).create;
    assert!(!right.allowed);
    assert_eq!(right.because(), "no");
}

#[test]
fn the_strictest_of_each_bound_counts_and_names_its_rule() {
    let list = |names: &[&str]| Some(names.iter().map(|name| name.parse().unwrap()).collect());
    let within = |days| Some(LongestLifetime::Within(Lifetime::from_days(days)));
    let first = Bounds {
        instances: list(&["jira", "wiki"]),
        longest_lifetime: within(90),
        read_only: Some(false),
        admin_operations: Some(true),
        most_tokens: Some(20),
        ..Bounds::default()
    };
    let second = Bounds {
        instances: list(&["wiki", "code"]),
        longest_lifetime: Some(LongestLifetime::Unbounded),
        read_only: Some(true),
        admin_operations: Some(false),
        most_tokens: Some(3),
        purpose_required: Some(true),
        ..Bounds::default()
    };
    let rules =
        vec![Rule { bounds: first, ..rule("first") }, Rule { bounds: second, ..rule("second") }];
    let bounds = rights_of(&document(rules), &person("alice", &[])).bounds;
    let by = |rule: &str| rule.into();
    assert_eq!(
        bounds.instances,
        Some(Bound { value: vec!["wiki".parse().unwrap()], rule: by("second") })
    );
    assert_eq!(
        bounds.longest_lifetime,
        Some(Bound { value: within(90).unwrap(), rule: by("first") })
    );
    assert_eq!(bounds.read_only, Some(Bound { value: (), rule: by("second") }));
    assert_eq!(bounds.admin_operations, Some(Bound { value: false, rule: by("second") }));
    assert_eq!(bounds.most_tokens, Some(Bound { value: 3, rule: by("second") }));
    assert_eq!(bounds.purpose_required, Some(Bound { value: (), rule: by("second") }));
    assert_eq!(bounds.networks_required, None);
}

#[test]
fn never_is_no_bound() {
    let bounds = Bounds { longest_lifetime: Some(LongestLifetime::Unbounded), ..Bounds::default() };
    let rules = vec![Rule { bounds, ..rule("free") }];
    let rights = rights_of(&document(rules), &person("alice", &[]));
    assert_eq!(rights.bounds.longest_lifetime, None);
}
