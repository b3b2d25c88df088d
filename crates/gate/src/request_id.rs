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
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for byte in self.0.to_be_bytes() {
            let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
            out.extend([digit(byte >> 4), digit(byte & 15)]);
        }
    }
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
