//! Seal and sign anew what older keys wrote.

use std::collections::BTreeMap;

use gatepass_model::{Actor, Timestamp, Token, TokenId};
use gatepass_store::{Loaded, NewMac, StoredToken, UpstreamCredential};
use gatepass_vault::{
    KeyPurpose, KeyRing, RowCheck, SealedCredential, check_row, credential_context, open, reseal,
    row_mac,
};
use serde::Serialize;

use crate::control::Control;
use crate::error::ControlError;

/// So many rows are signed in one transaction, for which others wait.
const BATCH: usize = 200;
/// How often all is gone through: what a gate writes with an old key meanwhile is found by the next.
const ROUNDS: usize = 3;

/// What was sealed and signed anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rewrapped {
    /// How many rows of tokens have a MAC by the newest key now, and had another.
    pub tokens: u64,
    /// How many upstream credentials are sealed with the newest key now, and were with another.
    pub credentials: u64,
    /// What was left as it is, and why: rows that somebody changed without the keys, or that can't
    /// be read.
    pub left: Vec<String>,
    /// For what older keys are still needed in the store, but for the audit record.
    pub needed: Vec<KeyNeeded>,
}

/// An older key that rows need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyNeeded {
    /// `digest`, `seal` or `mac`.
    pub purpose: &'static str,
    /// Its number.
    pub key: u32,
    /// How many tokens, or credentials, need it.
    pub rows: u64,
}

/// What stands in the store under older keys.
#[derive(Default)]
struct Old {
    tokens: Vec<TokenId>,
    credentials: Vec<UpstreamCredential>,
    left: Vec<String>,
    needed: BTreeMap<(&'static str, u32), u64>,
}

impl Control {
    /// Seals and signs anew what older keys wrote. A row is checked with the old key first: one that
    /// somebody changed gets no MAC of ours. Nothing that nodes know is changed by it.
    pub(super) async fn rewrap(
        &self,
        actor: &Actor,
        ring: &KeyRing,
    ) -> Result<Rewrapped, ControlError> {
        let mut done = Rewrapped::default();
        let mut old = self.written_with_older(ring).await?;
        for _ in 0..ROUNDS {
            let tokens = self.sign_anew(ring, &old.tokens).await?;
            let credentials = self.seal_anew(ring, &old.credentials).await?;
            done.tokens += tokens;
            done.credentials += credentials;
            if tokens + credentials == 0 {
                break;
            }
            old = self.written_with_older(ring).await?;
        }
        done.left = old.left;
        let needed = old.needed.into_iter();
        done.needed =
            needed.map(|((purpose, key), rows)| KeyNeeded { purpose, key, rows }).collect();
        let Rewrapped { tokens, credentials, left, .. } = &done;
        let detail = format!(
            "{tokens} tokens, {credentials} upstream credentials; {} left as they are",
            left.len()
        );
        self.record(actor, "keyring.rewrapped", detail).await?;
        Ok(done)
    }

    async fn written_with_older(&self, ring: &KeyRing) -> Result<Old, ControlError> {
        let mut old = Old::default();
        let mut each = |loaded| match loaded {
            Loaded::Token(row) => old.note_token(ring, &row),
            Loaded::Credential(credential) => old.note_credential(ring, credential),
            Loaded::Corrupt(corruption) => old.left.push(corruption.to_string()),
            Loaded::Policy(_) | Loaded::Person(_) => {}
        };
        // Those that ended long ago too.
        self.store.load_all(Timestamp::from_millis(i64::MIN), &mut each).await?;
        Ok(old)
    }

    async fn sign_anew(&self, ring: &KeyRing, ids: &[TokenId]) -> Result<u64, ControlError> {
        let newest = ring.newest(KeyPurpose::Mac).id();
        let mut signed = 0;
        for ids in ids.chunks(BATCH) {
            let rows = self.store.find_tokens(ids).await?;
            // Checked again: it is what is read now that is signed.
            let old = rows.iter().filter(|row| {
                row.mac.key != newest && check_row(ring, &row.token, &row.mac) == RowCheck::Genuine
            });
            let macs: Vec<NewMac> = old
                .map(|row| NewMac {
                    id: row.token.id,
                    seen: row.revision,
                    old: row.mac,
                    new: row_mac(ring, &row.token),
                })
                .collect();
            signed += self.store.replace_macs(&macs).await?;
        }
        Ok(signed)
    }

    async fn seal_anew(
        &self,
        ring: &KeyRing,
        credentials: &[UpstreamCredential],
    ) -> Result<u64, ControlError> {
        let mut sealed = 0;
        for UpstreamCredential { owner, instance, sealed: was, .. } in credentials {
            let context = credential_context(owner, instance);
            let old = SealedCredential::from_bytes(was.clone());
            // One that does not open was left out before.
            let Ok(Some(new)) = reseal(ring, &*self.entropy, &context, &old) else { continue };
            let replaced = self.store.replace_seal(owner, instance, was, new.as_bytes()).await?;
            sealed += u64::from(replaced);
        }
        Ok(sealed)
    }
}

impl Old {
    fn note_token(&mut self, ring: &KeyRing, row: &StoredToken) {
        let newest = ring.newest(KeyPurpose::Digest).id();
        for key in digest_keys(&row.token).filter(|key| *key != newest) {
            self.need(KeyPurpose::Digest, key);
        }
        let (id, key) = (row.token.id, row.mac.key);
        if key == ring.newest(KeyPurpose::Mac).id() {
            return;
        }
        self.need(KeyPurpose::Mac, key);
        let problem = match check_row(ring, &row.token, &row.mac) {
            RowCheck::Genuine => {
                self.tokens.push(id);
                return;
            }
            RowCheck::Forged => "its row was changed by somebody without the keys".to_owned(),
            RowCheck::UnknownKey => format!("the key file has no mac key {key}"),
        };
        self.left.push(format!("{id}: {problem}"));
    }

    fn note_credential(&mut self, ring: &KeyRing, credential: UpstreamCredential) {
        let sealed = SealedCredential::from_bytes(credential.sealed.clone());
        if sealed.key() == Some(ring.newest(KeyPurpose::Seal).id()) {
            return;
        }
        self.need(KeyPurpose::Seal, sealed.key().unwrap_or_default());
        let UpstreamCredential { owner, instance, .. } = &credential;
        match open(ring, &credential_context(owner, instance), &sealed) {
            Ok(_) => self.credentials.push(credential),
            Err(error) => {
                self.left.push(format!("the credential of {owner} at {instance}: {error}"));
            }
        }
    }

    fn need(&mut self, purpose: KeyPurpose, key: u32) {
        *self.needed.entry((purpose.as_str(), key)).or_default() += 1;
    }
}

/// The keys by whose digests a token is found.
fn digest_keys(token: &Token) -> impl Iterator<Item = u32> {
    let former = token.former.as_ref().map(|former| former.secret.key);
    std::iter::once(token.secret.key).chain(former.filter(|key| *key != token.secret.key))
}
