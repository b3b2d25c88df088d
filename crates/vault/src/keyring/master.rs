//! The master key, which seals the key file.

use std::collections::HashSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::mac::derive;

/// What keys of the key file are sealed under. It seals nothing itself: what is used is derived from
/// it. Prints as its name, and is wiped when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why a text is no master key. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMasterKey {
    /// Another form, such as a passphrase: what people think of is guessed.
    #[error(
        "it must be one line with 32 random bytes: 64 hex digits, or base64, as \
         `openssl rand -hex 32` prints them"
    )]
    OtherForm,
    /// Of that form, but hardly random: zeros, or a pattern.
    #[error("it is not random; make one with `openssl rand -hex 32`")]
    NotRandom,
}

/// So many different bytes are among any 32 random ones, but for a chance of less than 2^-100.
const DIFFERENT: usize = 8;

impl MasterKey {
    /// Longest text that can be one, in bytes, with room for the end of its line.
    pub const LONGEST_TEXT: usize = 66;

    /// Reads a text of one line; white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, NotAMasterKey> {
        let text = text.trim_ascii();
        let key = from_hex(text).or_else(|| from_base64(text)).ok_or(NotAMasterKey::OtherForm)?;
        if key.iter().collect::<HashSet<_>>().len() < DIFFERENT {
            return Err(NotAMasterKey::NotRandom);
        }
        Ok(Self(key))
    }

    /// By what it is told from others: 16 hex digits, from which nobody gets it back.
    pub fn name(&self) -> String {
        let name = derive(&self.0, b"gatepass master key name 1");
        let beginning = name.first_chunk().copied().unwrap_or_default();
        format!("{:016x}", u64::from_be_bytes(beginning))
    }

    /// Under what the key of a key file is sealed.
    pub(super) fn sealing_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(derive(&self.0, b"gatepass key file seal 1"))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MasterKey({})", self.name())
    }
}

fn from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in digits {
            let digit = u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
            *byte = (*byte << 4) | digit;
        }
    }
    Some(key)
}

fn from_base64(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    // There must be room for what is estimated, which is 33 bytes.
    let mut room = Zeroizing::new([0; 36]);
    let length =
        if text.len() == 44 { STANDARD.decode_slice(text, &mut room[..]).ok()? } else { 0 };
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(room.get(..length).filter(|decoded| decoded.len() == 32)?);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1E1F";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn both_forms_of_a_key_are_the_same_key() {
        let key = MasterKey::parse(HEX).unwrap();
        // By Python: hmac.new(bytes(range(32)), b"gatepass master key name 1", "sha256").
        assert_eq!(key.name(), NAME);
        for text in [BASE64.to_owned(), format!("{HEX}\n"), format!(" {BASE64}\r\n")] {
            assert_eq!(MasterKey::parse(&text).unwrap().name(), key.name());
        }
        assert_eq!(format!("{key:?}"), format!("MasterKey({NAME})"));
    }

    const NAME: &str = "6c20a3854eba0452";

    #[test]
    fn a_passphrase_or_a_short_key_is_refused() {
        let others = [
            "",
            "correct horse battery staple",
            &HEX[2..],
            &format!("{HEX}00"),
            &BASE64[4..],
            &HEX.replace('1', "g"),
            &format!("{}\n{}", &HEX[..32], &HEX[32..]),
            &BASE64.replace('=', ""),
            &"ü".repeat(32),
        ];
        for text in others {
            assert_eq!(MasterKey::parse(text).unwrap_err(), NotAMasterKey::OtherForm, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_not_random_is_refused() {
        for text in ["0".repeat(64), "deadbeef".repeat(8)] {
            assert_eq!(MasterKey::parse(&text).unwrap_err(), NotAMasterKey::NotRandom, "{text}");
        }
    }
}
