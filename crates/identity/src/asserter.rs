//! The signed half of a trusted header.

use std::sync::Arc;

use gatepass_model::{Timestamp, TokenId, Username};
use gatepass_vault::{AssertionClaims, AssertionKey};

/// Says to one product, with a signature, as whom a call is to be taken.
#[derive(Clone, Debug)]
pub struct Asserter {
    /// The header that the assertion goes up in.
    pub header: String,
    /// Its `iss`.
    pub issuer: String,
    /// Its `aud`.
    pub audience: String,
    /// What signs it.
    pub key: Arc<AssertionKey>,
}

impl Asserter {
    /// An assertion about `user`, for a call with this token; `None`: for a question of the gate's
    /// own.
    pub fn assert(&self, user: &Username, token: Option<TokenId>, now: Timestamp) -> String {
        let token = token.map(|token| token.to_string());
        self.key.sign(&AssertionClaims {
            issuer: &self.issuer,
            audience: &self.audience,
            subject: user.as_str(),
            token: token.as_deref(),
            issued_at: now,
        })
    }
}
