//! The key file: open it, make it beside a new store, rotate its keys.

mod newest;
mod rewrap;
mod rotate;

use std::path::Path;
use std::sync::Arc;

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, Timestamp};
use gatepass_store::{Store, StoreError};
use gatepass_vault::{Entropy, KeyFile, KeyFileError, KeyRing};

use crate::control::audit_entry;
use crate::error::ControlError;

pub use newest::check_keys;
pub use rewrap::{KeyNeeded, Rewrapped};
pub use rotate::KeysRotated;

/// The keys of a store.
#[derive(Clone, Debug)]
pub struct KeysOpened {
    /// The keys.
    pub keyring: KeyRing,
    /// Whether the file was made just now; then somebody should be told to keep a copy.
    pub is_new: bool,
}

/// Opens a key file; makes it where there is none, if the store is new too.
///
/// Beside a store that has rows it is never made: its tokens and credentials would be lost, and
/// nobody would notice until they fail. `KeysMissing` then. Reads and writes files: short, but it
/// blocks.
pub async fn open_or_create_keys(
    file: &KeyFile,
    store: &dyn Store,
    entropy: &dyn Entropy,
) -> Result<KeysOpened, ControlError> {
    match file.load() {
        Err(KeyFileError::Missing(_)) => {}
        loaded => return Ok(KeysOpened { keyring: loaded?, is_new: false }),
    }
    if !store.is_pristine().await? {
        return Err(ControlError::KeysMissing(file.path().to_owned()));
    }
    match file.create(entropy) {
        Ok(keyring) => Ok(KeysOpened { keyring, is_new: true }),
        // Another process was faster; its keys are the store's.
        Err(KeyFileError::Exists(_)) => Ok(KeysOpened { keyring: file.load()?, is_new: false }),
        Err(error) => Err(error.into()),
    }
}

/// Records that the key file at `path` was made for this store just now, by whom, and when: the
/// first line of the audit record, chained with these keys. From then on the store is not new, so
/// that another node does not make keys of its own.
///
/// Where two nodes begin on one store at the same moment, the keys of the first count. For the
/// other: `KeysMissing`, and its file is put aside as `<name>.unused`. It writes no line: nobody
/// could ever check one that was chained with keys that are of no use.
pub async fn record_new_keys(
    path: &Path,
    ring: &KeyRing,
    store: &dyn Store,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), ControlError> {
    let detail = "made for a new store";
    let audit = audit_entry(actor, now, "keyring.made", AuditSubject::KeyRing, detail);
    store.seal_audit_with(Arc::new(ring.clone()));
    match store.begin_audit(&audit).await {
        Err(StoreError::Conflict) => {}
        answer => return Ok(answer?),
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(".unused");
    let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
    std::fs::rename(path, &aside).map_err(failed)?;
    Err(ControlError::KeysMissing(path.to_owned()))
}
