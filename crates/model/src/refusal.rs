//! Why a request was refused. A refusal is a result, not an error.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $name:literal,)*) => {
        /// A reason that a caller is told, in `X-Gatepass-Reason`. The set is closed and each has
        /// its status; both are promises to users.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As the header and the activity write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status (RFC 9110 15) that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

reasons! {
    /// The target is not canonical.
    MalformedTarget = 400 "malformed_target",
    /// The head or the framing is not what RFC 9112 asks for, or says two things at once.
    MalformedRequest = 400 "malformed_request",
    /// A token where it never belongs: a query string, or two of them.
    MalformedToken = 400 "malformed_token",
    /// No such token.
    TokenInvalid = 401 "token_invalid",
    /// Past its end.
    TokenExpired = 401 "token_expired",
    /// Ended by somebody.
    TokenRevoked = 401 "token_revoked",
    /// Presented with a username that is not its owner's.
    OwnerMismatch = 401 "owner_mismatch",
    /// Nothing was presented, and calls without a credential are blocked.
    CredentialRequired = 401 "credential_required",
    /// Still waits for approval.
    TokenPending = 403 "token_pending",
    /// Stopped for now.
    TokenSuspended = 403 "token_suspended",
    /// Its owner is gone or deactivated.
    OwnerInactive = 403 "owner_inactive",
    /// No rule lets its owner use tokens.
    UseNotPermitted = 403 "use_not_permitted",
    /// A write, or what is not known to be a read, with a read-only token.
    ReadOnly = 403 "read_only",
    /// Administration without a grant for it.
    AdminNotAllowed = 403 "admin_not_allowed",
    /// From an address outside the grant's networks.
    NetworkNotAllowed = 403 "network_not_allowed",
    /// On an instance outside the grant or policy.
    InstanceNotAllowed = 403 "instance_not_allowed",
    /// Of a resource outside the grant, or one that no token reaches.
    ResourceNotAllowed = 403 "resource_not_allowed",
    /// Of a project outside the grant.
    ProjectNotAllowed = 403 "project_not_allowed",
    /// A path that a pattern denies or none allows, or that tokens don't reach by themselves.
    PathNotAllowed = 403 "path_not_allowed",
    /// A header that the grant requires is missing or different.
    HeaderRequired = 403 "header_required",
    /// The request brings an identity of its own, for the product to believe.
    ForgedIdentity = 403 "forged_identity",
    /// Passwords are blocked.
    PasswordsDisabled = 403 "passwords_disabled",
    /// Native tokens are blocked.
    NativeTokensDisabled = 403 "native_tokens_disabled",
    /// Sessions on REST are blocked.
    SessionsDisabled = 403 "sessions_disabled",
    /// OAuth is blocked.
    OauthDisabled = 403 "oauth_disabled",
    /// Nothing of that name below `console_path`.
    NotFound = 404 "not_found",
    /// A method that is not forwarded.
    MethodNotAllowed = 405 "method_not_allowed",
    /// The head, or the body, took too long to come.
    RequestTimeout = 408 "request_timeout",
    /// The body is longer than what is read for a decision, or than is let through.
    BodyTooLarge = 413 "body_too_large",
    /// The target is longer than 8 KiB.
    TargetTooLong = 414 "target_too_long",
    /// A decision depends on a body in an unknown charset, encoding or type.
    BodyUnreadable = 415 "body_unreadable",
    /// No instance answers to that host.
    InstanceUnknown = 421 "instance_unknown",
    /// More than 100 headers, or a head of more than 16 KiB.
    HeadersTooLarge = 431 "headers_too_large",
    /// Too many requests in a time.
    RateLimited = 429 "rate_limited",
    /// Too many bytes in a day.
    QuotaExhausted = 429 "quota_exhausted",
    /// Too many requests at once.
    TooManyConcurrent = 429 "too_many_concurrent",
    /// A transfer coding other than `chunked`.
    TransferCodingUnsupported = 501 "transfer_coding_unsupported",
    /// The gate can't become the owner at the product.
    UpstreamIdentityUnavailable = 502 "upstream_identity_unavailable",
    /// The product did not take the connection, or broke it off.
    UpstreamUnreachable = 502 "upstream_unreachable",
    /// More than this node can take.
    Overloaded = 503 "overloaded",
    /// This node knows too little to decide.
    NotReady = 503 "not_ready",
    /// The product did not begin to answer in time.
    UpstreamTimeout = 504 "upstream_timeout",
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A refusal: its reason, and in words what refused and whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub reason: Reason,
    /// One or two sentences for the caller. Never holds a secret.
    pub message: String,
    /// When to come again, where that is known.
    pub again: Option<ComeAgain>,
}

/// When a refused request may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComeAgain {
    /// After so many whole seconds.
    pub seconds: u64,
    /// The limit that is used up, where it was one.
    pub bucket: Option<Bucket>,
}

/// A limit as the products tell of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// How many there can be: `X-RateLimit-Limit`.
    pub limit: u64,
    /// How many come back in each interval: `X-RateLimit-FillRate`.
    pub fill_rate: u64,
    /// How long an interval is: `X-RateLimit-Interval-Seconds`.
    pub interval_seconds: u64,
}

impl Refusal {
    /// With words for the caller.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), again: None }
    }

    /// The same, with when to come again.
    #[must_use]
    pub fn come_again(self, again: ComeAgain) -> Self {
        Self { again: Some(again), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_name_of_its_own() {
        let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Reason::ALL.len());
    }
}
