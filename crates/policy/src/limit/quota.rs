//! So many bytes in a day of UTC: one atomic word, the day above, the bytes below.

use std::sync::atomic::{AtomicU64, Ordering};

const BYTES: u64 = (1 << 48) - 1;

const fn day_of(word: u64) -> u64 {
    word >> 48
}

/// The word at a day: nothing is used when it is a later one. When the clock went back, what was
/// used stays used, and the count ends with the day that it is said to be now.
const fn at(word: u64, day: u16) -> u64 {
    let bytes = if day as u64 > day_of(word) { 0 } else { word & BYTES };
    ((day as u64) << 48) | bytes
}

/// How many bytes were used on `day`.
pub(crate) fn used(cell: &AtomicU64, day: u16) -> u64 {
    at(cell.load(Ordering::Relaxed), day) & BYTES
}

/// Counts so many more. Stays at 2⁴⁸ - 1.
pub(crate) fn charge(cell: &AtomicU64, bytes: u64, day: u16) {
    let next = |word: u64| {
        let word = at(word, day);
        let sum = (word & BYTES).saturating_add(bytes).min(BYTES);
        Some((word & !BYTES) | sum)
    };
    // The closure always answers, so this can't fail.
    let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_day_begins_at_nothing_and_a_clock_set_back_gives_nothing_away() {
        let cell = AtomicU64::new(0);
        charge(&cell, 5, 20_000);
        charge(&cell, 5, 20_000);
        assert_eq!(used(&cell, 20_000), 10);
        assert_eq!(used(&cell, 19_999), 10, "back by a day");
        charge(&cell, 1, 19_999);
        assert_eq!(used(&cell, 19_999), 11);
        assert_eq!(used(&cell, 20_000), 0, "the day that came twice begins anew, and once only");
        charge(&cell, u64::MAX, 20_001);
        assert_eq!(used(&cell, 20_001), BYTES);
        assert_eq!(used(&cell, 20_002), 0);
    }
}
