//! Whether a key file is the newest there is: by what the store was written with.
//!
//! Nodes tell as long as they run. What they wrote tells also when none does, and whatever is written
//! with an old copy afterwards does not cover it.

use gatepass_model::TokenId;
use gatepass_model::audit::AuditLink;
use gatepass_store::{KeysNamed, LinkedLine, NewestAuditKey, Store};
use gatepass_vault::{KeyFile, KeyPurpose, KeyRing, LinkCheck, SealedCredential, check_link};

use crate::error::ControlError;

/// So many lines of the record are looked at, for one that a key made. One alone could be a line that
/// somebody changed.
const LINES: u32 = 16;

/// Whether a gate can begin with `ring`, which was read from `file`. `KeysDiffer` where rows of tokens,
/// and the audit record too, are signed with a `mac` key that it lacks: the gate would refuse those
/// tokens. A row alone does not say so: somebody without the keys may have put it there, and it is
/// refused for itself. Reads all rows of tokens once; the record only where such a row is found.
pub async fn check_keys(
    file: &KeyFile,
    ring: &KeyRing,
    store: &dyn Store,
) -> Result<(), ControlError> {
    let Some(what) = store.keys_named().await?.mac.and_then(|mac| signed_without(ring, mac)) else {
        return Ok(());
    };
    let Some(NewestAuditKey { key, .. }) = store.newest_audit_key().await? else { return Ok(()) };
    let has = |ring: &KeyRing| ring.find(KeyPurpose::Mac, key).is_some();
    // The file may have got its keys since it was read, from a rotation that goes on.
    if has(ring) || has(&file.load()?) {
        return Ok(());
    }
    Err(differ(file, what))
}

/// Whether nothing in the store was written with a newer key than `ring` has, which was read from
/// `file`, and the record not with another key of the same number; else `KeysDiffer`.
pub(super) async fn check(
    file: &KeyFile,
    ring: &KeyRing,
    store: &dyn Store,
) -> Result<(), ControlError> {
    let rows = store.keys_named().await?;
    let found = match written_without(ring, rows) {
        Some(what) => Some(what),
        None => recorded_without(ring, store).await?,
    };
    found.map_or(Ok(()), |what| Err(differ(file, what)))
}

pub(super) fn differ(file: &KeyFile, what: String) -> ControlError {
    ControlError::KeysDiffer { path: file.path().to_owned(), what }
}

/// Who wrote a row with a key that `ring` lacks.
fn written_without(ring: &KeyRing, rows: KeysNamed) -> Option<String> {
    let KeysNamed { mac, digest, sealed } = rows;
    let lacks = |purpose, key: &u32| ring.find(purpose, *key).is_none();
    let by_mac = || mac.and_then(|mac| signed_without(ring, mac));
    let by_digest = || {
        let key = digest.filter(|key| lacks(KeyPurpose::Digest, key))?;
        Some(format!("whoever issued a token with the digest key {key}"))
    };
    let by_seal = || {
        let key = SealedCredential::from_bytes(sealed?).key();
        let key = key.filter(|key| lacks(KeyPurpose::Seal, key))?;
        Some(format!("whoever sealed an upstream credential with the seal key {key}"))
    };
    by_mac().or_else(by_digest).or_else(by_seal)
}

fn signed_without(ring: &KeyRing, (token, key): (TokenId, u32)) -> Option<String> {
    let lacks = ring.find(KeyPurpose::Mac, key).is_none();
    lacks.then(|| format!("whoever signed the row of {token} with the mac key {key}"))
}

/// Who wrote a line of the record with a key that `ring` lacks, or has other bytes for.
async fn recorded_without(
    ring: &KeyRing,
    store: &dyn Store,
) -> Result<Option<String>, ControlError> {
    let Some(NewestAuditKey { key, line }) = store.newest_audit_key().await? else {
        return Ok(None);
    };
    let what = format!("whoever wrote line {line} of the audit record with the mac key {key}");
    if ring.find(KeyPurpose::Mac, key).is_none() {
        return Ok(Some(what));
    }
    // With the line before the first of them, to which that is chained.
    let before = line.saturating_sub(i64::from(LINES) + 1);
    let lines = store.audit_after(Some(before), LINES + 1).await?.lines;
    Ok(is_by_another(ring, key, &lines).then_some(what))
}

/// Whether lines name `key`, and none of them was made with the one that `ring` has.
fn is_by_another(ring: &KeyRing, key: u32, lines: &[LinkedLine]) -> bool {
    let (mut previous, mut found) = (None, false);
    for (at, line) in lines.iter().enumerate() {
        // What the first of them is chained to is not among them.
        let can_tell = at > 0 || line.number == 1;
        if can_tell
            && line.key == Some(i64::from(key))
            && let Some(tag) = line.tag()
        {
            let link = AuditLink { key, tag };
            if check_link(ring, previous.as_ref(), &line.content(), &link) == LinkCheck::Genuine {
                return false;
            }
            found = true;
        }
        previous = line.tag();
    }
    found
}
