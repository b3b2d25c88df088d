//! Who calls, as far as the gate has found out.

use gatepass_model::{Refusal, TokenId};

/// Who calls. The gate judges the credential as it does for any request, and puts this into the
/// request's extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who presented nothing.
    #[default]
    Nobody,
    /// The bearer of this token, which works.
    Token(TokenId),
    /// Somebody who presented what the gate refuses.
    Refused(Refusal),
}
