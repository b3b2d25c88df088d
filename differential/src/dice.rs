//! Chance, decided by a seed.

use gatepass_testkit::SeededEntropy;

/// Draws from one seeded sequence.
pub(crate) struct Dice(SeededEntropy);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// A number below `bound`.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.0.below(bound)
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of them. An empty slice gives the default.
    pub(crate) fn pick<T: Copy + Default>(&self, all: &[T]) -> T {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }

    /// Any byte.
    pub(crate) fn byte(&self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or_default()
    }
}
