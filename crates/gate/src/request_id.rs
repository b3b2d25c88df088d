//! The name of one request, in logs, answers and towards the product.

use std::cell::Cell;
use std::fmt;

/// 128 bits, printed as 32 hexadecimal digits. Unique, not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(u128);

impl RequestId {
    /// From a thread's own half and a counter's.
    pub(crate) const fn from_parts(thread: u64, count: u64) -> Self {
        Self((thread as u128) << 64 | count as u128)
    }

    /// Its 128 bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// Appends the 32 digits.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let (bytes, mut digits) = (self.0.to_be_bytes(), [0; 32]);
        let (fours, _) = bytes.as_chunks::<4>();
        let (eights, _) = digits.as_chunks_mut::<8>();
        for (eight, four) in eights.iter_mut().zip(fours) {
            *eight = eight_digits(u32::from_be_bytes(*four)).to_be_bytes();
        }
        out.extend_from_slice(&digits);
    }
}

/// The eight digits of a number, each in a byte.
const fn eight_digits(number: u32) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let spread = number as u64;
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // One in each byte that is ten or more: a letter, which stands 39 behind where a digit would.
    let letters = (nibbles + 6 * EACH) >> 4 & EACH;
    nibbles + b'0' as u64 * EACH + letters * 39
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:032x}", self.0)
    }
}

/// Makes the ids of one thread.
pub(crate) struct RequestIds {
    thread: u64,
    count: Cell<u64>,
}

impl RequestIds {
    /// With a half of its own, from the operating system's randomness.
    pub(crate) const fn new(thread: u64) -> Self {
        Self { thread, count: Cell::new(0) }
    }

    /// The next one. The counter is scrambled so that nobody reads the load from two ids.
    pub(crate) fn next(&self) -> RequestId {
        let count = self.count.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.count.set(count);
        let mixed = (count ^ count >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        RequestId::from_parts(self.thread, mixed ^ mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_print_alike_in_both_ways() {
        let ids = RequestIds::new(7);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..10_000 {
            let id = ids.next();
            assert!(seen.insert(id));
            let mut out = Vec::new();
            id.write(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), id.to_string());
        }
    }
}
