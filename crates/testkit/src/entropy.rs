//! Randomness that comes out the same at every run.

use std::sync::atomic::{AtomicU64, Ordering};

use gatepass_vault::{Entropy, NoEntropy};

/// A sequence of bytes that a seed decides (`SplitMix64`). Anybody can guess it: for tests only.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// The next number below `bound`; 0 when the bound is 0.
    pub fn below(&self, bound: usize) -> usize {
        let bound = bound as u64;
        usize::try_from(self.next().checked_rem(bound).unwrap_or_default()).unwrap_or_default()
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        for piece in bytes.chunks_mut(8) {
            for (byte, random) in piece.iter_mut().zip(self.next().to_le_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_whole_sequence() {
        let draw = |seed| {
            let (entropy, mut bytes) = (SeededEntropy::new(seed), [0; 20]);
            entropy.fill(&mut bytes).unwrap();
            (bytes, entropy.below(1000))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7).0, draw(8).0);
        assert_eq!(SeededEntropy::new(1).below(0), 0);
    }
}
