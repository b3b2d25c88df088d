//! The key file: open it, make it beside a new store, add keys to it.

use std::path::Path;
use std::sync::Arc;

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, Timestamp};
use gatepass_store::{Store, StoreError};
use gatepass_vault::{Entropy, KeyFileError, KeyPurpose, KeyRing};
use serde::Serialize;

use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// The keys of a store.
#[derive(Clone, Debug)]
pub struct KeysOpened {
    /// The keys.
    pub keyring: KeyRing,
    /// Whether the file was made just now; then somebody should be told to keep a copy.
    pub is_new: bool,
}

/// Opens the key file at `path`; makes it where there is none, if the store is new too.
///
/// Beside a store that has rows it is never made: its tokens and credentials would be lost, and
/// nobody would notice until they fail. `KeysMissing` then. Reads and writes files: short, but it
/// blocks.
pub async fn open_or_create_keys(
    path: &Path,
    store: &dyn Store,
    entropy: &dyn Entropy,
) -> Result<KeysOpened, ControlError> {
    match KeyRing::load(path) {
        Err(KeyFileError::Missing(_)) => {}
        loaded => return Ok(KeysOpened { keyring: loaded?, is_new: false }),
    }
    if !store.is_pristine().await? {
        return Err(ControlError::KeysMissing(path.to_owned()));
    }
    match KeyRing::create(path, entropy) {
        Ok(keyring) => Ok(KeysOpened { keyring, is_new: true }),
        // Another process was faster; its keys are the store's.
        Err(KeyFileError::Exists(_)) => {
            Ok(KeysOpened { keyring: KeyRing::load(path)?, is_new: false })
        }
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

/// Keys that were added to the ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeysRotated {
    /// The number of the new key for digests of tokens.
    pub digest: u32,
    /// The number of the new key for seals.
    pub seal: u32,
    /// The number of the new key for MACs of rows.
    pub mac: u32,
}

impl Control {
    /// Adds a new key for each purpose to the key file; from now on they are the ones to write
    /// with. The old ones stay, for what they wrote. Every node needs the new file before the
    /// next change is made: a node without it refuses what the new keys signed.
    ///
    /// When the audit record can't be written the keys are added all the same.
    pub async fn rotate_keys(&self, actor: &Actor) -> Result<KeysRotated, ControlError> {
        self.authorise(actor, Ability::ManageKeys).await?;
        // Fails before anything is done where the record could not be written.
        self.store.revision().await?;
        let mut ring = KeyRing::load(&self.key_file)?;
        for purpose in KeyPurpose::ALL {
            ring = KeyRing::add_key(&self.key_file, purpose, &*self.entropy)?;
        }
        let rotated = KeysRotated {
            digest: ring.newest(KeyPurpose::Digest).id(),
            seal: ring.newest(KeyPurpose::Seal).id(),
            mac: ring.newest(KeyPurpose::Mac).id(),
        };
        self.replace_keyring(ring);
        let KeysRotated { digest, seal, mac } = rotated;
        let detail = format!("added: digest {digest}, seal {seal}, mac {mac}");
        let now = self.clock.now();
        let audit = audit_entry(actor, now, "keyring.rotated", AuditSubject::KeyRing, detail);
        self.store.append_audit(&audit).await?;
        Ok(rotated)
    }
}
