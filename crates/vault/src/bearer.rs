//! Secrets that a browser carries for a while: a cookie, a code of a sign-in. Only their SHA-256 is
//! stored: with 256 random bits there is nothing to guess, so no key is needed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, NoEntropy};
use crate::text::SecretText;

/// Characters of one: 32 bytes in base64url (RFC 4648 5) without padding.
const LENGTH: usize = 43;

/// A secret that a browser carries.
#[derive(Clone, Debug)]
pub struct BearerSecret(SecretText);

impl BearerSecret {
    /// Makes one of 256 random bits.
    pub fn mint(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut random = Zeroizing::new([0; 32]);
        entropy.fill(&mut random[..])?;
        let mut text = String::with_capacity(LENGTH);
        URL_SAFE_NO_PAD.encode_string(&random[..], &mut text);
        Ok(Self(SecretText::new(text)))
    }

    /// What somebody presents, if it has the shape of one.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let fits = text.len() == LENGTH && text.bytes().all(plain);
        fits.then(|| Self(SecretText::new(text.to_owned())))
    }

    /// The text, for the browser only.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored of it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.expose()).into()
    }

    /// Another secret that only who has this one can tell, for `purpose`: it gives nothing of this
    /// one away.
    pub fn derive(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(b"gatepass derived 1\0");
        hash.update(purpose);
        hash.update(b"\0");
        hash.update(self.expose());
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// The SHA-256 of a text that is no secret of ours.
pub fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn is_same_secret(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count;

    impl Entropy for Count {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(7);
            Ok(())
        }
    }

    #[test]
    fn a_secret_is_read_back_and_derives_what_does_not_tell_it() {
        let secret = BearerSecret::mint(&Count).unwrap();
        let again = BearerSecret::parse(secret.expose()).unwrap();
        assert_eq!(again.digest(), secret.digest());
        assert_eq!(again.derive("csrf"), secret.derive("csrf"));
        assert_ne!(secret.derive("csrf"), secret.derive("other"));
        assert!(!format!("{secret:?}").contains(secret.expose()));
        for text in ["", "x", &"ä".repeat(43), &"=".repeat(43), &"a".repeat(44)] {
            assert!(BearerSecret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn parts_of_a_digest_can_not_be_moved() {
        assert_ne!(digest_of(&[b"ab", b"c"]), digest_of(&[b"a", b"bc"]));
        assert!(is_same_secret("a", "a") && !is_same_secret("a", "b") && !is_same_secret("a", ""));
    }
}
