//! What every use case works with.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, AuditEvent, Clock, DirectoryName, IdentityMethod, Instance, InstanceName, Pattern,
    Timestamp,
};
use gatepass_snapshot::Snapshot;
use gatepass_store::activity::ActivityReader;
use gatepass_store::{AuditEntry, Store};
use gatepass_vault::{AssertionKey, Entropy, KeyRing};

use crate::error::Problem;
use crate::nearest::{did_you_mean, listed};
use crate::people::{Crowd, People, Products};
use crate::policy::Verdicts;
use crate::token::{LastUses, Roll};

/// One instance, as far as the use cases need it.
#[derive(Clone, Debug)]
pub struct KnownInstance {
    /// What every room knows of it.
    pub instance: Instance,
    /// How the gate becomes an owner there, in order.
    pub identity: Vec<IdentityMethod>,
    /// GETs of add-ons that are known to be reads, as configured.
    pub reads: Vec<Pattern>,
}

/// What a [`Control`] is made of.
pub struct ControlParts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where activity is read; `None` where it is not to be shown.
    pub activity: Option<Arc<dyn ActivityReader>>,
    /// The keys of the store: see [`crate::open_or_create_keys`].
    pub keyring: KeyRing,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub entropy: Arc<dyn Entropy>,
    /// Whom the directories know.
    pub people: Arc<dyn People>,
    /// The directories that are configured.
    pub directories: Vec<DirectoryName>,
    /// The instances that are configured.
    pub instances: Vec<KnownInstance>,
    /// Which directories are products, and how those are asked.
    pub products: Products,
}

/// The use cases. Shared as `Arc<Control>`.
pub struct Control {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) activity: Option<Arc<dyn ActivityReader>>,
    keyring: RwLock<Arc<KeyRing>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) directories: Vec<DirectoryName>,
    pub(crate) instances: Vec<KnownInstance>,
    pub(crate) products: Products,
    pub(crate) patience: Duration,
    /// Kept for a minute, for lists that are sorted by it.
    pub(crate) last_uses: LastUses,
    /// Kept from one look to the next.
    pub(crate) roll: Roll,
    /// All people of the store, as they were looked at last.
    pub(crate) crowd: Crowd,
    /// Kept from one look to the next.
    pub(crate) verdicts: Verdicts,
    /// Where it is known what was used of limits: in a gate that runs.
    pub(crate) snapshot: OnceLock<Arc<Snapshot>>,
}

impl Control {
    /// How long a change is waited for until it is in effect everywhere: 3 s.
    pub const PATIENCE: Duration = Duration::from_secs(3);

    /// Of these parts. From now on the store chains the audit record with these keys.
    pub fn new(parts: ControlParts) -> Self {
        let ControlParts {
            store,
            activity,
            keyring,
            clock,
            entropy,
            people,
            directories,
            instances,
            products,
        } = parts;
        let keyring = Arc::new(keyring);
        store.seal_audit_with(Arc::clone(&keyring) as _);
        Self {
            store,
            activity,
            keyring: RwLock::new(keyring),
            clock,
            entropy,
            people,
            directories,
            instances,
            products,
            patience: Self::PATIENCE,
            last_uses: LastUses::default(),
            roll: Roll::default(),
            crowd: Crowd::default(),
            verdicts: Verdicts::default(),
            snapshot: OnceLock::new(),
        }
    }

    /// With another patience than [`Control::PATIENCE`].
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Keeps at most so many bytes of the texts of tokens in memory; where there are more, they are
    /// looked for in the store. As a rule 64 MiB.
    #[must_use]
    pub fn with_texts_up_to(mut self, bytes: u32) -> Self {
        self.roll = Roll::with_most_text(bytes);
        self
    }

    /// Tells what is left of limits by what this gate has counted. The first one stays.
    pub fn read_limits_from(&self, snapshot: Arc<Snapshot>) {
        // A second gate in this process would count for itself.
        let _ = self.snapshot.set(snapshot);
    }

    /// The instances that are configured.
    pub fn instances(&self) -> &[KnownInstance] {
        &self.instances
    }

    /// The keys to work with now.
    pub(crate) fn keyring(&self) -> Arc<KeyRing> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The public keys of assertions, as JWKs: first that of the key that signs, then that of the one to come,
    /// then older ones.
    pub fn assertion_keys(&self) -> Vec<serde_json::Value> {
        AssertionKey::all(&self.keyring()).iter().map(AssertionKey::to_jwk).collect()
    }

    /// Works with other keys from now on, after somebody else has changed the key file.
    pub fn replace_keyring(&self, ring: KeyRing) {
        let ring = Arc::new(ring);
        self.store.seal_audit_with(Arc::clone(&ring) as _);
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }

    pub(crate) fn find_instance(&self, name: &InstanceName) -> Option<&KnownInstance> {
        self.instances.iter().find(|known| known.instance.name == *name)
    }

    /// The instance of this name, or what is wrong with it.
    pub(crate) fn known_instance(&self, name: &InstanceName) -> Result<&KnownInstance, Problem> {
        self.find_instance(name).ok_or_else(|| {
            let known: Vec<&str> =
                self.instances.iter().map(|k| k.instance.name.as_str()).collect();
            let words = format!(
                "there is no instance {name}{}; there are: {}",
                did_you_mean(name.as_str(), known.iter().copied()),
                listed(&known)
            );
            Problem::new("instance", words)
        })
    }

    /// The directory of this name; the only one when no name is given.
    pub(crate) fn known_directory(
        &self,
        name: Option<&DirectoryName>,
    ) -> Result<DirectoryName, Problem> {
        match (name, self.directories.as_slice()) {
            (None, [only]) => Ok(only.clone()),
            (None, several) => {
                let words = format!("name one of: {}", listed(several));
                Err(Problem::new("directory", words))
            }
            (Some(name), known) if known.contains(name) => Ok(name.clone()),
            (Some(name), known) => {
                let texts = known.iter().map(DirectoryName::as_str);
                let words = format!(
                    "there is no directory {name}{}; there are: {}",
                    did_you_mean(name.as_str(), texts),
                    listed(known)
                );
                Err(Problem::new("directory", words))
            }
        }
    }
}

/// A line for the audit record.
pub(crate) fn audit_entry(
    actor: &Actor,
    at: Timestamp,
    action: &'static str,
    subject: AuditSubject,
    detail: impl Into<String>,
) -> AuditEntry {
    let event = AuditEvent { actor: actor.clone(), action, subject, detail: detail.into() };
    AuditEntry { at, event }
}
