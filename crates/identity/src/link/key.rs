//! The key pair of an application link.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use gatepass_vault::SecretText;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use rsa::{Generate as _, PrivateKey};
use sha1::Sha1;

/// Longest file of a key, in bytes: one of 8,192 bits takes less than 7,000.
const MAX_BYTES: u64 = 16 << 10;
/// Shorter keys have been broken.
const LEAST_BITS: u32 = 2048;

/// A private RSA key. Prints nothing of it; its memory is wiped when it is dropped.
pub struct LinkKey(PrivateKey);

/// Why a file holds no key that can be used. Holds nothing of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum LinkKeyError {
    /// It can't be read, or is not text.
    #[error("{}: this file can't be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no private RSA key in it, in PEM, as PKCS #8 (RFC 5958), without a password.
    #[error(
        "{}: it holds no private RSA key in PEM that begins with -----BEGIN PRIVATE KEY-----; make one with gatepass impersonation keygen",
        path.display()
    )]
    NotAKey {
        /// Which.
        path: PathBuf,
    },
    /// The key is too short.
    #[error("{}: its key has {bits} bits, and {LEAST_BITS} are the least that is safe", path.display())]
    TooShort {
        /// Which.
        path: PathBuf,
        /// How many it has.
        bits: u32,
    },
}

/// No key could be made, or what was made can't be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key could be made")]
pub struct NoKey;

impl LinkKey {
    /// A new one, of 3,072 bits, from the system's randomness. Takes up to some seconds.
    pub fn generate() -> Result<Self, NoKey> {
        PrivateKey::try_generate().map(Self).map_err(|_| NoKey)
    }

    /// That of a file.
    pub fn read(path: &Path) -> Result<Self, LinkKeyError> {
        let text = crate::secret_file::read_text(path, MAX_BYTES)
            .map_err(|source| LinkKeyError::Unreadable { path: path.to_owned(), source })?;
        let key = PrivateKey::from_pkcs8_pem(text.expose())
            .map_err(|_| LinkKeyError::NotAKey { path: path.to_owned() })?;
        match key.n().bit_width() {
            bits if bits < LEAST_BITS => {
                Err(LinkKeyError::TooShort { path: path.to_owned(), bits })
            }
            _ => Ok(Self(key)),
        }
    }

    /// The key itself, in PEM, as PKCS #8: for its file alone.
    pub fn to_private_pem(&self) -> Result<SecretText, NoKey> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|_| NoKey)?;
        Ok(SecretText::new((*pem).clone()))
    }

    /// Its public half, in PEM, as `SubjectPublicKeyInfo`: what an administrator of the product enters.
    pub fn to_public_pem(&self) -> Result<String, NoKey> {
        self.0.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| NoKey)
    }

    /// The signature of RSA-SHA1 (RFC 5849 3.4.3). `None` where the system has no randomness to blind
    /// it with.
    pub(super) fn sign(&self, text: &str) -> Option<Vec<u8>> {
        self.0.pkcs1v15_sign::<Sha1>(text.as_bytes()).ok()
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LinkKey(…)")
    }
}
