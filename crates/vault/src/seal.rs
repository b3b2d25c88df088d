//! Sealing of upstream credentials: AES-256-GCM (NIST SP 800-38D), in an envelope.
//!
//! Each credential has a data key of its own, and that is sealed under a `seal` key of the ring:
//! a key of the ring then seals only random keys, and a rotation needs to seal only those anew.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use gatepass_model::{InstanceName, PersonKey};
use zeroize::{Zeroize, Zeroizing};

use crate::entropy::{Entropy, NoEntropy};
use crate::keyring::{KeyPurpose, KeyRing};
use crate::text::SecretText;

const VERSION: u8 = 1;
const HEAD: usize = 1 + 4;
pub(crate) const NONCE: usize = 12;
pub(crate) const TAG: usize = 16;
const WRAPPED: usize = 32 + TAG;

/// A credential that is safe to store: version, number of the key, nonce and data key (sealed),
/// nonce and text (sealed).
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCredential(Vec<u8>);

impl SealedCredential {
    /// From the store. Nothing is checked before [`open`].
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the store, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Which key of the ring it needs; `None` when it is malformed.
    pub fn key(&self) -> Option<u32> {
        Parts::split(&self.0).map(|parts| parts.key)
    }
}

impl fmt::Debug for SealedCredential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SealedCredential({} bytes)", self.0.len())
    }
}

/// Why a sealed credential was not opened. It must count as not there, and be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not what [`seal`] makes, or of a newer version.
    #[error("the sealed credential is malformed")]
    Malformed,
    /// The ring has no such key: the key file is not the one of this store.
    #[error("the key ring has no seal key {0}")]
    UnknownKey(u32),
    /// It was changed, or sealed for somebody or something else.
    #[error("the sealed credential was changed, or is another's")]
    Forged,
}

/// What an upstream credential is sealed for: this person at this instance. Put elsewhere by
/// somebody who can write to the database, it does not open.
pub fn credential_context(owner: &PersonKey, instance: &InstanceName) -> Vec<u8> {
    let mut context = b"gatepass upstream credential 1".to_vec();
    let parts = [owner.directory.as_str(), owner.username.folded(), instance.as_str()];
    for part in parts {
        context.extend_from_slice(&(part.len() as u64).to_be_bytes());
        context.extend_from_slice(part.as_bytes());
    }
    context
}

/// Seals `text` under the newest `seal` key. It opens only with the same `associated_data`.
pub fn seal(
    ring: &KeyRing,
    entropy: &dyn Entropy,
    associated_data: &[u8],
    text: &SecretText,
) -> Result<SealedCredential, NoEntropy> {
    let key = ring.newest(KeyPurpose::Seal);
    let mut data_key = Zeroizing::new([0; 32]);
    entropy.fill(&mut data_key[..])?;
    let mut nonces = [0; 2 * NONCE];
    entropy.fill(&mut nonces)?;
    let (outer, inner) = nonces.split_at(NONCE);

    let length = HEAD + NONCE + WRAPPED + NONCE + text.expose().len() + TAG;
    let mut sealed = Vec::with_capacity(length);
    sealed.push(VERSION);
    sealed.extend_from_slice(&key.id().to_be_bytes());
    let context = context(&sealed, associated_data);
    for (key, nonce, plain) in
        [(key.bytes(), outer, &data_key[..]), (&*data_key, inner, text.expose().as_bytes())]
    {
        sealed.extend_from_slice(nonce);
        // Fails for texts of more than 64 GiB only; what is then written does not open.
        sealed.extend(encrypt(key, nonce, &context, plain).unwrap_or_default());
    }
    Ok(SealedCredential(sealed))
}

/// Opens what was sealed for `associated_data`.
pub fn open(
    ring: &KeyRing,
    associated_data: &[u8],
    sealed: &SealedCredential,
) -> Result<SecretText, OpenError> {
    let parts = Parts::split(&sealed.0).ok_or(OpenError::Malformed)?;
    let key = ring.find(KeyPurpose::Seal, parts.key).ok_or(OpenError::UnknownKey(parts.key))?;
    let context = context(parts.head, associated_data);
    let data_key = decrypt(key.bytes(), parts.outer, &context, parts.wrapped)?;
    let data_key: &[u8; 32] = data_key.as_slice().try_into().map_err(|_| OpenError::Forged)?;
    let mut text = decrypt(data_key, parts.inner, &context, parts.text)?;
    match String::from_utf8(std::mem::take(&mut *text)) {
        Ok(text) => Ok(SecretText::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            Err(OpenError::Malformed)
        }
    }
}

/// Opens `sealed` and seals the same text under the newest `seal` key; `None` when it is under that
/// already. Both for `associated_data`.
pub fn reseal(
    ring: &KeyRing,
    entropy: &dyn Entropy,
    associated_data: &[u8],
    sealed: &SealedCredential,
) -> Result<Option<SealedCredential>, ResealError> {
    if sealed.key() == Some(ring.newest(KeyPurpose::Seal).id()) {
        return Ok(None);
    }
    let text = open(ring, associated_data, sealed)?;
    Ok(Some(seal(ring, entropy, associated_data, &text)?))
}

/// Why a credential was not sealed anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

struct Parts<'a> {
    head: &'a [u8],
    key: u32,
    outer: &'a [u8],
    wrapped: &'a [u8],
    inner: &'a [u8],
    text: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (&version, key) = head.split_first()?;
        if version != VERSION {
            return None;
        }
        let (outer, rest) = rest.split_at_checked(NONCE)?;
        let (wrapped, rest) = rest.split_at_checked(WRAPPED)?;
        let (inner, text) = rest.split_at_checked(NONCE)?;
        let key = u32::from_be_bytes(key.try_into().ok()?);
        Some(Self { head, key, outer, wrapped, inner, text })
    }
}

/// Head and what it is sealed for: neither can be exchanged.
fn context(head: &[u8], associated_data: &[u8]) -> Vec<u8> {
    [head, associated_data].concat()
}

/// Under AES-256-GCM, with a nonce that this key never had before.
pub(crate) fn encrypt(
    key: &[u8; 32],
    nonce: &[u8],
    context: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, aes_gcm::Error> {
    let nonce: &[u8; NONCE] = nonce.try_into().map_err(|_| aes_gcm::Error)?;
    Aes256Gcm::new(key.into()).encrypt(nonce.into(), Payload { msg: plain, aad: context })
}

/// What [`encrypt`] made for the same context.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let nonce: &[u8; NONCE] = nonce.try_into().map_err(|_| OpenError::Malformed)?;
    Aes256Gcm::new(key.into())
        .decrypt(nonce.into(), Payload { msg: sealed, aad: context })
        .map(Zeroizing::new)
        .map_err(|_| OpenError::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemEntropy;
    use crate::keyring::tests::ring_of;

    fn sealed(ring: &KeyRing, text: &str) -> SealedCredential {
        seal(ring, &SystemEntropy, b"alice at jira", &SecretText::new(text.to_owned())).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_whom_it_was_sealed_only() {
        let ring = KeyRing::generate(&SystemEntropy).unwrap();
        for text in ["", "NjQ0MzI5MDg0Njk0Ov8=", "pass ü 🔑"] {
            let sealed = sealed(&ring, text);
            assert_eq!(open(&ring, b"alice at jira", &sealed).unwrap().expose(), text);
            assert_eq!(open(&ring, b"bob at jira", &sealed).unwrap_err(), OpenError::Forged);
            let other = KeyRing::generate(&SystemEntropy).unwrap();
            assert_eq!(open(&other, b"alice at jira", &sealed).unwrap_err(), OpenError::Forged);
        }
    }

    #[test]
    fn one_changed_bit_anywhere_keeps_it_shut() {
        let ring = KeyRing::generate(&SystemEntropy).unwrap();
        let sealed = sealed(&ring, "secret");
        for place in 0..sealed.as_bytes().len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[place] ^= 1;
            assert!(open(&ring, b"alice at jira", &SealedCredential(bytes)).is_err(), "{place}");
        }
        for length in 0..sealed.as_bytes().len() {
            let cut = SealedCredential(sealed.as_bytes()[..length].to_vec());
            assert!(open(&ring, b"alice at jira", &cut).is_err(), "{length}");
        }
    }

    #[test]
    fn nothing_of_the_text_shows_and_no_two_are_equal() {
        let ring = KeyRing::generate(&SystemEntropy).unwrap();
        let (one, two) = (sealed(&ring, "hunter2"), sealed(&ring, "hunter2"));
        assert_ne!(one, two);
        assert!(!one.as_bytes().windows(7).any(|window| window == b"hunter2"));
        let opened = open(&ring, b"alice at jira", &one).unwrap();
        assert_eq!(format!("{opened:?}"), "SecretText(…)");
    }

    #[test]
    fn after_a_rotation_the_old_opens_and_the_new_key_seals() {
        let before = ring_of(&[(2, KeyPurpose::Seal, [2; 32])]);
        let after = ring_of(&[(2, KeyPurpose::Seal, [2; 32]), (5, KeyPurpose::Seal, [5; 32])]);
        let old = sealed(&before, "old");
        assert_eq!(open(&after, b"alice at jira", &old).unwrap().expose(), "old");
        let new = sealed(&after, "new");
        assert_eq!((old.key(), new.key()), (Some(2), Some(5)));
        let unknown = open(&before, b"alice at jira", &new).unwrap_err();
        assert_eq!(unknown, OpenError::UnknownKey(5));
    }

    #[test]
    fn what_is_sealed_anew_is_the_same_under_the_newest_key() {
        let before = ring_of(&[(2, KeyPurpose::Seal, [2; 32])]);
        let after = ring_of(&[(2, KeyPurpose::Seal, [2; 32]), (5, KeyPurpose::Seal, [5; 32])]);
        let anew =
            |sealed: &SealedCredential, whose: &[u8]| reseal(&after, &SystemEntropy, whose, sealed);
        let old = sealed(&before, "old");
        let new = anew(&old, b"alice at jira").unwrap().unwrap();
        assert_eq!(new.key(), Some(5));
        assert_eq!(open(&after, b"alice at jira", &new).unwrap().expose(), "old");
        assert_eq!(anew(&new, b"alice at jira").unwrap(), None);
        let others = anew(&old, b"bob at jira").unwrap_err();
        assert_eq!(others, ResealError::Open(OpenError::Forged));
    }

    #[test]
    fn a_context_names_exactly_one_person_and_instance() {
        let person = |directory: &str, name: &str| PersonKey {
            directory: directory.parse().unwrap(),
            username: name.parse().unwrap(),
        };
        let context = |directory, name, instance: &str| {
            credential_context(&person(directory, name), &instance.parse().unwrap())
        };
        assert_eq!(context("main", "Alice", "jira"), context("main", "alice", "jira"));
        assert_ne!(context("main", "alicej", "ira"), context("main", "alice", "jira"));
        assert_ne!(context("maina", "lice", "jira"), context("main", "alice", "jira"));
    }
}
