//! From the fields of a rule to the rule, and back.

use gatepass_console::page::create::LimitValues;
use gatepass_console::page::rule::{RuleValues, field};
use gatepass_console::{Fault, FieldFault};
use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Bounds, ByteCount, InstanceName, Lifetime, LimitName, Limits, Rate, Rule, Say, Username,
};

use crate::fields::Fields;

const PREFIXES: [(&str, &str); 3] = [
    ("token_", "token_limits"),
    ("owner_", "owner_limits"),
    ("integration_", "integration_limits"),
];

/// What is typed, as typed.
pub(super) fn values(fields: &Fields) -> RuleValues {
    let text = |name: &str| fields.get(name).to_owned();
    RuleValues {
        name: text(field::NAME),
        groups: text(field::GROUPS),
        people: text(field::PEOPLE),
        use_tokens: say(fields, field::USE),
        create: say(fields, field::CREATE),
        create_on_behalf: say(fields, field::CREATE_ON_BEHALF),
        on_behalf_of_administrators: say(fields, field::ON_BEHALF_OF_ADMINISTRATORS),
        approve: say(fields, field::APPROVE),
        administer: say(fields, field::ADMINISTER),
        instances: fields.all(field::INSTANCES).map(str::to_owned).collect(),
        longest_lifetime: text(field::LONGEST_LIFETIME),
        read_only: flag(fields, field::READ_ONLY),
        admin_operations: flag(fields, field::ADMIN_OPERATIONS),
        networks_required: flag(fields, field::NETWORKS_REQUIRED),
        purpose_required: flag(fields, field::PURPOSE_REQUIRED),
        integration_required: flag(fields, field::INTEGRATION_REQUIRED),
        approval_required: flag(fields, field::APPROVAL_REQUIRED),
        most_tokens: text(field::MOST_TOKENS),
        token_limits: limit_values(fields, "token_"),
        owner_limits: limit_values(fields, "owner_"),
        integration_limits: limit_values(fields, "integration_"),
    }
}

/// A stored rule, as the form shows it.
pub(super) fn values_of(rule: &Rule) -> RuleValues {
    let bounds = &rule.bounds;
    let lines = |items: Vec<String>| items.join("\n");
    RuleValues {
        name: rule.name.clone(),
        groups: lines(rule.groups.clone()),
        people: lines(rule.people.iter().map(ToString::to_string).collect()),
        use_tokens: rule.use_tokens,
        create: rule.create,
        create_on_behalf: rule.create_on_behalf,
        on_behalf_of_administrators: rule.on_behalf_of_administrators,
        approve: rule.approve,
        administer: rule.administer,
        instances: bounds.instances.iter().flatten().map(ToString::to_string).collect(),
        longest_lifetime: bounds
            .longest_lifetime
            .map(|longest| longest.to_string())
            .unwrap_or_default(),
        read_only: bounds.read_only,
        admin_operations: bounds.admin_operations,
        networks_required: bounds.networks_required,
        purpose_required: bounds.purpose_required,
        integration_required: bounds.integration_required,
        approval_required: bounds.approval_required,
        most_tokens: bounds.most_tokens.map(|most| most.to_string()).unwrap_or_default(),
        token_limits: limit_values_of(&bounds.token_limits),
        owner_limits: limit_values_of(&bounds.owner_limits),
        integration_limits: limit_values_of(&bounds.integration_limits),
    }
}

/// The rule that is typed; else everything that can't be read.
pub(super) fn rule(fields: &Fields) -> Result<Rule, Vec<FieldFault>> {
    let values = values(fields);
    let mut faults = Vec::new();
    let people = people(&values.people, &mut faults);
    let longest_lifetime = longest(&values.longest_lifetime, &mut faults);
    let most_tokens = count(field::MOST_TOKENS, &values.most_tokens, &mut faults);
    let instances = instances(&values.instances, &mut faults);
    let [token_limits, owner_limits, integration_limits] =
        PREFIXES.map(|(prefix, shown)| limits(fields, prefix, shown, &mut faults));
    if values.name.trim().is_empty() {
        faults.insert(0, FieldFault { field: field::NAME, fault: Fault::Missing });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Rule {
        name: values.name.trim().to_owned(),
        groups: entries(&values.groups).map(str::to_owned).collect(),
        people,
        use_tokens: values.use_tokens,
        create: values.create,
        create_on_behalf: values.create_on_behalf,
        on_behalf_of_administrators: values.on_behalf_of_administrators,
        approve: values.approve,
        administer: values.administer,
        bounds: Bounds {
            instances,
            longest_lifetime,
            read_only: values.read_only,
            admin_operations: values.admin_operations,
            networks_required: values.networks_required,
            purpose_required: values.purpose_required,
            integration_required: values.integration_required,
            approval_required: values.approval_required,
            most_tokens,
            token_limits,
            owner_limits,
            integration_limits,
        },
    })
}

fn say(fields: &Fields, name: &str) -> Say {
    match fields.get(name) {
        "allow" => Say::Allow,
        "deny" => Say::Deny,
        _ => Say::Nothing,
    }
}

fn flag(fields: &Fields, name: &str) -> Option<bool> {
    fields.get(name).parse().ok()
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn people(text: &str, faults: &mut Vec<FieldFault>) -> Vec<Username> {
    let mut people = Vec::new();
    for line in entries(text) {
        if let Ok(username) = line.parse() {
            people.push(username);
        } else {
            let given = line.chars().take(200).collect();
            faults.push(FieldFault { field: field::PEOPLE, fault: Fault::UnknownPerson { given } });
        }
    }
    people
}

fn instances(typed: &[String], faults: &mut Vec<FieldFault>) -> Option<Vec<InstanceName>> {
    if typed.is_empty() {
        return None;
    }
    let mut names = Vec::new();
    for text in typed {
        if let Ok(name) = text.parse() {
            names.push(name);
        } else {
            let fault = Fault::UnknownInstance { given: text.clone() };
            faults.push(FieldFault { field: field::INSTANCES, fault });
        }
    }
    Some(names)
}

fn longest(text: &str, faults: &mut Vec<FieldFault>) -> Option<LongestLifetime> {
    let text = text.trim();
    match text {
        "" => None,
        "never" => Some(LongestLifetime::Unbounded),
        _ => match text.parse::<Lifetime>() {
            Ok(lifetime) if lifetime.as_millis() > 0 => Some(LongestLifetime::Within(lifetime)),
            _ => {
                let fault = Fault::NotADuration { given: text.chars().take(200).collect() };
                faults.push(FieldFault { field: field::LONGEST_LIFETIME, fault });
                None
            }
        },
    }
}

fn count(name: &'static str, text: &str, faults: &mut Vec<FieldFault>) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let parsed = text.parse().ok();
    if parsed.is_none() {
        let fault = Fault::NotACount { given: text.chars().take(200).collect() };
        faults.push(FieldFault { field: name, fault });
    }
    parsed
}

fn limit_values(fields: &Fields, prefix: &str) -> LimitValues {
    let text = |name: LimitName| fields.get(&format!("{prefix}{}", name.as_str())).to_owned();
    LimitValues {
        rate: text(LimitName::Rate),
        burst: text(LimitName::Burst),
        concurrency: text(LimitName::Concurrency),
        bytes_per_day: text(LimitName::BytesPerDay),
        heavy_rate: text(LimitName::HeavyRate),
        heavy_concurrency: text(LimitName::HeavyConcurrency),
    }
}

fn limit_values_of(limits: &Limits) -> LimitValues {
    fn text<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    LimitValues {
        rate: text(limits.rate),
        burst: text(limits.burst),
        concurrency: text(limits.concurrency),
        bytes_per_day: text(limits.bytes_per_day),
        heavy_rate: text(limits.heavy_rate),
        heavy_concurrency: text(limits.heavy_concurrency),
    }
}

fn limits(
    fields: &Fields,
    prefix: &str,
    shown: &'static str,
    faults: &mut Vec<FieldFault>,
) -> Limits {
    let typed = limit_values(fields, prefix);
    let mut wrong = |fault: Fault| faults.push(FieldFault { field: shown, fault });
    let cut = |text: &str| text.chars().take(200).collect::<String>();
    let mut rate = |text: &str| -> Option<Rate> {
        let text = text.trim();
        let parsed = text.parse().ok();
        if !text.is_empty() && parsed.is_none() {
            wrong(Fault::NotARate { given: cut(text) });
        }
        parsed
    };
    let (plain_rate, heavy_rate) = (rate(&typed.rate), rate(&typed.heavy_rate));
    let mut number = |text: &str| -> Option<u32> {
        let text = text.trim();
        let parsed = text.parse().ok();
        if !text.is_empty() && parsed.is_none() {
            wrong(Fault::NotACount { given: cut(text) });
        }
        parsed
    };
    let burst = number(&typed.burst);
    let concurrency = number(&typed.concurrency);
    let heavy_concurrency = number(&typed.heavy_concurrency);
    let bytes = typed.bytes_per_day.trim();
    let bytes_per_day: Option<ByteCount> = bytes.parse().ok();
    if !bytes.is_empty() && bytes_per_day.is_none() {
        wrong(Fault::NotBytes { given: cut(bytes) });
    }
    Limits { rate: plain_rate, burst, concurrency, bytes_per_day, heavy_rate, heavy_concurrency }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_back_as_it_was_shown() {
        let text = b"name=devs&groups=a%0D%0Ab&people=alice&use=allow&create=deny&instances=jira\
            &longest_lifetime=90d&read_only=true&most_tokens=5&token_rate=60%2Fmin&token_burst=3\
            &on_behalf_of_administrators=allow";
        let rule = rule(&Fields::parse(text).unwrap()).unwrap();
        assert_eq!((rule.groups.len(), rule.people.len()), (2, 1));
        assert_eq!(rule.bounds.read_only, Some(true));
        assert_eq!(rule.on_behalf_of_administrators, Say::Allow);
        let shown = values_of(&rule);
        assert_eq!((shown.longest_lifetime.as_str(), shown.most_tokens.as_str()), ("90d", "5"));
        assert_eq!(shown.token_limits.rate, "60/min");
    }

    #[test]
    fn everything_that_can_not_be_read_is_told() {
        let text = b"name=&people=%20a%00&longest_lifetime=soon&most_tokens=-1&owner_rate=x";
        let faults = rule(&Fields::parse(text).unwrap()).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "people", "longest_lifetime", "most_tokens", "owner_limits"]);
    }
}
