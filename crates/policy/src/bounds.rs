//! Whether what somebody asks for keeps to policy's bounds. Asked when a token is issued, or its
//! grant or its end is changed; what holds at use stands in [`crate::decide`].

use std::fmt;
use std::sync::Arc;

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Access, Expiry, Grant, InstanceName, LimitName, Limits, Timestamp, TokenState,
};

use crate::rights::{Bound, EffectiveBounds};

/// A token as asked for.
#[derive(Clone, Copy, Debug)]
pub struct AskedFor<'a> {
    /// What it is to be allowed.
    pub grant: &'a Grant,
    /// When it is to end.
    pub expiry: Expiry,
    /// What it is for.
    pub purpose: Option<&'a str>,
    /// The integration that it is for.
    pub integration: Option<&'a str>,
    /// How many living tokens its owner has already, this one not counted.
    pub living_tokens: u32,
    /// The present, from which its life counts.
    pub now: Timestamp,
}

/// A token as it may be issued: what was asked for, less what policy takes away silently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjusted {
    /// Read-only where policy forces it, and on the instances that policy leaves where none was
    /// named.
    pub grant: Grant,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// `Pending` where somebody must approve it first, else `Active`.
    pub state: TokenState,
}

/// Which bound is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoundName {
    /// `instances`
    Instances,
    /// `longest_lifetime`
    LongestLifetime,
    /// `admin_operations`
    AdminOperations,
    /// `networks_required`
    NetworksRequired,
    /// `purpose_required`
    PurposeRequired,
    /// `integration_required`
    IntegrationRequired,
    /// `most_tokens`
    MostTokens,
    /// `token_limits`
    TokenLimits,
}

impl BoundName {
    /// The key in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::LongestLifetime => "longest_lifetime",
            Self::AdminOperations => "admin_operations",
            Self::NetworksRequired => "networks_required",
            Self::PurposeRequired => "purpose_required",
            Self::IntegrationRequired => "integration_required",
            Self::MostTokens => "most_tokens",
            Self::TokenLimits => "token_limits",
        }
    }
}

/// A bound that is not kept. Prints as one sentence that names the rule behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundViolation {
    /// Which bound.
    pub bound: BoundName,
    /// The rule that sets it; `None` where no rule allows what was asked for.
    pub rule: Option<Arc<str>>,
    /// What it asks for: `a token lives at most 90d`.
    pub words: String,
    /// The bound alone, as the policy file writes it: `90d`, `20`, `60/min`, `jira, wiki`. `None`
    /// where there is nothing to it but that it is there.
    pub value: Option<String>,
}

impl fmt::Display for BoundViolation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => {
                write!(out, "{} (policy rule {rule:?}, {})", self.words, self.bound.as_str())
            }
            None => {
                write!(out, "{} (no policy rule allows it, {})", self.words, self.bound.as_str())
            }
        }
    }
}

impl std::error::Error for BoundViolation {}

/// What may be issued of `asked` within `bounds`; else every bound that it does not keep to.
pub fn check(
    bounds: &EffectiveBounds,
    asked: &AskedFor<'_>,
) -> Result<Adjusted, Vec<BoundViolation>> {
    let instances = instances(bounds, asked);
    let mut violations: Vec<BoundViolation> = [
        lifetime(bounds, asked),
        administration(bounds, asked),
        missing(
            bounds.networks_required.as_ref(),
            BoundName::NetworksRequired,
            !asked.grant.networks.is_empty(),
            "a token must name the networks that it is used from",
        ),
        missing(
            bounds.purpose_required.as_ref(),
            BoundName::PurposeRequired,
            is_given(asked.purpose),
            "a token must have a purpose",
        ),
        missing(
            bounds.integration_required.as_ref(),
            BoundName::IntegrationRequired,
            is_given(asked.integration),
            "a token must name its integration",
        ),
        most_tokens(bounds, asked),
    ]
    .into_iter()
    .flatten()
    .collect();
    violations.extend(limits(bounds, &asked.grant.limits));
    let instances = match instances {
        Ok(instances) => instances,
        Err(violation) => {
            violations.insert(0, violation);
            return Err(violations);
        }
    };
    if !violations.is_empty() {
        return Err(violations);
    }
    let mut grant = Grant { instances, ..asked.grant.clone() };
    if bounds.read_only.is_some() {
        grant.access = Access::ReadOnly;
    }
    let state = match bounds.approval_required {
        Some(_) => TokenState::Pending,
        None => TokenState::Active,
    };
    Ok(Adjusted { grant, expires_at: asked.expiry.from(asked.now), state })
}

fn violation<T>(bound: &Bound<T>, name: BoundName, words: impl Into<String>) -> BoundViolation {
    let rule = Some(bound.rule.clone());
    BoundViolation { bound: name, rule, words: words.into(), value: None }
}

impl BoundViolation {
    fn of(self, value: impl fmt::Display) -> Self {
        Self { value: Some(value.to_string()), ..self }
    }
}

/// The instances to grant. Naming none means all that policy leaves, written out: an empty list
/// in a grant would mean every instance there is.
fn instances(
    bounds: &EffectiveBounds,
    asked: &AskedFor<'_>,
) -> Result<Vec<InstanceName>, BoundViolation> {
    let named = &asked.grant.instances;
    let Some(bound) = &bounds.instances else { return Ok(named.clone()) };
    if bound.value.is_empty() {
        return Err(violation(bound, BoundName::Instances, "tokens work on no instance"));
    }
    if named.is_empty() {
        return Ok(bound.value.clone());
    }
    match named.iter().find(|instance| !bound.value.contains(instance)) {
        None => Ok(named.clone()),
        Some(instance) => {
            let words = format!("tokens do not work on {instance}");
            let allowed: Vec<&str> = bound.value.iter().map(InstanceName::as_str).collect();
            Err(violation(bound, BoundName::Instances, words).of(allowed.join(", ")))
        }
    }
}

fn lifetime(bounds: &EffectiveBounds, asked: &AskedFor<'_>) -> Option<BoundViolation> {
    let bound = bounds.longest_lifetime.as_ref()?;
    let LongestLifetime::Within(longest) = bound.value else { return None };
    let is_within = match asked.expiry.from(asked.now) {
        None => false,
        Some(end) => end <= asked.now.plus(longest),
    };
    if is_within {
        return None;
    }
    let words = format!("a token lives at most {longest}");
    Some(violation(bound, BoundName::LongestLifetime, words).of(longest))
}

fn administration(bounds: &EffectiveBounds, asked: &AskedFor<'_>) -> Option<BoundViolation> {
    if !asked.grant.admin || bounds.may_administer() {
        return None;
    }
    Some(BoundViolation {
        bound: BoundName::AdminOperations,
        rule: bounds.admin_operations.as_ref().map(|bound| bound.rule.clone()),
        words: "tokens may not administer".to_owned(),
        value: None,
    })
}

fn missing(
    bound: Option<&Bound<()>>,
    name: BoundName,
    is_there: bool,
    words: &'static str,
) -> Option<BoundViolation> {
    bound.filter(|_| !is_there).map(|bound| violation(bound, name, words))
}

fn is_given(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fn most_tokens(bounds: &EffectiveBounds, asked: &AskedFor<'_>) -> Option<BoundViolation> {
    let bound = bounds.most_tokens.as_ref()?;
    if asked.living_tokens < bound.value {
        return None;
    }
    let words = format!("one person owns at most {} living tokens", bound.value);
    Some(violation(bound, BoundName::MostTokens, words).of(bound.value))
}

/// Each limit that a grant has wider than policy. One that it leaves out is not wider: policy's
/// own counts at use.
fn limits(bounds: &EffectiveBounds, asked: &Limits) -> Vec<BoundViolation> {
    let Some(bound) = &bounds.token_limits else { return Vec::new() };
    let both = asked.strictest(&bound.value);
    let wider = LimitName::ALL.into_iter().filter_map(|name| {
        let (asked, most) = (asked.text(name)?, both.text(name)?);
        if asked == most {
            return None;
        }
        let words = format!("the {} of a token is at most {most}, not {asked}", name.as_str());
        Some(violation(bound, BoundName::TokenLimits, words).of(most))
    });
    wider.collect()
}
