//! What a person may do with tokens, by all the rules that match him.

use std::sync::Arc;

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{Bounds, InstanceName, Limits, Person, PolicyDocument, Rule, Say};

/// One right of a person, and the rule behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Right {
    /// Whether he has it.
    pub allowed: bool,
    /// The rule that gives it or denies it; `None` where no rule says anything, which means no.
    pub rule: Option<Arc<str>>,
}

impl Right {
    /// The name of the rule behind it, or `no rule allows it`.
    pub fn because(&self) -> &str {
        self.rule.as_deref().unwrap_or("no rule allows it")
    }
}

/// A bound, and the rule that sets it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound<T> {
    /// Its value.
    pub value: T,
    /// The rule that sets it; of several, the first in the document.
    pub rule: Arc<str>,
}

/// The strictest of each bound, of all rules that match a person. `None`: unbounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EffectiveBounds {
    /// The instances on which his tokens work: those that every rule with such a list names.
    pub instances: Option<Bound<Vec<InstanceName>>>,
    /// The longest life of a token.
    pub longest_lifetime: Option<Bound<LongestLifetime>>,
    /// Present when his tokens are read-only.
    pub read_only: Option<Bound<()>>,
    /// Whether his tokens may administer; `None`: no rule says so, which means no.
    pub admin_operations: Option<Bound<bool>>,
    /// Present when his tokens must name their networks.
    pub networks_required: Option<Bound<()>>,
    /// Present when his tokens must have a purpose.
    pub purpose_required: Option<Bound<()>>,
    /// Present when his tokens must name their integration.
    pub integration_required: Option<Bound<()>>,
    /// Present when his tokens wait for approval.
    pub approval_required: Option<Bound<()>>,
    /// How many living tokens he may own.
    pub most_tokens: Option<Bound<u32>>,
    /// What each of his tokens may cause, of each limit the strictest.
    pub token_limits: Option<Bound<Limits>>,
    /// What all his tokens may cause together.
    pub owner_limits: Option<Bound<Limits>>,
    /// What all tokens of an integration of his may cause together, other people's too.
    pub integration_limits: Option<Bound<Limits>>,
}

impl EffectiveBounds {
    /// Whether policy lets his tokens administer.
    pub fn may_administer(&self) -> bool {
        self.admin_operations.as_ref().is_some_and(|bound| bound.value)
    }
}

/// What a person may do with tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rights {
    /// Use tokens that he owns.
    pub use_tokens: Right,
    /// Create tokens for himself.
    pub create: Right,
    /// Create tokens for others.
    pub create_on_behalf: Right,
    /// The same for owners whose rights at the product are higher than his own.
    pub on_behalf_of_administrators: Right,
    /// Approve tokens that wait.
    pub approve: Right,
    /// Administer Gatepass.
    pub administer: Right,
    /// The bounds on his tokens.
    pub bounds: EffectiveBounds,
}

/// The rights of `person` under `policy`: of all rules that match him one `deny` beats every
/// `allow`, no `allow` means no, and of bounds the strictest counts.
pub fn rights_of(policy: &PolicyDocument, person: &Person) -> Rights {
    let matching: Vec<&Rule> = policy.rules.iter().filter(|rule| is_about(rule, person)).collect();
    rights_from(&matching)
}

/// Whether `rule` is about `person`: one of its groups has him, or it names him; a rule with
/// neither groups nor people is about everybody.
pub fn is_about(rule: &Rule, person: &Person) -> bool {
    (rule.groups.is_empty() && rule.people.is_empty())
        || rule.people.contains(&person.key.username)
        || rule.groups.iter().any(|group| person.groups.contains(group))
}

/// The rights of whoever exactly these rules are about. Depends on nothing else, so people whom
/// the same rules match can share one.
pub fn rights_from(matching: &[&Rule]) -> Rights {
    Rights {
        use_tokens: right(matching, |rule| rule.use_tokens),
        create: right(matching, |rule| rule.create),
        create_on_behalf: right(matching, |rule| rule.create_on_behalf),
        on_behalf_of_administrators: right(matching, |rule| rule.on_behalf_of_administrators),
        approve: right(matching, |rule| rule.approve),
        administer: right(matching, |rule| rule.administer),
        bounds: bounds(matching),
    }
}

fn right(matching: &[&Rule], say: impl Fn(&Rule) -> Say) -> Right {
    let named = |wanted| {
        matching.iter().find(|rule| say(rule) == wanted).map(|rule| rule.name.as_str().into())
    };
    let denied = named(Say::Deny);
    if denied.is_some() {
        return Right { allowed: false, rule: denied };
    }
    let allowed = named(Say::Allow);
    Right { allowed: allowed.is_some(), rule: allowed }
}

fn bounds(matching: &[&Rule]) -> EffectiveBounds {
    EffectiveBounds {
        instances: instances(matching),
        longest_lifetime: least(matching, |bounds| bounds.longest_lifetime)
            .filter(|bound| bound.value != LongestLifetime::Unbounded),
        read_only: demand(matching, |bounds| bounds.read_only),
        // `false` sorts before `true`: one "no" beats every "yes".
        admin_operations: least(matching, |bounds| bounds.admin_operations),
        networks_required: demand(matching, |bounds| bounds.networks_required),
        purpose_required: demand(matching, |bounds| bounds.purpose_required),
        integration_required: demand(matching, |bounds| bounds.integration_required),
        approval_required: demand(matching, |bounds| bounds.approval_required),
        most_tokens: least(matching, |bounds| bounds.most_tokens),
        token_limits: limits(matching, |bounds| &bounds.token_limits),
        owner_limits: limits(matching, |bounds| &bounds.owner_limits),
        integration_limits: limits(matching, |bounds| &bounds.integration_limits),
    }
}

/// The smallest value, by the first rule that has it.
fn least<T: Ord>(matching: &[&Rule], get: impl Fn(&Bounds) -> Option<T>) -> Option<Bound<T>> {
    let mut least: Option<Bound<T>> = None;
    for rule in matching {
        let Some(value) = get(&rule.bounds) else { continue };
        if least.as_ref().is_none_or(|bound| value < bound.value) {
            least = Some(Bound { value, rule: rule.name.as_str().into() });
        }
    }
    least
}

/// What the first rule with `true` demands.
fn demand(matching: &[&Rule], get: impl Fn(&Bounds) -> Option<bool>) -> Option<Bound<()>> {
    let rule = matching.iter().find(|rule| get(&rule.bounds) == Some(true))?;
    Some(Bound { value: (), rule: rule.name.as_str().into() })
}

/// Of each limit the strictest, by the last rule that made one stricter.
fn limits(matching: &[&Rule], get: impl Fn(&Bounds) -> &Limits) -> Option<Bound<Limits>> {
    let mut strictest: Option<Bound<Limits>> = None;
    for rule in matching {
        let limits = get(&rule.bounds);
        if limits.is_none() {
            continue;
        }
        let before = strictest.as_ref().map_or(Limits::NONE, |bound| bound.value);
        let after = before.strictest(limits);
        if after != before {
            strictest = Some(Bound { value: after, rule: rule.name.as_str().into() });
        }
    }
    strictest
}

/// What all lists have in common, by the last rule that took something away.
fn instances(matching: &[&Rule]) -> Option<Bound<Vec<InstanceName>>> {
    let mut common: Option<Bound<Vec<InstanceName>>> = None;
    for rule in matching {
        let Some(list) = &rule.bounds.instances else { continue };
        match &mut common {
            None => {
                common = Some(Bound { value: list.clone(), rule: rule.name.as_str().into() });
            }
            Some(bound) => {
                let before = bound.value.len();
                bound.value.retain(|instance| list.contains(instance));
                if bound.value.len() < before {
                    bound.rule = rule.name.as_str().into();
                }
            }
        }
    }
    common
}
