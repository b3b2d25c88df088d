//! Bytes for session ids and native tokens: SHA-256 of a seed and a counter.
//!
//! A seed makes a test repeatable. It is as secret as the seed is, which is enough for a stand-in.

use sha2::{Digest, Sha256};

pub(crate) struct Entropy {
    seed: u64,
    drawn: u64,
}

impl Entropy {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next 32 bytes.
    pub(crate) fn block(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut hash = Sha256::new();
        hash.update(b"gatepass sandbox");
        hash.update(self.seed.to_be_bytes());
        hash.update(self.drawn.to_be_bytes());
        hash.finalize().into()
    }

    /// The next number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let number =
            self.block().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        number.checked_rem(bound).unwrap_or(0)
    }
}

/// Upper-case hexadecimal digits, as Tomcat writes session ids.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}
