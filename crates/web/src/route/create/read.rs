//! From the form's fields to what is asked for.

use std::str::FromStr;

use gatepass_console::page::create::{CreateValues, LimitValues, field};
use gatepass_console::{Fault, FieldFault};
use gatepass_control::{IssueRequest, Rights};
use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Access, ByteCount, Expiry, Grant, Limits, Network, Pattern, PersonKey, Rate, RequiredHeader,
    Timestamp,
};

use crate::fields::Fields;

/// What is typed, as typed.
pub(super) fn values(fields: &Fields) -> CreateValues {
    let preset = CreateValues::default();
    let text = |name: &str| fields.get(name).to_owned();
    let chosen = |name: &str, preset: String| fields.find(name).map_or(preset, str::to_owned);
    CreateValues {
        name: text(field::NAME),
        purpose: text(field::PURPOSE),
        expires: chosen(field::EXPIRES, preset.expires),
        expires_date: text(field::EXPIRES_DATE),
        access: chosen(field::ACCESS, preset.access),
        networks: text(field::NETWORKS),
        instances: fields.all(field::INSTANCE).map(str::to_owned).collect(),
        integration: text(field::INTEGRATION),
        allow: text(field::ALLOW),
        deny: text(field::DENY),
        headers: text(field::HEADERS),
        admin: fields.get(field::ADMIN) == "yes",
        limits: LimitValues {
            rate: text(field::RATE),
            burst: text(field::BURST),
            concurrency: text(field::CONCURRENCY),
            bytes_per_day: text(field::BYTES_PER_DAY),
            heavy_rate: text(field::HEAVY_RATE),
            heavy_concurrency: text(field::HEAVY_CONCURRENCY),
        },
        owner: text(field::OWNER),
        directory: text(field::DIRECTORY),
        reason: text(field::REASON),
        override_reason: text(field::OVERRIDE_REASON),
    }
}

/// What is asked for; else everything that can't be read.
pub(super) fn request(fields: &Fields, me: &PersonKey) -> Result<IssueRequest, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let grant = grant(fields, &mut faults);
    let expires = expiry(fields, &mut faults);
    if fields.text(field::NAME).is_none() {
        faults.push(FieldFault { field: field::NAME, fault: Fault::Missing });
    }
    let option = |name: &str| fields.text(name).map(str::to_owned);
    let owner = option(field::OWNER);
    let directory = match (&owner, fields.text(field::DIRECTORY)) {
        (Some(_), Some(directory)) => {
            let parsed = directory.parse().ok();
            if parsed.is_none() {
                faults.push(FieldFault { field: field::DIRECTORY, fault: Fault::NotAChoice });
            }
            parsed
        }
        _ => Some(me.directory.clone()),
    };
    if !faults.is_empty() {
        faults.sort_by_key(|fault| place_of(fault.field));
        return Err(faults);
    }
    Ok(IssueRequest {
        id: None,
        owner: owner.clone().unwrap_or_else(|| me.username.to_string()),
        directory,
        name: fields.get(field::NAME).to_owned(),
        purpose: one_line(option(field::PURPOSE)),
        integration: option(field::INTEGRATION),
        grant,
        expires: Some(expires.unwrap_or(Expiry::Never)),
        override_reason: option(field::OVERRIDE_REASON),
        on_behalf_of_reason: owner.and(option(field::REASON)),
    })
}

/// A purpose may be typed on several lines; it is kept on one.
fn one_line(text: Option<String>) -> Option<String> {
    text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// In the order of the page, so that the first fault is the first that is seen.
fn place_of(name: &str) -> usize {
    const ORDER: [&str; 10] = [
        field::NAME,
        field::PURPOSE,
        field::EXPIRES,
        field::EXPIRES_DATE,
        field::ACCESS,
        field::NETWORKS,
        field::INSTANCE,
        field::INTEGRATION,
        field::ALLOW,
        field::DENY,
    ];
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

/// What it would be able to do, as far as that can be read: for the sentence.
pub(super) fn summary(
    fields: &Fields,
    _owner: &PersonKey,
    rights: &Rights,
    now: Timestamp,
) -> Option<(Grant, Option<Timestamp>)> {
    let mut faults = Vec::new();
    let mut grant = grant(fields, &mut faults);
    let expiry = expiry(fields, &mut faults).unwrap_or(Expiry::Never);
    if !faults.is_empty() {
        return None;
    }
    // What policy takes away without a word is told here.
    if rights.bounds.read_only.is_some() {
        grant.access = Access::ReadOnly;
    }
    if let Some(bound) = &rights.bounds.instances
        && grant.instances.is_empty()
    {
        grant.instances.clone_from(&bound.value);
    }
    Some((grant, expiry.from(now)))
}

fn grant(fields: &Fields, faults: &mut Vec<FieldFault>) -> Grant {
    let access = match fields.find(field::ACCESS) {
        None | Some("read-only") => Access::ReadOnly,
        Some("read-write") => Access::ReadWrite,
        Some(_) => {
            faults.push(FieldFault { field: field::ACCESS, fault: Fault::NotAChoice });
            Access::ReadOnly
        }
    };
    let mut instances = Vec::new();
    for name in fields.all(field::INSTANCE) {
        if let Ok(name) = name.parse() {
            instances.push(name);
        } else {
            let fault = Fault::UnknownInstance { given: name.to_owned() };
            faults.push(FieldFault { field: field::INSTANCE, fault });
        }
    }
    let not_a_network = |given: String| Fault::NotANetwork { given };
    let not_a_pattern = |given: String| Fault::NotAPattern { given };
    let not_a_header = |given: String| Fault::NotAHeader { given };
    Grant {
        access,
        admin: fields.get(field::ADMIN) == "yes",
        instances,
        networks: lines::<Network>(fields, field::NETWORKS, not_a_network, faults),
        allow: lines::<Pattern>(fields, field::ALLOW, not_a_pattern, faults),
        deny: lines::<Pattern>(fields, field::DENY, not_a_pattern, faults),
        required_headers: lines::<RequiredHeader>(fields, field::HEADERS, not_a_header, faults),
        limits: limits(fields, faults),
    }
}

/// One entry a line; empty lines are none.
fn lines<T: FromStr>(
    fields: &Fields,
    name: &'static str,
    wrong: fn(String) -> Fault,
    faults: &mut Vec<FieldFault>,
) -> Vec<T> {
    let mut all = Vec::new();
    for line in fields.get(name).lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Ok(value) = line.parse() {
            all.push(value);
        } else {
            let given = line.chars().take(200).collect();
            faults.push(FieldFault { field: name, fault: wrong(given) });
        }
    }
    all
}

fn limits(fields: &Fields, faults: &mut Vec<FieldFault>) -> Limits {
    Limits {
        rate: entry::<Rate>(fields, field::RATE, |given| Fault::NotARate { given }, faults),
        burst: entry(fields, field::BURST, |given| Fault::NotACount { given }, faults),
        concurrency: entry(fields, field::CONCURRENCY, |given| Fault::NotACount { given }, faults),
        bytes_per_day: entry::<ByteCount>(
            fields,
            field::BYTES_PER_DAY,
            |given| Fault::NotBytes { given },
            faults,
        ),
        heavy_rate: entry::<Rate>(
            fields,
            field::HEAVY_RATE,
            |given| Fault::NotARate { given },
            faults,
        ),
        heavy_concurrency: entry(
            fields,
            field::HEAVY_CONCURRENCY,
            |given| Fault::NotACount { given },
            faults,
        ),
    }
}

fn entry<T: FromStr>(
    fields: &Fields,
    name: &'static str,
    wrong: fn(String) -> Fault,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    let text = fields.text(name)?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        let given = text.chars().take(200).collect();
        faults.push(FieldFault { field: name, fault: wrong(given) });
    }
    parsed
}

/// When it ends. A date alone means its first moment in UTC.
fn expiry(fields: &Fields, faults: &mut Vec<FieldFault>) -> Option<Expiry> {
    let (name, text) = match fields.find(field::EXPIRES) {
        Some("date") => (field::EXPIRES_DATE, fields.get(field::EXPIRES_DATE).trim()),
        None => (field::EXPIRES, "90d"),
        Some(text) => (field::EXPIRES, text.trim()),
    };
    if text.is_empty() {
        faults.push(FieldFault { field: name, fault: Fault::Missing });
        return None;
    }
    let parsed: Option<Expiry> = text.parse().ok();
    if parsed.is_none() {
        let given = text.chars().take(200).collect();
        faults.push(FieldFault { field: name, fault: Fault::NotADate { given } });
    }
    parsed
}

/// The longest life that policy allows, where it bounds one.
pub(super) fn longest(rights: &Rights) -> Option<(gatepass_model::Lifetime, String)> {
    let bound = rights.bounds.longest_lifetime.as_ref()?;
    match bound.value {
        LongestLifetime::Within(lifetime) => Some((lifetime, bound.rule.to_string())),
        LongestLifetime::Unbounded => None,
    }
}
