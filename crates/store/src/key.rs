//! By which keys of the key file rows were written: their numbers, never the keys.

use gatepass_model::TokenId;

/// What was written with the keys of the highest numbers. Numbers that no key can have do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeysNamed {
    /// The `mac` key, and a token whose row has its MAC by it.
    pub mac: Option<(TokenId, u32)>,
    /// The `digest` key by which a token is found that was not revoked.
    pub digest: Option<u32>,
    /// An upstream credential under the newest `seal` key: `gatepass_vault::SealedCredential`, as
    /// bytes.
    pub sealed: Option<Vec<u8>>,
}

/// Of the keys that lines of the audit record are chained with, the one with the highest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestAuditKey {
    /// Its number.
    pub key: u32,
    /// The number of the last line with it.
    pub line: i64,
}
