//! The secret of a token: `gpass_`, 32 random characters, 6 characters of checksum.

use std::fmt;

use zeroize::Zeroizing;

use crate::entropy::{Entropy, NoEntropy};

const PREFIX: &[u8] = b"gpass_";
const RANDOM: usize = 32;
const CHECK: usize = 6;
const LENGTH: usize = 6 + RANDOM + CHECK;
const HINT: usize = 10;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A secret that was just made. It is shown once; the store gets its digest.
pub struct NewSecret(Zeroizing<[u8; LENGTH]>);

/// Why bytes are no secret of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    /// Not `gpass_` and 38 of `[0-9A-Za-z]`: something that is not ours.
    #[error("it does not have the shape of a token")]
    OtherShape,
    /// Of our shape, but mistyped or made up. Refused without a look-up.
    #[error("its checksum is wrong")]
    WrongChecksum,
}

/// What a request presents, of the right shape and with the right checksum. Borrowed from the
/// request; whether such a token exists is not said.
#[derive(Clone, Copy)]
pub struct PresentedSecret<'a>(&'a [u8; LENGTH]);

impl NewSecret {
    /// A new secret with 190 bits of randomness.
    pub fn mint(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut text = Zeroizing::new([0; LENGTH]);
        let (prefix, rest) = text.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX);
        let (random, check) = rest.split_at_mut(RANDOM);
        fill_alphanumeric(random, entropy)?;
        check.copy_from_slice(&checksum(random));
        Ok(Self(text))
    }

    /// The whole of it. Only for the answer to who made it.
    pub fn reveal(&self) -> &str {
        // ASCII by construction.
        std::str::from_utf8(&self.0[..]).unwrap_or_default()
    }

    /// As a request would present it.
    pub fn as_presented(&self) -> PresentedSecret<'_> {
        PresentedSecret(&self.0)
    }

    /// Its first ten characters, which are kept for people to recognise it by.
    pub fn hint(&self) -> &str {
        self.reveal().get(..HINT).unwrap_or_default()
    }
}

impl<'a> PresentedSecret<'a> {
    /// Reads the whole of `bytes` as a secret.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NotASecret> {
        let whole: &[u8; LENGTH] = bytes.try_into().map_err(|_| NotASecret::OtherShape)?;
        if !has_shape(whole) {
            return Err(NotASecret::OtherShape);
        }
        let (_, rest) = whole.split_at(PREFIX.len());
        let (random, check) = rest.split_at(RANDOM);
        // Not in constant time: a checksum is no secret, anybody can compute it.
        if checksum(random) == check { Ok(Self(whole)) } else { Err(NotASecret::WrongChecksum) }
    }

    /// The bytes that are digested.
    pub(crate) const fn as_bytes(&self) -> &[u8; LENGTH] {
        self.0
    }

    /// Its first ten characters.
    pub fn hint(&self) -> &str {
        std::str::from_utf8(self.0).ok().and_then(|text| text.get(..HINT)).unwrap_or_default()
    }
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("NewSecret(…)")
    }
}

impl fmt::Debug for PresentedSecret<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PresentedSecret(…)")
    }
}

/// Whether something of a token's shape stands anywhere in `bytes`, whatever its checksum. A
/// token has no business in a query string: logs of every proxy on the way would keep it.
pub fn looks_like_token(bytes: &[u8]) -> bool {
    // Most header values are shorter than a token, and few bytes are rarer than the prefix's last.
    let Some(last) = bytes.len().checked_sub(LENGTH - PREFIX.len()) else { return false };
    let ends = memchr::memchr_iter(b'_', bytes.get(..last).unwrap_or_default());
    ends.filter_map(|end| (end + 1).checked_sub(PREFIX.len()))
        .any(|at| bytes.get(at..at + LENGTH).is_some_and(has_shape))
}

fn has_shape(bytes: &[u8]) -> bool {
    bytes.strip_prefix(PREFIX).is_some_and(|rest| rest.iter().all(u8::is_ascii_alphanumeric))
}

/// Fills `text` with characters of the alphabet, each as likely as any other.
fn fill_alphanumeric(text: &mut [u8], entropy: &dyn Entropy) -> Result<(), NoEntropy> {
    // The largest multiple of 62: what lies above would make the first characters likelier.
    const FAIR: u8 = 62 * 4;
    let mut pool = Zeroizing::new([0; 64]);
    let mut left = text.iter_mut();
    let mut place = left.next();
    while place.is_some() {
        entropy.fill(&mut pool[..])?;
        for &byte in pool.iter().filter(|&&byte| byte < FAIR) {
            let Some(character) = place else { break };
            *character = digit(u32::from(byte));
            place = left.next();
        }
    }
    Ok(())
}

/// The CRC-32 (IEEE) of `random` in base 62, most significant digit first.
fn checksum(random: &[u8]) -> [u8; CHECK] {
    let mut rest = crc32fast::hash(random);
    let mut digits = [b'0'; CHECK];
    for place in digits.iter_mut().rev() {
        *place = digit(rest);
        rest /= 62;
    }
    digits
}

/// The digit of `value` modulo 62.
fn digit(value: u32) -> u8 {
    ALPHABET.get((value % 62) as usize).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests;
