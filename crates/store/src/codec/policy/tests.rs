use super::*;
use gatepass_model::{Limits, Mode, NativeTokenPage, Timestamp};

fn full() -> PolicyDocument {
    let exemption = Exemption {
        credentials: CredentialSet::EMPTY
            .with(CredentialKind::Password)
            .with(CredentialKind::Anonymous),
        people: vec!["CI-Bot".parse().unwrap()],
        groups: vec!["jira-users".to_owned(), "\0 <b>".to_owned()],
        networks: vec!["10.1.0.0/16".parse().unwrap()],
        paths: vec!["POST /rest/gadget/**".parse().unwrap()],
        until: Some(Timestamp::from_millis(1_800_000_000_000)),
        reason: Some("until the gadget is rewritten".to_owned()),
    };
    let bare = Exemption {
        credentials: CredentialSet::EMPTY,
        people: Vec::new(),
        groups: Vec::new(),
        networks: Vec::new(),
        paths: Vec::new(),
        until: None,
        reason: None,
    };
    let modes = Modes {
        passwords: Mode::Block,
        native_tokens: Mode::Observe,
        sessions: Mode::Browser,
        oauth: Mode::Observe,
        anonymous: Mode::Block,
    };
    let rule = Rule {
        name: "contractors".to_owned(),
        groups: vec!["ext".to_owned()],
        people: vec!["Bob".parse().unwrap()],
        use_tokens: Say::Allow,
        create: Say::Deny,
        create_on_behalf: Say::Nothing,
        on_behalf_of_administrators: Say::Nothing,
        approve: Say::Allow,
        administer: Say::Deny,
        bounds: Bounds {
            instances: Some(vec!["jira".parse().unwrap()]),
            longest_lifetime: Some(LongestLifetime::Unbounded),
            read_only: Some(true),
            admin_operations: Some(false),
            networks_required: Some(true),
            purpose_required: Some(false),
            integration_required: Some(true),
            approval_required: Some(false),
            most_tokens: Some(7),
            token_limits: Limits { rate: Some("60/min".parse().unwrap()), ..Limits::NONE },
            owner_limits: Limits { concurrency: Some(4), ..Limits::NONE },
            integration_limits: Limits {
                bytes_per_day: Some("2GiB".parse().unwrap()),
                ..Limits::NONE
            },
        },
    };
    let mut document = PolicyDocument::default();
    document.rules.push(rule);
    let policy = InstancePolicy {
        modes,
        exemptions: vec![exemption, bare],
        limits: Limits { heavy_concurrency: Some(2), ..Limits::NONE },
        slow_above: Some(Lifetime::from_millis(1500)),
        native_token_page: NativeTokenPage::Gatepass,
    };
    document.instances.insert("jira".parse().unwrap(), policy);
    document.instances.insert("wiki".parse().unwrap(), InstancePolicy::default());
    document
}

#[test]
fn a_policy_is_read_back_as_it_was_written() {
    for policy in [full(), PolicyDocument::default()] {
        let back = parse_policy(&policy_json(&policy)).unwrap();
        assert_eq!(back, policy);
        // Equality of people ignores letter case; what is printed must not.
        assert_eq!(format!("{back:?}"), format!("{policy:?}"));
    }
}

#[test]
fn a_policy_with_a_field_that_is_not_known_is_refused() {
    let good = policy_json(&full());
    let changes = [
        ("{\"v\":1,", "{\"v\":2,"),
        ("{\"v\":1,", "{"),
        ("{\"v\":1,", "{\"v\":1,\"x\":1,"),
        ("\"most_tokens\":7", "\"most_tokens\":7,\"fewest\":1"),
        ("\"most_tokens\":7", "\"most_tokens\":-7"),
        ("\"password\":\"block\"", "\"password\":\"refuse\""),
        ("\"password\":\"block\"", "\"password\":\"browser\""),
        ("\"password\":\"block\",", ""),
        ("\"password\":\"block\",", "\"saml\":\"block\","),
        ("\"use_tokens\":\"allow\"", "\"use_tokens\":\"maybe\""),
        ("10.1.0.0/16", "10.1.0.0/99"),
        ("1800000000000", "-1"),
        ("[\"password\"", "[\"saml\""),
    ];
    for (from, to) in changes {
        assert!(good.contains(from), "{from}");
        assert!(parse_policy(&good.replacen(from, to, 1)).is_err(), "{from} to {to}");
    }
}
