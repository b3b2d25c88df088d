use gatepass_model::{Access, Limits, SecretDigest, Timestamp, TokenId, TokenState};

use super::*;
use crate::SystemEntropy;
use crate::keyring::tests::ring_of;

fn token() -> Token {
    let secret = |key, byte| StoredSecret {
        key,
        digest: SecretDigest([byte; 32]),
        hint: "gpass_abcd".to_owned(),
    };
    let owner =
        PersonKey { directory: "main".parse().unwrap(), username: "Alice".parse().unwrap() };
    Token {
        id: TokenId::from_bytes([1; 16]),
        name: "nightly".to_owned(),
        creator: Actor::Person(owner.clone()),
        owner,
        integration: Some("tempo".to_owned()),
        purpose: None,
        grant: Grant {
            access: Access::ReadOnly,
            admin: false,
            instances: vec!["jira".parse().unwrap(), "wiki".parse().unwrap()],
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            allow: vec!["/rest/**".parse().unwrap()],
            deny: vec!["/rest/api/2/user".parse().unwrap()],
            required_headers: vec!["X-Caller: build".parse().unwrap()],
            limits: Limits {
                rate: Some("60/min".parse().unwrap()),
                burst: Some(10),
                concurrency: Some(4),
                bytes_per_day: Some("2GiB".parse().unwrap()),
                heavy_rate: Some("5/min".parse().unwrap()),
                heavy_concurrency: Some(1),
            },
        },
        state: TokenState::Active,
        created_at: Timestamp::from_millis(1),
        expires_at: Some(Timestamp::from_millis(1000)),
        secret: secret(1, 7),
        former: Some(FormerSecret { secret: secret(2, 8), until: Timestamp::from_millis(500) }),
    }
}

type Edit = fn(&mut Token);

fn former(token: &mut Token) -> &mut FormerSecret {
    token.former.as_mut().unwrap()
}

/// One change for each thing that the MAC covers, and more than one where it can be done in
/// more than one way. The destructuring makes a new field fail to compile here.
fn covered() -> Vec<(&'static str, Edit)> {
    let Token {
        id: _,
        name: _,
        owner: PersonKey { directory: _, username: _ },
        creator: _,
        integration: _,
        purpose: _,
        grant:
            Grant {
                access: _,
                admin: _,
                instances: _,
                networks: _,
                allow: _,
                deny: _,
                required_headers: _,
                limits:
                    Limits {
                        rate: _,
                        burst: _,
                        concurrency: _,
                        bytes_per_day: _,
                        heavy_rate: _,
                        heavy_concurrency: _,
                    },
            },
        state: _,
        created_at: _,
        expires_at: _,
        secret: StoredSecret { key: _, digest: _, hint: _ },
        former: _,
    } = token();
    vec![
        ("id", |t| t.id = TokenId::from_bytes([2; 16])),
        ("owner's directory", |t| t.owner.directory = "other".parse().unwrap()),
        ("owner's name", |t| t.owner.username = "bob".parse().unwrap()),
        ("creator", |t| t.creator = Actor::CommandLine("root".to_owned())),
        ("creator's kind", |t| t.creator = Actor::System("Alice")),
        ("access", |t| t.grant.access = Access::ReadWrite),
        ("admin", |t| t.grant.admin = true),
        ("one instance less", |t| drop(t.grant.instances.pop())),
        ("no instances", |t| t.grant.instances.clear()),
        ("order of instances", |t| t.grant.instances.reverse()),
        ("networks", |t| t.grant.networks.clear()),
        ("another network", |t| t.grant.networks[0] = "10.0.0.0/7".parse().unwrap()),
        ("allow", |t| t.grant.allow.clear()),
        ("allow by method", |t| t.grant.allow[0] = "GET /rest/**".parse().unwrap()),
        ("deny", |t| t.grant.deny.clear()),
        ("from deny to allow", |t| {
            let pattern = t.grant.deny.remove(0);
            t.grant.allow.push(pattern);
        }),
        ("required headers", |t| t.grant.required_headers.clear()),
        ("no limits", |t| t.grant.limits = Limits::NONE),
        ("rate", |t| t.grant.limits.rate = Some("61/min".parse().unwrap())),
        ("no rate", |t| t.grant.limits.rate = None),
        ("burst", |t| t.grant.limits.burst = Some(11)),
        ("concurrency", |t| t.grant.limits.concurrency = Some(5)),
        ("bytes a day", |t| t.grant.limits.bytes_per_day = None),
        ("heavy rate", |t| t.grant.limits.heavy_rate = Some("60/min".parse().unwrap())),
        ("heavy concurrency", |t| t.grant.limits.heavy_concurrency = None),
        ("state", |t| t.state = TokenState::Suspended),
        ("expiry", |t| t.expires_at = Some(Timestamp::from_millis(1001))),
        ("no expiry", |t| t.expires_at = None),
        ("digest", |t| t.secret.digest.0[31] ^= 1),
        ("digest's key", |t| t.secret.key = 9),
        ("no former secret", |t| t.former = None),
        ("former digest", |t| former(t).secret.digest.0[0] ^= 1),
        ("former digest's key", |t| former(t).secret.key = 9),
        ("former secret's end", |t| former(t).until = Timestamp::from_millis(501)),
    ]
}

#[test]
fn a_change_to_anything_that_it_covers_breaks_the_mac() {
    let ring = KeyRing::generate(&SystemEntropy).unwrap();
    let honest = token();
    let mac = row_mac(&ring, &honest);
    assert!(verify_row(&ring, &honest, &mac));
    let mut tags = vec![mac.tag];
    for (what, edit) in covered() {
        let mut forged = honest.clone();
        edit(&mut forged);
        assert_ne!(forged, honest, "{what} changes nothing");
        assert!(!verify_row(&ring, &forged, &mac), "{what}");
        tags.push(row_mac(&ring, &forged).tag);
    }
    let all = tags.len();
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), all, "two different rows have one MAC");
}

#[test]
fn words_for_people_may_change() {
    let ring = KeyRing::generate(&SystemEntropy).unwrap();
    let mac = row_mac(&ring, &token());
    let mut renamed = token();
    renamed.name = "weekly".to_owned();
    renamed.integration = None;
    renamed.purpose = Some("reports".to_owned());
    assert!(verify_row(&ring, &renamed, &mac));
}

#[test]
fn a_mac_counts_with_its_own_key_only() {
    let old = ring_of(&[(3, KeyPurpose::Mac, [3; 32])]);
    let both = ring_of(&[(3, KeyPurpose::Mac, [3; 32]), (4, KeyPurpose::Mac, [4; 32])]);
    let mac = row_mac(&old, &token());
    assert!(verify_row(&both, &token(), &mac));
    assert_eq!(row_mac(&both, &token()).key, 4);
    let wrong_key = RowMac { key: 4, ..mac };
    let unknown_key = RowMac { key: 5, ..mac };
    let mut flipped = mac;
    flipped.tag[0] ^= 1;
    for forged in [wrong_key, unknown_key, flipped] {
        assert!(!verify_row(&both, &token(), &forged));
    }
    let elsewhere = ring_of(&[(3, KeyPurpose::Mac, [5; 32])]);
    assert!(!verify_row(&elsewhere, &token(), &mac));
}
