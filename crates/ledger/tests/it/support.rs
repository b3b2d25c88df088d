//! A ledger before a store in a folder of its own.

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use gatepass_ledger::{Ledger, RequestEvent, Subject, User, ledger};
use gatepass_model::{
    Clock, CredentialKind, CredentialSet, Effect, Family, InstanceName, Lifetime, Method,
    Operation, Timestamp, TokenId,
};
use gatepass_store::activity::{ActivityStore, Retention, SqliteActivityStore};
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) const SEARCH: Operation<'static> = Operation {
    family: Family::Rest,
    resource: "issue",
    action: "search",
    effect: Some(Effect::Read),
    project: Some("EX"),
    heavy: true,
    door: None,
};

pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        T0
    }
}

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<SqliteActivityStore>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gatepass.activity.db");
        let store = SqliteActivityStore::open(&path, Retention::default()).await.unwrap();
        Self { folder, store: Arc::new(store) }
    }

    /// A ledger whose writer ends with the last of its threads.
    pub(crate) fn ledger(&self) -> (Ledger, JoinHandle<()>) {
        start(self.store.clone())
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

pub(crate) fn start(store: Arc<dyn ActivityStore>) -> (Ledger, JoinHandle<()>) {
    let (ledger, writer) = ledger(store, Arc::new(StoppedClock), 2);
    (ledger, tokio::spawn(writer.run(pending())))
}

pub(crate) fn jira() -> InstanceName {
    "jira".parse().unwrap()
}

pub(crate) fn token(number: u32) -> TokenId {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    TokenId::from_bytes(bytes)
}

pub(crate) fn millis(count: u32) -> Timestamp {
    T0.plus(Lifetime::from_millis(count.into()))
}

pub(crate) fn claimed(user: &str) -> Subject<'_> {
    Subject::Caller { kind: CredentialKind::Password, user: User::Claimed(user), mark: "" }
}

/// A request that passed: 10 bytes in, 100 out, 7 µs upstream.
pub(crate) fn event<'a>(instance: &'a InstanceName, subject: Subject<'a>) -> RequestEvent<'a> {
    RequestEvent {
        at: T0,
        instance,
        subject,
        refused: None,
        operation: &SEARCH,
        method: Method::Get,
        status: 200,
        bytes_in: 10,
        bytes_out: 100,
        upstream_micros: 7,
        duration_micros: 9,
        client: "203.0.113.7".parse().unwrap(),
        user_agent: b"curl/8",
        request_id: 42,
        observed: CredentialSet::EMPTY,
        outside_page: false,
    }
}
