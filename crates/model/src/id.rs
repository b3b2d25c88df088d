//! Ids: version 7 UUIDs (RFC 9562), shown with a prefix that says what they name.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::time::Timestamp;

/// The handle of a token: safe to show and to log. Prints as `tok_` and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(Uuid);

/// A text that is no handle of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the handle of a token (tok_ and 32 hexadecimal digits)")]
pub struct InvalidTokenId(String);

impl TokenId {
    /// A new handle. Handles sort by the time of their making; the rest is `random`.
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// When it was made, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        // The first 48 bits (RFC 9562 5.7).
        let millis = self.0.as_u128() >> 80;
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    /// The sixteen bytes, big-endian: what is stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// From the sixteen bytes that were stored.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "tok_{}", self.0.as_simple())
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for TokenId {
    type Err = InvalidTokenId;

    fn from_str(text: &str) -> Result<Self, InvalidTokenId> {
        let wrong = || InvalidTokenId(text.to_owned());
        let digits = text.strip_prefix("tok_").ok_or_else(wrong)?;
        if digits.len() != 32 {
            return Err(wrong());
        }
        Uuid::try_parse(digits).map(Self).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_prints_and_reads_back_and_sorts_by_time() {
        let early = TokenId::new(Timestamp::from_millis(1_700_000_000_000), [9; 10]);
        let late = TokenId::new(Timestamp::from_millis(1_700_000_000_001), [0; 10]);
        assert!(early < late);
        assert_eq!(early.made_at(), Timestamp::from_millis(1_700_000_000_000));
        assert_eq!(early.to_string().parse::<TokenId>().unwrap(), early);
        for text in ["", "tok_", "tok_zz", "0198c0de", "tok_00000000-0000-0000-0000-000000000000"] {
            assert!(text.parse::<TokenId>().is_err(), "{text}");
        }
    }
}
