//! Numbers of bytes, as people write them.

use std::fmt;
use std::str::FromStr;

/// A number of bytes: `500000`, `64KiB`, `200MiB`, `2GiB`, `1TiB`; 128 TiB at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(u64);

/// A text that is no number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no number of bytes such as 500000, 200MiB or 2GiB (128TiB at most)")]
pub struct InvalidByteCount(String);

const UNITS: [(&str, u64); 4] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl ByteCount {
    /// The largest.
    pub const MAX: Self = Self(1 << 47);

    /// So many; [`ByteCount::MAX`] at most.
    pub const fn new(bytes: u64) -> Self {
        if bytes > Self::MAX.0 { Self::MAX } else { Self(bytes) }
    }

    /// How many.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteCount {
    type Err = InvalidByteCount;

    fn from_str(text: &str) -> Result<Self, InvalidByteCount> {
        let wrong = || InvalidByteCount(text.to_owned());
        let found = UNITS.iter().find_map(|&(unit, scale)| Some((text.strip_suffix(unit)?, scale)));
        let (number, scale) = found.unwrap_or((text, 1));
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale));
        bytes.filter(|&bytes| bytes <= Self::MAX.0).map(Self).ok_or_else(wrong)
    }
}

/// In the largest unit that fits without remainder.
impl fmt::Display for ByteCount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, scale) in UNITS {
            if self.0 >= scale && self.0.is_multiple_of(scale) {
                return write!(out, "{}{unit}", self.0 / scale);
            }
        }
        write!(out, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_are_read_as_they_are_written() {
        for text in ["0", "100", "16KiB", "2MiB", "1GiB", "128TiB"] {
            assert_eq!(text.parse::<ByteCount>().unwrap().to_string(), text);
        }
        assert_eq!("2048".parse::<ByteCount>().unwrap().to_string(), "2KiB");
        for text in ["", "KiB", "2MB", "2 MiB", "-1", "1.5MiB", "129TiB", "99999999999TiB"] {
            assert!(text.parse::<ByteCount>().is_err(), "{text}");
        }
    }
}
