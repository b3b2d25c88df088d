//! The policy as a document. The file that people write is another shape, and the control's.

use std::collections::BTreeMap;

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Bounds, CredentialKind, CredentialSet, Exemption, InstancePolicy, Lifetime, Mode, Modes,
    NativeTokenPage, PolicyDocument, Rule, Say,
};
use serde::{Deserialize, Serialize};

use super::limits::{LimitsDocument, read_limits, write_limits};
use super::{Problem, moment_option, parse, parse_all};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    v: u32,
    instances: BTreeMap<String, InstanceDocument>,
    rules: Vec<RuleDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceDocument {
    modes: BTreeMap<String, String>,
    exemptions: Vec<ExemptionDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slow_above: Option<i64>,
    /// Left out: the product's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    native_token_page: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExemptionDocument {
    credentials: Vec<String>,
    people: Vec<String>,
    groups: Vec<String>,
    networks: Vec<String>,
    paths: Vec<String>,
    until: Option<i64>,
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleDocument {
    name: String,
    groups: Vec<String>,
    people: Vec<String>,
    use_tokens: Option<String>,
    create: Option<String>,
    create_on_behalf: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of_administrators: Option<String>,
    approve: Option<String>,
    administer: Option<String>,
    bounds: BoundsDocument,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundsDocument {
    instances: Option<Vec<String>>,
    longest_lifetime: Option<LifetimeDocument>,
    read_only: Option<bool>,
    admin_operations: Option<bool>,
    networks_required: Option<bool>,
    purpose_required: Option<bool>,
    integration_required: Option<bool>,
    approval_required: Option<bool>,
    most_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_limits: Option<LimitsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_limits: Option<LimitsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    integration_limits: Option<LimitsDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LifetimeDocument {
    Millis(i64),
    Unbounded,
}

/// The text of `policy`.
pub(crate) fn policy_json(policy: &PolicyDocument) -> String {
    let PolicyDocument { instances, rules } = policy;
    let document = Document {
        v: VERSION,
        instances: instances
            .iter()
            .map(|(name, policy)| (name.to_string(), write_instance(policy)))
            .collect(),
        rules: rules.iter().map(write_rule).collect(),
    };
    // Strings, numbers and maps by string only: it can't fail, and an empty text would be
    // refused on reading.
    serde_json::to_string(&document).unwrap_or_default()
}

/// The policy that `text` holds.
pub(crate) fn parse_policy(text: &str) -> Result<PolicyDocument, Problem> {
    let document: Document =
        serde_json::from_str(text).map_err(|_| "it is no known document".to_owned())?;
    if document.v != VERSION {
        return Err("it has an unknown version".to_owned());
    }
    let mut instances = BTreeMap::new();
    for (name, policy) in document.instances {
        instances.insert(parse(&name, "instance")?, read_instance(policy)?);
    }
    let rules = document.rules.into_iter().map(read_rule).collect::<Result<_, _>>()?;
    Ok(PolicyDocument { instances, rules })
}

fn write_instance(policy: &InstancePolicy) -> InstanceDocument {
    let InstancePolicy { modes, exemptions, limits, slow_above, native_token_page } = policy;
    let mode = |kind: CredentialKind| (kind.as_str().to_owned(), modes.of(kind).as_str().into());
    InstanceDocument {
        modes: CredentialKind::ALL.into_iter().map(mode).collect(),
        exemptions: exemptions.iter().map(write_exemption).collect(),
        limits: write_limits(limits),
        slow_above: slow_above.map(Lifetime::as_millis),
        native_token_page: (*native_token_page != NativeTokenPage::default())
            .then(|| native_token_page.as_str().to_owned()),
    }
}

fn read_instance(document: InstanceDocument) -> Result<InstancePolicy, Problem> {
    let mut modes = Modes::default();
    if document.modes.len() != CredentialKind::ALL.len() {
        return Err("its modes are not all there".to_owned());
    }
    for kind in CredentialKind::ALL {
        let mode = document.modes.get(kind.as_str()).map_or("", String::as_str);
        let found = Mode::find(kind, mode);
        *modes.of_mut(kind) = found.ok_or_else(|| format!("a mode of {kind:?} is none"))?;
    }
    let exemptions = document.exemptions.into_iter().map(read_exemption);
    let slow_above = document.slow_above.map(lifetime).transpose()?;
    Ok(InstancePolicy {
        modes,
        exemptions: exemptions.collect::<Result<_, _>>()?,
        limits: read_limits(document.limits)?,
        slow_above,
        native_token_page: match document.native_token_page {
            Some(page) => parse(&page, "native_token_page")?,
            None => NativeTokenPage::default(),
        },
    })
}

fn write_exemption(exemption: &Exemption) -> ExemptionDocument {
    let Exemption { credentials, people, groups, networks, paths, until, reason } = exemption;
    ExemptionDocument {
        credentials: credentials.iter().map(|kind| kind.as_str().to_owned()).collect(),
        people: texts(people),
        groups: groups.clone(),
        networks: texts(networks),
        paths: texts(paths),
        until: until.map(gatepass_model::Timestamp::as_millis),
        reason: reason.clone(),
    }
}

fn read_exemption(document: ExemptionDocument) -> Result<Exemption, Problem> {
    let mut credentials = CredentialSet::EMPTY;
    for name in &document.credentials {
        let kind = CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == name);
        credentials = credentials.with(kind.ok_or("an exemption's credential is none")?);
    }
    Ok(Exemption {
        credentials,
        people: parse_all(&document.people, "person")?,
        groups: document.groups,
        networks: parse_all(&document.networks, "network")?,
        paths: parse_all(&document.paths, "path")?,
        until: moment_option(document.until, "exemption's end")?,
        reason: document.reason,
    })
}

fn write_rule(rule: &Rule) -> RuleDocument {
    let Rule {
        name,
        groups,
        people,
        use_tokens,
        create,
        create_on_behalf,
        on_behalf_of_administrators,
        approve,
        administer,
        bounds,
    } = rule;
    let say = |say: &Say| say.as_str().map(ToOwned::to_owned);
    RuleDocument {
        name: name.clone(),
        groups: groups.clone(),
        people: texts(people),
        use_tokens: say(use_tokens),
        create: say(create),
        create_on_behalf: say(create_on_behalf),
        on_behalf_of_administrators: say(on_behalf_of_administrators),
        approve: say(approve),
        administer: say(administer),
        bounds: write_bounds(bounds),
    }
}

fn read_rule(document: RuleDocument) -> Result<Rule, Problem> {
    Ok(Rule {
        name: document.name,
        groups: document.groups,
        people: parse_all(&document.people, "person")?,
        use_tokens: read_say(document.use_tokens.as_deref())?,
        create: read_say(document.create.as_deref())?,
        create_on_behalf: read_say(document.create_on_behalf.as_deref())?,
        on_behalf_of_administrators: read_say(document.on_behalf_of_administrators.as_deref())?,
        approve: read_say(document.approve.as_deref())?,
        administer: read_say(document.administer.as_deref())?,
        bounds: read_bounds(document.bounds)?,
    })
}

fn read_say(text: Option<&str>) -> Result<Say, Problem> {
    [Say::Nothing, Say::Allow, Say::Deny]
        .into_iter()
        .find(|say| say.as_str() == text)
        .ok_or_else(|| "a right is none".to_owned())
}

fn write_bounds(bounds: &Bounds) -> BoundsDocument {
    let Bounds {
        instances,
        longest_lifetime,
        read_only,
        admin_operations,
        networks_required,
        purpose_required,
        integration_required,
        approval_required,
        most_tokens,
        token_limits,
        owner_limits,
        integration_limits,
    } = bounds;
    BoundsDocument {
        instances: instances.as_deref().map(texts),
        longest_lifetime: longest_lifetime.map(|longest| match longest {
            LongestLifetime::Within(lifetime) => LifetimeDocument::Millis(lifetime.as_millis()),
            LongestLifetime::Unbounded => LifetimeDocument::Unbounded,
        }),
        read_only: *read_only,
        admin_operations: *admin_operations,
        networks_required: *networks_required,
        purpose_required: *purpose_required,
        integration_required: *integration_required,
        approval_required: *approval_required,
        most_tokens: *most_tokens,
        token_limits: write_limits(token_limits),
        owner_limits: write_limits(owner_limits),
        integration_limits: write_limits(integration_limits),
    }
}

fn read_bounds(document: BoundsDocument) -> Result<Bounds, Problem> {
    let longest_lifetime = match document.longest_lifetime {
        None => None,
        Some(LifetimeDocument::Unbounded) => Some(LongestLifetime::Unbounded),
        Some(LifetimeDocument::Millis(millis)) => Some(LongestLifetime::Within(lifetime(millis)?)),
    };
    let instances = document.instances.map(|names| parse_all(&names, "instance")).transpose()?;
    Ok(Bounds {
        instances,
        longest_lifetime,
        read_only: document.read_only,
        admin_operations: document.admin_operations,
        networks_required: document.networks_required,
        purpose_required: document.purpose_required,
        integration_required: document.integration_required,
        approval_required: document.approval_required,
        most_tokens: document.most_tokens,
        token_limits: read_limits(document.token_limits)?,
        owner_limits: read_limits(document.owner_limits)?,
        integration_limits: read_limits(document.integration_limits)?,
    })
}

fn lifetime(millis: i64) -> Result<Lifetime, Problem> {
    if millis < 0 {
        Err("a lifetime is negative".to_owned())
    } else {
        Ok(Lifetime::from_millis(millis))
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
