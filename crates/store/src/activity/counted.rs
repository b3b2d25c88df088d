//! What is counted, and of whom.

use std::net::IpAddr;

use gatepass_model::{CredentialKind, InstanceName, Lifetime, Timestamp, TokenId};

/// An hour: whole hours since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixHour(u32);

const MILLIS_PER_HOUR: i64 = 3_600_000;

impl UnixHour {
    /// The hour in which a moment lies.
    pub fn of(moment: Timestamp) -> Self {
        Self(u32::try_from(moment.as_millis() / MILLIS_PER_HOUR).unwrap_or(u32::MAX))
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        Timestamp::EPOCH.plus(Lifetime::from_millis(i64::from(self.0) * MILLIS_PER_HOUR))
    }

    /// Earlier by so many hours; stops at the first.
    pub const fn minus(self, hours: u32) -> Self {
        Self(self.0.saturating_sub(hours))
    }

    /// As stored.
    pub const fn as_i64(self) -> i64 {
        self.0 as i64
    }

    /// From what was stored; what is no hour counts as the first.
    pub fn from_i64(stored: i64) -> Self {
        Self(u32::try_from(stored).unwrap_or_default())
    }
}

/// What a caller without a token of ours presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presented {
    /// Something that a mode of policy speaks about.
    Credential(CredentialKind),
    /// What looks like a token of ours, but none that exists: mistyped, rotated away, guessed.
    UnknownToken,
}

impl Presented {
    /// As stored: the name of the kind, or `unknown_token`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credential(kind) => kind.as_str(),
            Self::UnknownToken => "unknown_token",
        }
    }

    pub(super) fn find(name: &str) -> Option<Self> {
        if name == Self::UnknownToken.as_str() {
            return Some(Self::UnknownToken);
        }
        let kind = CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == name);
        kind.map(Self::Credential)
    }
}

/// Who a caller without a token is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallerUser {
    /// The product said so (`X-AUSERNAME`).
    Verified(String),
    /// The request said so, and nobody checked.
    Claimed(String),
    /// Neither said anything.
    Nobody,
    /// One of those beyond the hour's room for callers.
    Other,
}

impl CallerUser {
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Verified(name) => ("verified", name),
            Self::Claimed(name) => ("claimed", name),
            Self::Nobody => ("nobody", ""),
            Self::Other => ("other", ""),
        }
    }

    pub(super) fn from_parts(standing: &str, name: String) -> Option<Self> {
        match standing {
            "verified" => Some(Self::Verified(name)),
            "claimed" => Some(Self::Claimed(name)),
            "nobody" => Some(Self::Nobody),
            "other" => Some(Self::Other),
            _ => None,
        }
    }
}

/// A caller without a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Where he called.
    pub instance: InstanceName,
    /// With what.
    pub presented: Presented,
    /// Which one, where that can be told without its secret: the id of a native token, the key of an
    /// OAuth consumer; as he says. Empty where nothing tells, and for [`CallerUser::Other`].
    pub mark: String,
    /// Who he is, or says he is.
    pub user: CallerUser,
    /// His user agent, printable; empty when he sent none, and for [`CallerUser::Other`].
    pub agent: String,
}

/// Whose activity it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ActivitySubject {
    /// A token's.
    Token(TokenId),
    /// A caller's without a token.
    Caller(Caller),
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All requests, the refused ones among them.
    pub requests: u64,
    /// Those that the gate refused.
    pub refused: u64,
    /// Bytes of request bodies.
    pub bytes_in: u64,
    /// Bytes of answers' bodies.
    pub bytes_out: u64,
    /// Time that the product took, in microseconds.
    pub upstream_micros: u64,
}

impl Counts {
    /// Adds `other`, stopping at the end of the range.
    pub const fn add(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.refused = self.refused.saturating_add(other.refused);
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.upstream_micros = self.upstream_micros.saturating_add(other.upstream_micros);
    }
}

/// When, where, from where and with what something was used last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// On which instance.
    pub instance: InstanceName,
    /// From which address.
    pub address: IpAddr,
    /// With which user agent, printable.
    pub agent: String,
}

/// What was not recorded for want of room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Requests that are missing in the counts.
    pub requests: u64,
    /// Requests that are missing in the log.
    pub lines: u64,
}

impl Dropped {
    /// Adds `other`, stopping at the end of the range.
    pub const fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.lines = self.lines.saturating_add(other.lines);
    }

    /// Whether nothing is missing.
    pub const fn is_empty(self) -> bool {
        self.requests == 0 && self.lines == 0
    }
}
