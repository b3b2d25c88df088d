//! The map of tokens: read by all threads without a lock, written by one writer.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use gatepass_model::{SecretDigest, TokenId};

use crate::entry::{ByDigest, ById, TokenEntry};

/// The entries by digest. A map to nothing rather than a set: the set's `insert` keeps an equal
/// entry that is there already, the map's puts the new one in its place.
#[derive(Debug, Default)]
pub(crate) struct DigestMap(papaya::HashMap<ByDigest, (), BuildHasherDefault<DigestHasher>>);

/// Takes bytes of the digest for its hash. A digest is made with a key that nobody outside has, so
/// nobody can choose digests that collide.
#[derive(Debug, Default)]
pub(crate) struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        let last = bytes.last_chunk().copied().map_or(0, u64::from_le_bytes);
        self.0 = self.0.rotate_left(31) ^ last;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl DigestMap {
    pub(crate) fn find(&self, digest: &SecretDigest) -> Option<Arc<TokenEntry>> {
        let map = self.0.pin();
        map.get_key_value(digest).map(|(entry, ())| entry.0.clone())
    }

    /// Puts an entry in the place of the one with the same digest.
    pub(crate) fn put(&self, entry: Arc<TokenEntry>) {
        self.0.pin().insert(ByDigest(entry), ());
    }

    /// Takes away what is found by `digest`.
    pub(crate) fn remove(&self, digest: &SecretDigest) {
        self.0.pin().remove(digest);
    }
}

/// The newest entry of each token, by handle. Only the writer has it.
#[derive(Debug, Default)]
pub(crate) struct HandleIndex(HashSet<ById>);

impl HandleIndex {
    pub(crate) fn find(&self, id: TokenId) -> Option<&Arc<TokenEntry>> {
        self.0.get(&id).map(|entry| &entry.0)
    }

    pub(crate) fn put(&mut self, entry: Arc<TokenEntry>) {
        self.0.replace(ById(entry));
    }

    pub(crate) fn remove(&mut self, id: TokenId) -> Option<Arc<TokenEntry>> {
        self.0.take(&id).map(|entry| entry.0)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = TokenId> {
        self.0.iter().map(|entry| entry.0.facts().id)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
