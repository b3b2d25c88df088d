//! A grant as a document.

use gatepass_model::{Access, Grant};
use serde::{Deserialize, Serialize};

use super::limits::{LimitsDocument, read_limits, write_limits};
use super::{Problem, parse_all};

const VERSION: u32 = 1;

/// Version 1. A new field of a grant is a new version: an older Gatepass must not read a
/// narrower grant as a wider one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantDocument {
    v: u32,
    access: String,
    admin: bool,
    instances: Vec<String>,
    networks: Vec<String>,
    allow: Vec<String>,
    deny: Vec<String>,
    required_headers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsDocument>,
}

/// The text of `grant`.
pub(crate) fn grant_json(grant: &Grant) -> String {
    let Grant { access, admin, instances, networks, allow, deny, required_headers, limits } = grant;
    let document = GrantDocument {
        v: VERSION,
        access: access.as_str().to_owned(),
        admin: *admin,
        instances: texts(instances),
        networks: texts(networks),
        allow: texts(allow),
        deny: texts(deny),
        required_headers: texts(required_headers),
        limits: write_limits(limits),
    };
    // Strings and numbers only: it can't fail, and an empty text would be refused on reading.
    serde_json::to_string(&document).unwrap_or_default()
}

/// The access of this name.
pub(crate) fn parse_access(text: &str) -> Result<Access, Problem> {
    [Access::ReadOnly, Access::ReadWrite]
        .into_iter()
        .find(|access| access.as_str() == text)
        .ok_or_else(|| "its access is none".to_owned())
}

/// The grant that `text` holds.
pub(crate) fn parse_grant(text: &str) -> Result<Grant, Problem> {
    // The parser's own words could quote what stands there.
    let document: GrantDocument =
        serde_json::from_str(text).map_err(|_| "its grant is no known document".to_owned())?;
    if document.v != VERSION {
        return Err("its grant has an unknown version".to_owned());
    }
    Ok(Grant {
        access: parse_access(&document.access)?,
        admin: document.admin,
        instances: parse_all(&document.instances, "instance")?,
        networks: parse_all(&document.networks, "network")?,
        allow: parse_all(&document.allow, "allow pattern")?,
        deny: parse_all(&document.deny, "deny pattern")?,
        required_headers: parse_all(&document.required_headers, "required header")?,
        limits: read_limits(document.limits)?,
    })
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use gatepass_model::Limits;

    use super::*;

    fn full() -> Grant {
        Grant {
            access: Access::ReadWrite,
            admin: true,
            instances: vec!["jira".parse().unwrap()],
            networks: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::1".parse().unwrap()],
            allow: vec!["GET,POST /rest/api/*/issue/**".parse().unwrap()],
            deny: vec!["/rest/api/2/user".parse().unwrap()],
            required_headers: vec!["X-Caller: a: b".parse().unwrap()],
            limits: Limits {
                rate: Some("60/min".parse().unwrap()),
                burst: Some(10),
                concurrency: Some(4),
                bytes_per_day: Some("2GiB".parse().unwrap()),
                heavy_rate: Some("5/min".parse().unwrap()),
                heavy_concurrency: Some(1),
            },
        }
    }

    #[test]
    fn a_grant_is_read_back_as_it_was_written() {
        for grant in [full(), Grant::read_only(), Grant::read_write()] {
            assert_eq!(parse_grant(&grant_json(&grant)).unwrap(), grant);
        }
    }

    #[test]
    fn a_grant_from_before_there_were_limits_has_none() {
        let text = grant_json(&Grant::read_only());
        assert!(!text.contains("limits"), "{text}");
        assert_eq!(parse_grant(&text).unwrap().limits, Limits::NONE);
    }

    #[test]
    fn a_grant_with_anything_missing_unknown_or_wrong_is_refused() {
        let good = grant_json(&full());
        let value: serde_json::Value = serde_json::from_str(&good).unwrap();
        // Without its limits it is another grant, which the row's MAC tells.
        for key in value.as_object().unwrap().keys().filter(|key| *key != "limits") {
            let mut less = value.clone();
            less.as_object_mut().unwrap().remove(key);
            assert!(parse_grant(&less.to_string()).is_err(), "without {key}");
        }
        let mut more = value;
        more["projects"] = serde_json::json!(["EX"]);
        assert!(parse_grant(&more.to_string()).is_err());
        for (from, to) in [
            ("\"v\":1", "\"v\":2"),
            ("read-write", "all"),
            ("10.0.0.0/8", "x"),
            ("60/min", "60"),
            ("\"burst\":10", "\"burst\":0"),
        ] {
            assert!(good.contains(from));
            assert!(parse_grant(&good.replace(from, to)).is_err(), "{to}");
        }
        for text in ["", "{", "null", "[]"] {
            assert!(parse_grant(text).is_err(), "{text}");
        }
    }
}
