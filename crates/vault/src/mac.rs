//! HMAC-SHA-256 under a key of the ring.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keyring::Key;

/// A prepared HMAC: cloning it costs a copy, not two compressions.
pub(crate) type Prepared = Hmac<Sha256>;

/// Prepares `key`.
pub(crate) fn prepare(key: &Key) -> Prepared {
    prepare_bytes(key.bytes())
}

fn prepare_bytes(key: &[u8; 32]) -> Prepared {
    // RFC 2104: a key shorter than the block of 64 bytes is padded with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let block: &[u8; 64] = &block;
    Prepared::new(block.into())
}

/// The tag of all that was put in.
pub(crate) fn finish(mac: Prepared) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}

/// The tag of `label` alone: what is derived from a key for one purpose.
pub(crate) fn derive(key: &[u8; 32], label: &[u8]) -> [u8; 32] {
    let mut mac = prepare_bytes(key);
    mac.update(label);
    finish(mac)
}

/// Writes values so that no two different rows give the same bytes: everything of variable
/// length has its length before it, everything optional a byte that says whether it is there.
pub(crate) struct Encoder(Prepared);

impl Encoder {
    /// `version` says what the bytes after it mean: one key has tags over rows of several kinds,
    /// and one of them must never pass for another.
    pub(crate) fn new(key: &Key, version: &[u8]) -> Self {
        let mut encoder = Self(prepare(key));
        encoder.bytes(version);
        encoder
    }

    pub(crate) fn number(&mut self, value: i64) {
        self.0.update(&value.to_be_bytes());
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.0.update(&(length as u64).to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.update(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// The tag of all that was written.
    pub(crate) fn tag(self) -> [u8; 32] {
        finish(self.0)
    }
}
