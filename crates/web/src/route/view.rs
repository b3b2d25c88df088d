//! From what use cases give to what pages show.

use gatepass_console::part::{
    DiffLine, DiffSign, Doer, GrantFacts, IdentityProblem, IdentityTrouble, LastUse, NonCompliance,
    NonComplying, RefusedLately, TokenBrief, Who,
};
use gatepass_console::{PolicyFault, PolicyKey};
use gatepass_control::{NativeStanding, PolicyDiff, TokenRow, Violation};
use gatepass_model::{Actor, Grant, InstanceName, PersonKey, Timestamp, Token};

use crate::place::ConsoleConfig;
use crate::visit::Visit;

/// Somebody, where what people call him is known already.
pub(super) fn who(key: &PersonKey, display_name: &str) -> Who {
    Who { key: key.clone(), display_name: display_name.to_owned() }
}

/// Who did something. `name`: what people call him, where he is a person and that is known.
pub(super) fn doer(actor: &Actor, name: Option<&str>) -> Doer {
    match actor {
        Actor::CommandLine(user) => Doer::CommandLine(user.clone()),
        Actor::System(part) => Doer::System((*part).to_owned()),
        Actor::Person(key) => Doer::Person(who(key, name.unwrap_or(key.username.as_str()))),
    }
}

/// The same, as a record writes it.
pub(super) fn doer_of_text(text: &str) -> Doer {
    match text.split_once(':') {
        Some(("cli", user)) => Doer::CommandLine(user.to_owned()),
        Some(("person", rest)) => {
            let key = rest.split_once(':').and_then(|(directory, username)| {
                Some(PersonKey {
                    directory: directory.parse().ok()?,
                    username: username.parse().ok()?,
                })
            });
            match key {
                Some(key) => Doer::Person(who(&key, key.username.as_str())),
                None => Doer::System(text.to_owned()),
            }
        }
        Some(("system", part)) => Doer::System(part.to_owned()),
        _ => Doer::System(text.to_owned()),
    }
}

pub(super) fn facts(config: &ConsoleConfig, token: &Token) -> GrantFacts {
    facts_of(config, &token.grant, &token.owner, token.expires_at)
}

pub(super) fn facts_of(
    config: &ConsoleConfig,
    grant: &Grant,
    owner: &PersonKey,
    expires_at: Option<Timestamp>,
) -> GrantFacts {
    GrantFacts {
        grant: grant.clone(),
        places: config.titles_of(grant, owner),
        owner: owner.username.to_string(),
        expires_at,
    }
}

pub(super) fn last_use(
    config: &ConsoleConfig,
    last: Option<&gatepass_control::LastUse>,
) -> Option<LastUse> {
    last.map(|last| LastUse {
        at: last.at,
        place: config.title_of(last.instance.as_str()),
        address: last.address,
        agent: last.agent.clone(),
    })
}

pub(super) fn refused_lately(row: &TokenRow) -> Option<RefusedLately> {
    row.refused_lately.map(|lately| RefusedLately { count: lately.count, reason: lately.reason })
}

/// A token in a list of what is about to happen.
pub(super) fn brief(config: &ConsoleConfig, row: &TokenRow) -> TokenBrief {
    let token = &row.view.token;
    TokenBrief {
        id: token.id,
        name: token.name.clone(),
        owner: who(&token.owner, &row.owner_name),
        state: row.view.state,
        last_use: last_use(config, row.last_use.as_ref()),
    }
}

/// Where the gate can't act as `owner`, of the instances that `grant` reaches.
pub(super) fn identity_problems(
    visit: &Visit,
    owner: &PersonKey,
    grant: &Grant,
    standing: &[(InstanceName, NativeStanding)],
) -> Vec<IdentityProblem> {
    let is_own = visit.visitor.as_ref().is_some_and(|visitor| visitor.who.key() == owner);
    let config = visit.config();
    let problem = |one: &crate::place::ConsoleInstance| {
        let (_, found) = standing.iter().find(|(name, _)| *name == one.instance.name)?;
        let trouble = match found {
            NativeStanding::Good => return None,
            NativeStanding::Missing => IdentityTrouble::Missing,
            NativeStanding::Broken(_) => IdentityTrouble::Refused,
            NativeStanding::NotRenewed(_) => IdentityTrouble::NotRenewed,
        };
        let can_mend = is_own && one.makes_natives;
        Some(IdentityProblem { place: config.place(&one.instance), trouble, can_mend })
    };
    config.reached(grant, owner).filter_map(problem).collect()
}

pub(super) fn policy_fault(violation: &Violation) -> PolicyFault {
    PolicyFault {
        key: PolicyKey::find(violation.key).unwrap_or(PolicyKey::Use),
        rule: violation.rule.as_ref().map(ToString::to_string),
        bound: violation.bound.clone(),
    }
}

pub(super) fn non_compliance(found: &gatepass_control::NonCompliance) -> NonCompliance {
    let one = |token: &gatepass_control::NonComplying| NonComplying {
        id: token.token,
        name: token.name.clone(),
        owner: who(&token.owner_key, &token.owner_name),
        broken: token.broken.iter().map(policy_fault).collect(),
    };
    NonCompliance { count: found.count as u64, tokens: found.tokens.iter().map(one).collect() }
}

pub(super) fn diff(diff: &PolicyDiff) -> Vec<DiffLine> {
    let line = |line: &gatepass_control::DiffLine| DiffLine {
        sign: match line.sign {
            gatepass_control::DiffSign::Added => DiffSign::Added,
            gatepass_control::DiffSign::Removed => DiffSign::Removed,
            gatepass_control::DiffSign::Changed => DiffSign::Changed,
        },
        text: line.text.clone(),
    };
    diff.lines.iter().map(line).collect()
}
