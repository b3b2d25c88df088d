//! What is told of a request.

use std::net::IpAddr;

use gatepass_model::{
    CredentialKind, CredentialSet, InstanceName, Method, Operation, Reason, Timestamp, TokenId,
};

/// Who a caller without a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User<'a> {
    /// The product said so (`X-AUSERNAME`).
    Verified(&'a str),
    /// The request said so, and nobody checked: the name of a refused Basic, a form field.
    Claimed(&'a str),
    /// Neither said anything.
    Nobody,
}

/// Whose request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A token's, in whatever state it is.
    Token(TokenId),
    /// Somebody's without a token of ours.
    Caller {
        /// What was presented.
        kind: CredentialKind,
        /// Who that is.
        user: User<'a>,
        /// Which one was presented, where that can be told without its secret: the id of a native
        /// token, the key of an OAuth consumer. As the caller says; empty where nothing tells.
        mark: &'a str,
    },
    /// Somebody's who presents what looks like a token of ours, but none that exists.
    UnknownToken {
        /// Who he says he is, if he sent it as a password.
        user: User<'a>,
    },
}

/// A request that has ended, passed or refused. There is no path and no query in it, and none
/// may be put into the texts that are.
#[derive(Clone, Copy, Debug)]
pub struct RequestEvent<'a> {
    /// When it came.
    pub at: Timestamp,
    /// Where it went, or would have gone.
    pub instance: &'a InstanceName,
    /// Whose it is.
    pub subject: Subject<'a>,
    /// Why the gate refused it, if it did.
    pub refused: Option<Reason>,
    /// What it is. Its resource and action must be the catalogue's words: they are stored in a
    /// table of names, which only the catalogue's size bounds.
    pub operation: &'a Operation<'a>,
    /// Its method.
    pub method: Method,
    /// The status of the answer.
    pub status: u16,
    /// Bytes of its body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// Time that the product took, in microseconds.
    pub upstream_micros: u64,
    /// Time from first to last byte, in microseconds.
    pub duration_micros: u64,
    /// The client's address.
    pub client: IpAddr,
    /// `User-Agent` as it came; empty when there was none.
    pub user_agent: &'a [u8],
    /// The id that the caller and the product were told.
    pub request_id: u128,
    /// Kinds of credential for which it passed, and would not have, were their mode `block`.
    pub observed: CredentialSet,
    /// Whether it passed with a session and without what a page sends, so that it would not have,
    /// were the mode of sessions `browser`.
    pub outside_page: bool,
}

/// What was observed of requests that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::activity) enum Observed {
    /// They would not have, were the mode of this kind `block`.
    Credential(CredentialKind),
    /// They would not have, were the mode of sessions `browser`.
    OutsidePage,
}

impl Observed {
    /// As it is stored.
    pub(in crate::activity) const fn as_str(self) -> &'static str {
        match self {
            Self::Credential(kind) => kind.as_str(),
            Self::OutsidePage => OUTSIDE_PAGE,
        }
    }
}

/// Among what was observed of a caller: requests with a session that passed without what a page
/// sends. The other names there are those of kinds of credential.
pub const OUTSIDE_PAGE: &str = "session_outside_page";
