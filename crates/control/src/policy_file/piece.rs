//! One rule that did not come from a file, checked as if it had.

use std::collections::BTreeMap;

use gatepass_model::{Bounds, InstanceName, PolicyDocument, Rule, Say};

use super::rule::{RULE, shown};
use super::{MAX_BYTES, PolicyFile, PolicyMistake, export, parse};
use crate::error::{ControlError, Problem};

/// The keys within tables of limits.
const LIMITS: [&str; 18] = [
    "token_limits.rate",
    "token_limits.burst",
    "token_limits.concurrency",
    "token_limits.bytes_per_day",
    "token_limits.heavy_rate",
    "token_limits.heavy_concurrency",
    "owner_limits.rate",
    "owner_limits.burst",
    "owner_limits.concurrency",
    "owner_limits.bytes_per_day",
    "owner_limits.heavy_rate",
    "owner_limits.heavy_concurrency",
    "integration_limits.rate",
    "integration_limits.burst",
    "integration_limits.concurrency",
    "integration_limits.bytes_per_day",
    "integration_limits.heavy_rate",
    "integration_limits.heavy_concurrency",
];
/// For what is wrong with the policy as a whole.
const WHOLE: &str = "rules";

/// The rule as a file beside the other rules of `policy` would have it; else `Invalid` with all that
/// the reader of files finds wrong with it.
///
/// Of the others only the names are written: one that is about an instance which is no longer
/// configured is not the fault of whoever changes this one.
pub(crate) fn check_rule(
    rule: &Rule,
    policy: &PolicyDocument,
    known: &[InstanceName],
) -> Result<Rule, ControlError> {
    let mut rules: Vec<Rule> = policy.rules.iter().map(|other| named(&other.name)).collect();
    rules.push(rule.clone());
    let text = export(&PolicyDocument { instances: BTreeMap::new(), rules });
    let read = parse(PolicyFile { name: "", text: &text }, known);
    let rule = match read.map(|document| document.rules.into_iter().next_back()) {
        Ok(Some(rule)) => rule,
        Ok(None) => return Err(ControlError::Invalid(vec![Problem::new(WHOLE, "it has no rule")])),
        Err(mistakes) => {
            let problems = mistakes.iter().map(|mistake| problem_of(mistake, &rule.name));
            return Err(ControlError::Invalid(problems.collect()));
        }
    };
    let mut whole = policy.clone();
    whole.rules.push(rule.clone());
    if export(&whole).len() > MAX_BYTES {
        let words = "the policy as a file would be longer than 1 MiB";
        return Err(ControlError::Invalid(vec![Problem::new(WHOLE, words)]));
    }
    Ok(rule)
}

/// A mistake, by its key within the rule.
fn problem_of(mistake: &PolicyMistake, name: &str) -> Problem {
    let path = format!("rules.{}.", shown(name));
    let key = mistake.key.strip_prefix(&path).unwrap_or_default();
    let keys = RULE.iter().map(|known| known.key).chain(LIMITS);
    let field = keys.into_iter().find(|known| *known == key).unwrap_or(WHOLE);
    Problem::new(field, mistake.problem.clone())
}

/// A rule that says nothing.
fn named(name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        groups: Vec::new(),
        people: Vec::new(),
        use_tokens: Say::Nothing,
        create: Say::Nothing,
        create_on_behalf: Say::Nothing,
        on_behalf_of_administrators: Say::Nothing,
        approve: Say::Nothing,
        administer: Say::Nothing,
        bounds: Bounds::default(),
    }
}
