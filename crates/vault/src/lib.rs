//! Secrets: how they are made, recognised, digested, sealed, and wiped.
//!
//! Knows: the shape of a token, the key ring, its file and the master key that may seal it, digests by which a presented token is
//! found, the MAC of a token's row, the chain of the audit record, the sealing of upstream
//! credentials. Deliberately does not
//! know: where rows and sealed bytes are kept, who may have a token, or what is done with it.
//!
//! Nothing here prints a secret, and what is owned here is wiped when dropped. Randomness is a
//! parameter: [`SystemEntropy`] is the only place that asks the system.
//!
//! Start at [`NewSecret`] and [`PresentedSecret`], then [`KeyRing`].

mod assertion;
mod bearer;
mod chain;
mod digest;
mod entropy;
mod keyring;
mod mac;
mod row;
mod seal;
mod secret;
mod text;

pub use assertion::{AssertionClaims, AssertionKey};
pub use bearer::{BearerSecret, digest_of, is_same_secret};
pub use chain::{LinkCheck, audit_link, check_link};
pub use digest::Digester;
pub use entropy::{Entropy, NoEntropy, SystemEntropy};
pub use keyring::{Key, KeyFile, KeyFileError, KeyPurpose, KeyRing, MasterKey, NotAMasterKey};
pub use row::{RowCheck, check_row, row_mac, verify_row};
pub use seal::{OpenError, ResealError, SealedCredential, credential_context, open, reseal, seal};
pub use secret::{NewSecret, NotASecret, PresentedSecret, looks_like_token};
pub use text::SecretText;
