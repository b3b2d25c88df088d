//! The key ring, and the file that it stands in.

mod file;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::entropy::{Entropy, NoEntropy};

pub use file::KeyFileError;

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

/// Keys for one purpose: at least one, the newest last.
#[derive(Clone, Debug)]
struct Keys {
    older: Vec<Key>,
    newest: Key,
}

impl Keys {
    fn iter(&self) -> impl Iterator<Item = &Key> {
        self.older.iter().chain(std::iter::once(&self.newest))
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
        let keys = |id| Ok(Keys { older: Vec::new(), newest: Key::mint(id, entropy)? });
        Ok(Self { digest: keys(1)?, seal: keys(2)?, mac: keys(3)? })
    }

    /// Makes a ring and its file: new (`O_EXCL`), mode 0600, on disk with its directory when
    /// this returns. Only beside a store without rows; that is for the caller to see to.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyFileError> {
        let ring = Self::generate(entropy)?;
        file::create(path, &ring)?;
        Ok(ring)
    }

    /// Reads the file. Refused when its group or others may read or write it.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        file::load(path)
    }

    /// Adds a new key to the file and gives the ring as it is then. From now on it is the one to
    /// write with; the older ones stay for what they wrote. The file is replaced whole: a crash
    /// leaves the old or the new one.
    pub fn add_key(
        path: &Path,
        purpose: KeyPurpose,
        entropy: &dyn Entropy,
    ) -> Result<Self, KeyFileError> {
        file::change(path, |ring| {
            let key = Key::mint(ring.highest_id().saturating_add(1), entropy)?;
            ring.of_mut(purpose).push(key);
            Ok(())
        })
    }

    /// The key to write with.
    pub const fn newest(&self, purpose: KeyPurpose) -> &Key {
        &self.of(purpose).newest
    }

    /// The others, the newest of them first.
    pub fn older(&self, purpose: KeyPurpose) -> impl Iterator<Item = &Key> {
        self.of(purpose).older.iter().rev()
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

    const fn of_mut(&mut self, purpose: KeyPurpose) -> &mut Keys {
        match purpose {
            KeyPurpose::Digest => &mut self.digest,
            KeyPurpose::Seal => &mut self.seal,
            KeyPurpose::Mac => &mut self.mac,
        }
    }

    fn highest_id(&self) -> u32 {
        let ids = KeyPurpose::ALL.into_iter().flat_map(|purpose| self.of(purpose).iter());
        ids.map(Key::id).max().unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
