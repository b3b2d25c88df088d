//! The key ring, and the file that it stands in.

mod file;
mod lines;
mod master;
mod sealed;

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::entropy::{Entropy, NoEntropy};
use crate::mac::Encoder;

pub use file::{KeyFile, KeyFileError};
pub use master::{MasterKey, NotAMasterKey};

/// What a key is for. A key is never used for two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Digests of tokens.
    Digest,
    /// Sealing of upstream credentials.
    Seal,
    /// MACs of rows.
    Mac,
}

impl KeyPurpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Digest, Self::Seal, Self::Mac];

    /// As the key file writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Seal => "seal",
            Self::Mac => "mac",
        }
    }
}

impl FromStr for KeyPurpose {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(())
    }
}

/// One key of 256 bits. Prints without its bytes, which are wiped when dropped.
#[derive(Clone)]
pub struct Key {
    id: u32,
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    /// Its number: unique in the ring, higher than those of the keys before it.
    pub const fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    fn mint(id: u32, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut bytes[..])?;
        Ok(Self { id, bytes })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({})", self.id)
    }
}

/// Keys for one purpose: at least one.
#[derive(Clone, Debug)]
struct Keys {
    /// The newest of them last.
    older: Vec<Key>,
    newest: Key,
    /// What others may write with soon, so that every node can read it by then.
    coming: Option<Key>,
}

impl Keys {
    const fn of_one(newest: Key) -> Self {
        Self { older: Vec::new(), newest, coming: None }
    }

    fn iter(&self) -> impl Iterator<Item = &Key> {
        self.older.iter().chain(std::iter::once(&self.newest)).chain(&self.coming)
    }

    fn put_in_force(&mut self) {
        if let Some(key) = self.coming.take() {
            self.push(key);
        }
    }

    fn push(&mut self, key: Key) {
        self.older.push(std::mem::replace(&mut self.newest, key));
    }
}

/// The keys of a store, outside of it: whoever can write to the database, but has not these, can
/// neither make a token nor widen one.
#[derive(Clone, Debug)]
pub struct KeyRing {
    digest: Keys,
    seal: Keys,
    mac: Keys,
}

impl KeyRing {
    /// A ring with one new key for each purpose, in memory.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let keys = |id| Ok(Keys::of_one(Key::mint(id, entropy)?));
        Ok(Self { digest: keys(1)?, seal: keys(2)?, mac: keys(3)? })
    }

    /// The key to write with.
    pub const fn newest(&self, purpose: KeyPurpose) -> &Key {
        &self.of(purpose).newest
    }

    /// All but that: first the one that is to come, if there is one, which only reads for now; then
    /// the older ones, the newest of them first.
    pub fn others(&self, purpose: KeyPurpose) -> impl Iterator<Item = &Key> {
        let Keys { older, newest: _, coming } = self.of(purpose);
        coming.iter().chain(older.iter().rev())
    }

    /// Whether it has keys that nobody writes with yet.
    pub fn has_coming(&self) -> bool {
        KeyPurpose::ALL.into_iter().any(|purpose| self.of(purpose).coming.is_some())
    }

    /// A key by its number.
    pub fn find(&self, purpose: KeyPurpose, id: u32) -> Option<&Key> {
        self.of(purpose).iter().find(|key| key.id == id)
    }

    const fn of(&self, purpose: KeyPurpose) -> &Keys {
        match purpose {
            KeyPurpose::Digest => &self.digest,
            KeyPurpose::Seal => &self.seal,
            KeyPurpose::Mac => &self.mac,
        }
    }

    /// Adds a key to come for each purpose that has none.
    fn add_coming(&mut self, entropy: &dyn Entropy) -> Result<(), NoEntropy> {
        for purpose in KeyPurpose::ALL {
            let id = self.highest_id().saturating_add(1);
            let keys = self.of_mut(purpose);
            if keys.coming.is_none() {
                keys.coming = Some(Key::mint(id, entropy)?);
            }
        }
        Ok(())
    }

    fn put_in_force(&mut self) {
        for purpose in KeyPurpose::ALL {
            self.of_mut(purpose).put_in_force();
        }
    }

    const fn of_mut(&mut self, purpose: KeyPurpose) -> &mut Keys {
        match purpose {
            KeyPurpose::Digest => &mut self.digest,
            KeyPurpose::Seal => &mut self.seal,
            KeyPurpose::Mac => &mut self.mac,
        }
    }

    /// By what a ring is told from another that has more keys, fewer, or others under the same numbers;
    /// whether a key is to come or in force is no difference. Never 0, and gives nothing of a key away.
    pub fn mark(&self) -> u64 {
        let mut keys: Vec<(u32, KeyPurpose, &Key)> = Vec::new();
        for purpose in KeyPurpose::ALL {
            keys.extend(self.of(purpose).iter().map(|key| (key.id, purpose, key)));
        }
        keys.sort_by_key(|(id, ..)| *id);
        let first = self.mac.iter().min_by_key(|key| key.id).unwrap_or(&self.mac.newest);
        let mut all = Encoder::new(first, b"gatepass key ring mark 1");
        for (id, purpose, key) in keys {
            all.number(i64::from(id));
            all.bytes(purpose.as_str().as_bytes());
            all.bytes(key.bytes());
        }
        let tag = all.tag();
        u64::from_be_bytes(tag.first_chunk().copied().unwrap_or_default()).max(1)
    }

    fn highest_id(&self) -> u32 {
        let ids = KeyPurpose::ALL.into_iter().flat_map(|purpose| self.of(purpose).iter());
        ids.map(Key::id).max().unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
