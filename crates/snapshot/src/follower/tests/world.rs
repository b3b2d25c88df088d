//! A store in a directory of its own, and what is needed to follow it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, AuditEvent, Clock, Grant, InstanceName, Lifetime, Person, PersonKey, Product, RowMac,
    Timestamp, Token, TokenId, TokenState,
};
use gatepass_store::{
    AuditEntry, Durability, NodeId, Revision, Store, StoreOptions, UpstreamCredential,
};
use gatepass_vault::{Digester, KeyRing, NewSecret, SystemEntropy, row_mac};

use crate::{CredentialSink, Follower, Settings, Snapshot, TokenEntry};

pub(super) const START: i64 = 1_800_000_000_000;

pub(super) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
pub(super) struct TestSink(pub(super) Mutex<Vec<String>>);

impl CredentialSink for TestSink {
    fn replace_all(&self, credentials: Vec<UpstreamCredential>) {
        self.0.lock().unwrap().push(format!("all {}", credentials.len()));
    }

    fn changed(&self, owner: &PersonKey, at: &InstanceName, now: Option<UpstreamCredential>) {
        let what = if now.is_some() { "has" } else { "lost" };
        self.0.lock().unwrap().push(format!("{} {what} {at}", owner.username));
    }
}

/// A store in a directory of its own, and a gate that follows it.
pub(super) struct World {
    pub(super) directory: tempfile::TempDir,
    pub(super) store: Arc<dyn Store>,
    pub(super) ring: Arc<KeyRing>,
    pub(super) digester: Digester,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) clock: Arc<TestClock>,
    pub(super) sink: Arc<TestSink>,
}

pub(super) fn key(name: &str) -> PersonKey {
    PersonKey { directory: "main".parse().unwrap(), username: name.parse().unwrap() }
}

pub(super) fn person(name: &str) -> Person {
    Person {
        key: key(name),
        display_name: name.to_owned(),
        email: None,
        groups: Vec::new(),
        active: true,
    }
}

pub(super) fn audit() -> AuditEntry {
    AuditEntry {
        at: Timestamp::from_millis(START),
        event: AuditEvent {
            actor: Actor::CommandLine("test".to_owned()),
            action: "test.done",
            subject: AuditSubject::Policy,
            detail: String::new(),
        },
    }
}

pub(super) async fn open(directory: &tempfile::TempDir) -> Arc<dyn Store> {
    let url = format!("sqlite:{}", directory.path().join("gate.db").display());
    let options = StoreOptions { durability: Durability::Off, ..StoreOptions::default() };
    open_at(&url, options).await
}

/// A store that takes changes: no test here looks at what its record is chained with.
pub(super) async fn open_at(url: &str, options: StoreOptions) -> Arc<dyn Store> {
    let now = Timestamp::from_millis(START);
    let store = gatepass_store::open(url, options, now).await.unwrap();
    store.seal_audit_with(Arc::new(KeyRing::generate(&SystemEntropy).unwrap()));
    store
}

impl World {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory).await;
        Self::with(directory, store)
    }

    /// On a store of any kind; the directory stays empty then.
    pub(super) fn with(directory: tempfile::TempDir, store: Arc<dyn Store>) -> Self {
        let ring = Arc::new(KeyRing::generate(&SystemEntropy).unwrap());
        let settings = Settings {
            instances: vec![("jira".parse().unwrap(), Product::Jira)],
            directories: vec!["main".parse().unwrap()],
            stored_directories: Vec::new(),
            stale_limit: Lifetime::from_seconds(900),
        };
        Self {
            store,
            directory,
            digester: Digester::new(&ring),
            snapshot: Arc::new(Snapshot::new(settings, ring.clone())),
            ring,
            clock: Arc::new(TestClock(AtomicI64::new(START))),
            sink: Arc::default(),
        }
    }

    pub(super) async fn follow(&self) -> Follower {
        Follower::start(
            self.snapshot.clone(),
            self.store.clone(),
            self.sink.clone(),
            self.clock.clone(),
            NodeId([1; 16]),
            "gate:8080".to_owned(),
        )
        .await
        .unwrap()
    }

    pub(super) fn token(&self, number: u8, secret: &NewSecret) -> Token {
        Token {
            id: TokenId::new(Timestamp::from_millis(START), [number; 10]),
            name: "ci".to_owned(),
            owner: key("alice"),
            creator: Actor::CommandLine("test".to_owned()),
            integration: None,
            purpose: None,
            grant: Grant::read_write(),
            state: TokenState::Active,
            created_at: Timestamp::from_millis(START),
            expires_at: None,
            secret: self.digester.stored(secret.as_presented()),
            former: None,
        }
    }

    /// Issues a token, as another process would.
    pub(super) async fn issue(&self, number: u8) -> (Token, NewSecret) {
        let secret = NewSecret::mint(&SystemEntropy).unwrap();
        let token = self.token(number, &secret);
        let mac = row_mac(&self.ring, &token);
        self.store.create_token(&token, &mac, &audit()).await.unwrap();
        (token, secret)
    }

    pub(super) async fn change(&self, token: &Token) -> Revision {
        let mac = row_mac(&self.ring, token);
        self.change_with(token, &mac).await
    }

    pub(super) async fn change_with(&self, token: &Token, mac: &RowMac) -> Revision {
        let seen = self.store.find_token(token.id).await.unwrap().unwrap().revision;
        self.store.change_token(token, mac, seen, &audit()).await.unwrap()
    }

    pub(super) fn pass(&self, lifetime: Lifetime) {
        self.clock.0.fetch_add(lifetime.as_millis(), Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn find(&self, secret: &NewSecret) -> Option<Arc<TokenEntry>> {
        self.snapshot.find_secret(secret.as_presented())
    }
}
