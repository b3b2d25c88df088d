//! The keys of a running gate: read again when somebody adds some.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use gatepass_config::SecretsConfig;
use gatepass_control::{Control, ControlError, KeysOpened};
use gatepass_identity::SharedAssertionKey;
use gatepass_model::Clock as _;
use gatepass_snapshot::Snapshot;
use gatepass_store::Store;
use gatepass_vault::{KeyFile, KeyFileError, KeyRing, SystemEntropy};
use tokio::time::{Instant, MissedTickBehavior};

use super::clock::SystemClock;
use super::{master_key, system_user};
use crate::failure::Failure;

/// How often the key file is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// How long after a failure it is read once more: the program that prints the master key is then run
/// again.
const AGAIN: Duration = Duration::from_secs(10);

/// The configured key file, with the master key that seals it if there is one.
pub(crate) async fn file(config: &SecretsConfig) -> Result<KeyFile, Failure> {
    let master = master_key::obtain(config.master_key.as_ref()).await?;
    Ok(KeyFile::new(&config.key_file, master))
}

/// Opens the key file of a store; makes it beside a new one.
pub(crate) async fn open(file: &KeyFile, store: &dyn Store) -> Result<KeysOpened, Failure> {
    let opened = gatepass_control::open_or_create_keys(file, store, &SystemEntropy).await?;
    if opened.is_new {
        let (actor, now) = (system_user::actor(), SystemClock.now());
        let path = file.path();
        gatepass_control::record_new_keys(path, &opened.keyring, store, &actor, now).await?;
    }
    Ok(opened)
}

/// The keys in force, for those who keep none of their own.
pub(crate) type SharedKeys = Arc<ArcSwap<KeyRing>>;

/// Whom new keys are given to.
pub(crate) struct KeyWatcher {
    /// The file as it was before its keys were read: what came since is not missed.
    pub(crate) seen: Option<Stamp>,
    pub(crate) config: SecretsConfig,
    pub(crate) file: KeyFile,
    /// Set while the file can't be read as it is now.
    pub(crate) is_behind: Arc<AtomicBool>,
    pub(crate) keys: SharedKeys,
    pub(crate) signing: SharedAssertionKey,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) control: Arc<Control>,
}

impl KeyWatcher {
    /// Follows the file for ever.
    pub(crate) async fn run(mut self) {
        let mut failed: Option<Instant> = None;
        let mut looks = tokio::time::interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let now = stamp(self.file.path());
            let is_changed = now.is_some() && now != self.seen;
            let is_due = failed.is_some_and(|at| at.elapsed() >= AGAIN);
            if !is_changed && !is_due {
                continue;
            }
            self.seen = now;
            let read = self.read().await;
            self.is_behind.store(read.is_err(), Ordering::Release);
            failed = match read {
                Ok(ring) => {
                    self.take(ring);
                    None
                }
                Err(failure) => {
                    let error = failure.message;
                    tracing::error!(error, "the keys of before stay in force");
                    Some(Instant::now())
                }
            };
        }
    }

    /// Reads the file with the master key that is known; and, where it is sealed for another, with
    /// the one that the configuration leads to now.
    async fn read(&mut self) -> Result<KeyRing, Failure> {
        match self.file.load() {
            Err(KeyFileError::OtherMaster { .. }) => {}
            loaded => return Ok(loaded.map_err(ControlError::from)?),
        }
        let file = file(&self.config).await?;
        let ring = file.load().map_err(ControlError::from)?;
        self.file = file;
        Ok(ring)
    }

    fn take(&self, ring: KeyRing) {
        // The wallet's first: the snapshot has the follower read all credentials anew.
        self.keys.store(Arc::new(ring.clone()));
        self.signing.replace(&ring);
        self.control.replace_keyring(ring.clone());
        self.snapshot.replace_keys(Arc::new(ring));
        tracing::info!("the key file was changed; its keys are in force");
    }
}

/// What tells two states of the file apart; it is never written in place.
pub(super) type Stamp = (u64, u64, i64, i64);

/// The state of the file now; `None` where there is none.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}
