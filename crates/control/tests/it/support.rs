//! A control with everything that it needs, and people.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use gatepass_control::{
    Control, ControlError, ControlParts, IssueRequest, Issued, KnownInstance, People, PolicyFile,
    Run, open_or_create_keys,
};
use gatepass_model::{
    Actor, Clock, Grant, IdentityMethod, Instance, Lifetime, Person, PersonKey, Product, Timestamp,
    Username,
};
use gatepass_store::{AuditPage, AuditRecord, Store, StoreOptions};
use gatepass_vault::{Entropy, KeyRing, NoEntropy};
use tempfile::TempDir;

/// 2026-03-01T12:00:00Z
pub(crate) const START: Timestamp = Timestamp::from_millis(1_772_366_400_000);

pub(crate) struct FakeClock(AtomicI64);

impl FakeClock {
    pub(crate) fn pass(&self, lifetime: &str) {
        let millis = lifetime.parse::<Lifetime>().unwrap().as_millis();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run (splitmix64).
pub(crate) struct SeededEntropy(pub(crate) AtomicU64);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

struct Crowd(Vec<Person>);

impl People for Crowd {
    fn find(&self, key: &PersonKey) -> Option<Person> {
        self.0.iter().find(|person| person.key == *key).cloned()
    }

    fn nearest(&self, key: &PersonKey) -> Option<Username> {
        let first = key.username.folded().chars().next();
        let people = self.0.iter().map(|person| &person.key);
        let mut near = people.filter(|one| one.directory == key.directory);
        near.find(|one| one.username.folded().chars().next() == first).map(|k| k.username.clone())
    }
}

pub(crate) struct World {
    pub(crate) control: Control,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) actor: Actor,
    pub(crate) keyring: KeyRing,
    pub(crate) key_file: PathBuf,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("gatepass.db").display());
        let store = gatepass_store::open(&url, StoreOptions::default(), START).await.unwrap();
        let clock = Arc::new(FakeClock(AtomicI64::new(START.as_millis())));
        let entropy = Arc::new(SeededEntropy(AtomicU64::new(7)));
        let key_file = folder.path().join("gatepass.key");
        let keys = open_or_create_keys(&key_file, &*store, &*entropy).await.unwrap();
        let control = Control::new(ControlParts {
            store: store.clone(),
            activity: None,
            keyring: keys.keyring.clone(),
            key_file: key_file.clone(),
            clock: clock.clone(),
            entropy,
            people: Arc::new(Crowd(crowd())),
            directories: vec!["main".parse().unwrap(), "partner".parse().unwrap()],
            instances: instances(),
        })
        .with_patience(Duration::from_millis(200));
        let actor = Actor::CommandLine("root".to_owned());
        Self { control, store, clock, actor, keyring: keys.keyring, key_file, folder }
    }

    pub(crate) async fn issue(&self, request: &IssueRequest) -> Result<Issued, ControlError> {
        self.control.issue_token(&self.actor, request).await
    }

    /// Puts a policy in force.
    pub(crate) async fn policy(&self, text: &str) {
        let file = PolicyFile { name: "policy.toml", text };
        self.control.apply_policy(&self.actor, file, Run::Real).await.unwrap();
    }

    /// The record, the newest first.
    pub(crate) async fn audit(&self) -> Vec<AuditRecord> {
        let page = AuditPage { before: None, limit: 100, subject: None };
        self.store.list_audit(&page).await.unwrap()
    }
}

pub(crate) fn request(owner: &str) -> IssueRequest {
    IssueRequest {
        owner: owner.to_owned(),
        directory: Some("main".parse().unwrap()),
        name: "nightly".to_owned(),
        purpose: None,
        integration: None,
        grant: Grant::read_write(),
        expires: None,
        override_reason: None,
        on_behalf_of_reason: None,
    }
}

/// The problems of an `Invalid`, a line each.
pub(crate) fn problems<T: std::fmt::Debug>(result: Result<T, ControlError>) -> Vec<String> {
    match result.unwrap_err() {
        ControlError::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

fn crowd() -> Vec<Person> {
    let person = |directory: &str, name: &str, active: bool, groups: &[&str]| Person {
        key: PersonKey { directory: directory.parse().unwrap(), username: name.parse().unwrap() },
        display_name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        active,
    };
    vec![
        person("main", "Alice", true, &["jira-users"]),
        person("main", "bob", true, &["jira-users", "robots"]),
        person("main", "gone", false, &[]),
        person("partner", "paul", true, &[]),
    ]
}

fn instances() -> Vec<KnownInstance> {
    let instance = |name: &str, product, directory: &str, context: &str| KnownInstance {
        instance: Instance {
            name: name.parse().unwrap(),
            product,
            directory: directory.parse().unwrap(),
            context_path: context.to_owned(),
        },
        identity: vec![IdentityMethod::NativeToken],
        reads: vec!["/rest/tempo-x/**".parse().unwrap()],
    };
    vec![
        instance("jira", Product::Jira, "main", "/jira"),
        instance("wiki", Product::Confluence, "main", ""),
        instance("partner-jira", Product::Jira, "partner", ""),
    ]
}
