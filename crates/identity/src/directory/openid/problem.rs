//! Why a provider did not say who somebody is.

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse,
};

use super::line::Unasked;

/// Longest text of a provider's that is repeated, in characters.
const LONGEST_TEXT: usize = 300;

/// Why an [`OpenIdDesk`](super::OpenIdDesk) can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableOpenId {
    /// The issuer is no URL.
    #[error("the issuer is no URL: {0}")]
    NoUrl(String),
}

/// Why nobody was signed in. Nothing follows from it about anybody. Holds no token, code or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdProblem {
    /// It could not be asked, or did not answer as it must.
    #[error("it can't be asked: {0}")]
    Unanswered(String),
    /// What it says of itself is not what it must say.
    #[error("what it says of itself can't be right: {0}")]
    Unfit(String),
    /// The browser was sent back by somebody else, as far as that is said.
    #[error("the answer is another provider's: {0} sent it")]
    OtherIssuer(String),
    /// It does not take the code for a token, in the protocol's words.
    #[error("it does not take the code: {0}")]
    CodeRefused(String),
    /// The ID token is not one that may be believed.
    #[error("its ID token is not believed: {0}")]
    NotBelieved(String),
    /// It does not say that the person has proved anew who he is.
    #[error("it does not say that he has signed in anew: {0}")]
    NotAnew(String),
    /// What it tells of the person is not what it must be.
    #[error("what it tells makes no sense: {0}")]
    Nonsense(String),
}

impl From<DiscoveryError<Unasked>> for OpenIdProblem {
    fn from(error: DiscoveryError<Unasked>) -> Self {
        match error {
            DiscoveryError::Request(error) => Self::Unanswered(error.to_string()),
            DiscoveryError::Response(status, _, words) => {
                Self::Unanswered(format!("it answered with status {} ({words})", status.as_u16()))
            }
            DiscoveryError::Parse(error) => Self::Unfit(said(&error.to_string())),
            other => Self::Unfit(said(&other.to_string())),
        }
    }
}

type Refused = StandardErrorResponse<CoreErrorResponseType>;

impl From<RequestTokenError<Unasked, Refused>> for OpenIdProblem {
    fn from(error: RequestTokenError<Unasked, Refused>) -> Self {
        match error {
            RequestTokenError::Request(error) => Self::Unanswered(error.to_string()),
            RequestTokenError::ServerResponse(refused) => {
                let more = refused.error_description().map_or("", String::as_str);
                let words = format!("{} {}", refused.error().as_ref(), said(more));
                Self::CodeRefused(said(words.trim()))
            }
            // The answer itself may hold tokens: only where it went wrong is told.
            RequestTokenError::Parse(error, _) => {
                Self::Unanswered(format!("its answer can't be read at {}", error.path()))
            }
            RequestTokenError::Other(words) => Self::Unanswered(said(&words)),
        }
    }
}

impl From<ClaimsVerificationError> for OpenIdProblem {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::NotBelieved(said(&match error {
            ClaimsVerificationError::SignatureVerification(error) => error.to_string(),
            other => other.to_string(),
        }))
    }
}

impl From<SignatureVerificationError> for OpenIdProblem {
    fn from(error: SignatureVerificationError) -> Self {
        Self::NotBelieved(said(&error.to_string()))
    }
}

/// What a provider says, without what would spoil a log.
pub(super) fn said(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}
