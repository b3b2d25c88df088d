//! Bytes that a seed decides: guessable by anybody, and the same at every run.

use std::sync::atomic::{AtomicU64, Ordering};

use gatepass_vault::{Entropy, NoEntropy};

/// `SplitMix64` (Steele, Lea, Flood 2014), eight bytes at a time.
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    /// Whether something comes true that does so often in a thousand cases.
    pub(crate) fn happens(&self, in_thousand: u64) -> bool {
        self.below(1_000) < in_thousand
    }

    /// One of these.
    pub(crate) fn one_of(&self, words: &[&'static str]) -> &'static str {
        let place = usize::try_from(self.below(words.len() as u64)).unwrap_or_default();
        words.get(place).copied().unwrap_or_default()
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(self.next().to_le_bytes().get(..piece.len()).unwrap_or_default());
        }
        Ok(())
    }
}
