//! HMAC-SHA-256 under a key of the ring.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keyring::Key;

/// A prepared HMAC: cloning it costs a copy, not two compressions.
pub(crate) type Prepared = Hmac<Sha256>;

/// Prepares `key`.
pub(crate) fn prepare(key: &Key) -> Prepared {
    // RFC 2104: a key shorter than the block of 64 bytes is padded with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key.bytes()).for_each(|(place, byte)| *place = *byte);
    let block: &[u8; 64] = &block;
    Prepared::new(block.into())
}

/// The tag of all that was put in.
pub(crate) fn finish(mac: Prepared) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}
