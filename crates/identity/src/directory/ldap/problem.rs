//! Why an LDAP server did not say.

use std::error::Error as _;

use gatepass_http_client::tls;
use ldap3::{LdapError, LdapResult};

/// Longest text of a server's that is repeated, in characters.
const LONGEST_TEXT: usize = 300;

/// Why there is no answer. Nothing follows from it about anybody. Holds no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapProblem {
    /// No server could be reached, or trusted: each with why.
    #[error("it can't be reached: {0}")]
    Unreached(String),
    /// It does not take the account's password.
    #[error("it does not let the account of bind_dn in: {0}")]
    BindRefused(String),
    /// The connection ended before the answer was whole.
    #[error("the connection ended before it had answered")]
    Lost,
    /// It took too long.
    #[error("it did not answer in time")]
    TooLate,
    /// It answered that it does not answer.
    #[error("the search for {what} failed: {words}")]
    Refused {
        /// What was searched for.
        what: &'static str,
        /// The result code (RFC 4511 appendix A).
        code: u32,
        /// What that means here.
        words: String,
    },
    /// A part of what was searched lies on other servers, which are not asked.
    #[error(
        "the search for {0} leads to other servers, which are not asked; choose a base whose \
         entries are all here"
    )]
    Elsewhere(&'static str),
    /// More than one entry has the username.
    #[error("several entries have this username, so nobody can say which one is meant")]
    Ambiguous,
    /// Nobody at all is found, whoever is asked about: a mistake is likelier than that.
    #[error(
        "it shows nobody at all; the base or the filter of people, or what the account may see, is wrong"
    )]
    ShowsNobody,
    /// What came back is not what it must be.
    #[error("its answer makes no sense: {0}")]
    Nonsense(String),
    /// More than is taken.
    #[error("there are too many: {0}")]
    TooMany(&'static str),
}

impl LdapProblem {
    /// Whether the connection is gone, so that the question may be asked on another one.
    pub(super) const fn is_loss(&self) -> bool {
        matches!(self, Self::Lost)
    }

    /// Whether another server might do better.
    pub(super) const fn is_of_the_server(&self) -> bool {
        // 51 busy, 52 unavailable, 80 other.
        matches!(self, Self::Lost | Self::TooLate | Self::Refused { code: 51 | 52 | 80, .. })
    }

    /// A result that is no success.
    pub(super) fn refused(what: &'static str, result: &LdapResult) -> Self {
        let meaning = match result.rc {
            10 => return Self::Elsewhere(what),
            3 => "its time limit was reached",
            4 => "its size limit was reached",
            11 => "a limit of its administrator's was reached",
            32 => "the entry that it begins at is not there, or the account may not see it",
            34 => "the entry that it begins at has a name that is none",
            50 => "the account may not search there",
            51 => "it is busy",
            52 | 53 => "it is not willing to",
            _ => "it refuses",
        };
        let words = format!("{meaning} (result {}{})", result.rc, said(&result.text));
        Self::Refused { what, code: result.rc, words }
    }

    /// A bind that is no success.
    pub(super) fn bind(result: &LdapResult) -> Self {
        let meaning = match result.rc {
            49 => "wrong name or password",
            8 | 13 => "it wants TLS for that",
            53 => "it is not willing to",
            _ => "it refuses",
        };
        let words = format!("{meaning} (result {}{})", result.rc, said(&result.text));
        match result.rc {
            51 | 52 => Self::Unreached(words),
            _ => Self::BindRefused(words),
        }
    }
}

/// An error on the way to or from a server, while a question is asked.
impl From<LdapError> for LdapProblem {
    fn from(error: LdapError) -> Self {
        match error {
            LdapError::Timeout { .. } => Self::TooLate,
            LdapError::FilterParsing => Self::Nonsense("a filter can't be read".to_owned()),
            _ => Self::Lost,
        }
    }
}

/// Why no connection came about, in words.
pub(super) fn unreached(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => {
            let inner = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            inner.map_or_else(|| source.to_string(), explain)
        }
        LdapError::Rustls { source } => explain(source),
        LdapError::DNSName { .. } => "its host is no name that a certificate has".to_owned(),
        LdapError::Timeout { .. } => "it did not answer in time".to_owned(),
        LdapError::LdapResult { result } => {
            format!("it does not begin TLS (result {}{})", result.rc, said(&result.text))
        }
        LdapError::EndOfStream | LdapError::ResultRecv { .. } | LdapError::OpSend { .. } => {
            "it ended the connection".to_owned()
        }
        other => other.source().map_or_else(|| other.to_string(), ToString::to_string),
    }
}

fn explain(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is from no authority that the system or ca knows".to_owned()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => format!("its certificate is for another name than that of url ({error})"),
        error => tls::explain(error),
    }
}

/// What a server adds, without what would spoil a log.
fn said(text: &str) -> String {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect();
    if text.is_empty() { text } else { format!(", {text}") }
}
