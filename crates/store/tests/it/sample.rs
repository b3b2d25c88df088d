//! Things to store.

use gatepass_model::audit::AuditSubject;
use gatepass_model::token::{FormerSecret, StoredSecret};
use gatepass_model::{
    Access, Actor, AuditEvent, Grant, InstanceName, Lifetime, Limits, PersonKey, RowMac,
    SecretDigest, Session, SessionId, SignedInBy, Timestamp, Token, TokenId, TokenState,
};
use gatepass_store::{AuditEntry, TokenFilter, TokenPage, UpstreamCredential, UpstreamKind};

use crate::backend::START;

pub(crate) fn after(millis: i64) -> Timestamp {
    START.plus(Lifetime::from_millis(millis))
}

pub(crate) fn person(name: &str) -> PersonKey {
    PersonKey { directory: "main".parse().unwrap(), username: name.parse().unwrap() }
}

pub(crate) fn jira() -> InstanceName {
    "jira".parse().unwrap()
}

fn secret(number: u32, salt: u8) -> StoredSecret {
    let mut digest = [salt; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    StoredSecret { key: 1, digest: SecretDigest(digest), hint: format!("gpass_{number:04}") }
}

/// A plain token of Alice's; `number` makes it, and sorts it.
pub(crate) fn token(number: u32) -> Token {
    let mut random = [0; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    Token {
        id: TokenId::new(START, random),
        name: format!("token {number}"),
        owner: person("Alice"),
        creator: Actor::CommandLine("root".to_owned()),
        integration: None,
        purpose: None,
        grant: Grant::read_only(),
        state: TokenState::Active,
        created_at: START,
        expires_at: None,
        secret: secret(number, 1),
        former: None,
    }
}

/// A token with everything in it that a token can have.
pub(crate) fn full_token(number: u32) -> Token {
    Token {
        creator: Actor::Person(person("Bob")),
        integration: Some("tempo".to_owned()),
        purpose: Some("time sheets".to_owned()),
        grant: Grant {
            access: Access::ReadWrite,
            admin: true,
            instances: vec![jira()],
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            allow: vec!["GET /rest/**".parse().unwrap()],
            deny: vec!["/rest/api/2/user".parse().unwrap()],
            required_headers: vec!["X-Caller: build".parse().unwrap()],
            limits: Limits { concurrency: Some(4), ..Limits::NONE },
        },
        state: TokenState::Suspended,
        expires_at: Some(after(1_000_000)),
        former: Some(FormerSecret { secret: secret(number, 2), until: after(5000) }),
        ..token(number)
    }
}

pub(crate) fn mac(byte: u8) -> RowMac {
    RowMac { key: 3, tag: [byte; 32] }
}

pub(crate) fn entry(action: &'static str, subject: AuditSubject) -> AuditEntry {
    let actor = Actor::CommandLine("root".to_owned());
    AuditEntry {
        at: START,
        event: AuditEvent { actor, action, subject, detail: "as asked".to_owned() },
    }
}

pub(crate) fn issued(token: &Token) -> AuditEntry {
    entry("token.issued", AuditSubject::Token(token.id))
}

pub(crate) fn credential(owner: &str, sealed: &[u8]) -> UpstreamCredential {
    UpstreamCredential {
        owner: person(owner),
        instance: jira(),
        kind: UpstreamKind::NativeToken,
        sealed: sealed.to_vec(),
        native_id: Some("17".to_owned()),
        hint: None,
        expires_at: None,
        problem: None,
        former: None,
        created_at: START,
        created_by: Actor::Person(person(owner)),
    }
}

pub(crate) fn put(credential: &UpstreamCredential) -> AuditEntry {
    let subject = AuditSubject::Credential(credential.owner.clone(), credential.instance.clone());
    entry("credential.added", subject)
}

pub(crate) fn everything() -> (TokenFilter, TokenPage) {
    (TokenFilter::default(), TokenPage { after: None, limit: 1000 })
}

/// What is said of a token.
pub(crate) fn entry_of(token: &Token, action: &'static str) -> AuditEntry {
    entry(action, AuditSubject::Token(token.id))
}

/// Somebody's session; `number` makes it.
pub(crate) fn session(name: &str, number: u8) -> Session {
    Session {
        id: SessionId([number; 16]),
        person: person(name),
        by: SignedInBy::Instance(jira()),
        created_at: START,
        seen_at: START,
        ends_at: after(1_000_000),
        proved_at: START,
        address: "2001:db8::1".parse().unwrap(),
        agent: "Mozilla/5.0 \"ä\"".to_owned(),
    }
}
