//! The keys of a running gate: read again when somebody adds some.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use gatepass_control::{Control, KeysOpened};
use gatepass_model::Clock as _;
use gatepass_snapshot::Snapshot;
use gatepass_store::Store;
use gatepass_vault::{KeyRing, SystemEntropy};

use super::clock::SystemClock;
use super::system_user;
use crate::failure::Failure;

/// How often the key file is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// Opens the key file of a store; makes it beside a new one.
pub(crate) async fn open(path: &Path, store: &dyn Store) -> Result<KeysOpened, Failure> {
    let opened = gatepass_control::open_or_create_keys(path, store, &SystemEntropy).await?;
    if opened.is_new {
        let (actor, now) = (system_user::actor(), SystemClock.now());
        gatepass_control::record_new_keys(path, &opened.keyring, store, &actor, now).await?;
    }
    Ok(opened)
}

/// The keys in force, for those who keep none of their own.
pub(crate) type SharedKeys = Arc<ArcSwap<KeyRing>>;

/// Whom new keys are given to.
pub(crate) struct KeyWatcher {
    pub(crate) path: PathBuf,
    pub(crate) keys: SharedKeys,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) control: Arc<Control>,
}

impl KeyWatcher {
    /// Follows the file for ever. Rows under a key that is not known yet are refused until then.
    pub(crate) async fn run(self) {
        let mut seen = stamp(&self.path);
        let mut looks = tokio::time::interval(EVERY);
        loop {
            looks.tick().await;
            let now = stamp(&self.path);
            if now == seen || now.is_none() {
                continue;
            }
            seen = now;
            match KeyRing::load(&self.path) {
                Ok(ring) => self.take(ring),
                Err(error) => tracing::error!(%error, "the keys of before stay in force"),
            }
        }
    }

    fn take(&self, ring: KeyRing) {
        // The wallet's first: the snapshot has the follower read all credentials anew.
        self.keys.store(Arc::new(ring.clone()));
        self.control.replace_keyring(ring.clone());
        self.snapshot.replace_keys(Arc::new(ring));
        tracing::info!("the key file was changed; its keys are in force");
    }
}

/// What tells two states of the file apart; it is never written in place.
pub(super) fn stamp(path: &Path) -> Option<(u64, u64, i64, i64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}
