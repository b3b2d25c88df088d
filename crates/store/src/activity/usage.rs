//! What is read. Names of reasons, families and methods are text here: the log may be older than
//! the program that reads it.

use gatepass_model::{InstanceName, Timestamp, TokenId};

use super::{Caller, CallerUser, Counts, LastUse, Presented, UnixHour};

/// Counts of one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// Which hour.
    pub hour: UnixHour,
    /// The counts.
    pub counts: Counts,
}

/// What was done with a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Hours in which it was used, oldest first.
    pub hours: Vec<HourUsage>,
    /// Their sum.
    pub total: Counts,
    /// Refusals in these hours by reason, the most frequent first.
    pub refusals: Vec<(String, u64)>,
    /// Its last use ever; `None` when nobody has used it.
    pub last: Option<LastUse>,
}

/// What was refused to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRefusals {
    /// Which token.
    pub token: TokenId,
    /// By reason, the most frequent first; never empty.
    pub reasons: Vec<(String, u64)>,
}

/// What a caller without a token did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerUsage {
    /// Who.
    pub caller: Caller,
    /// Over the hours that were asked for.
    pub total: Counts,
    /// Refusals by reason, the most frequent first.
    pub refusals: Vec<(String, u64)>,
    /// How many requests passed that another mode would have refused, the most frequent first: a
    /// `block`, by the name of the kind of credential, and `browser`, by
    /// [`OUTSIDE_PAGE`](super::OUTSIDE_PAGE).
    pub observed: Vec<(String, u64)>,
    /// His last use ever.
    pub last: LastUse,
}

/// What callers without a token did on an instance, of those who presented the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedUsage {
    /// On which instance.
    pub instance: InstanceName,
    /// With what.
    pub presented: Presented,
    /// Requests of all of them.
    pub requests: u64,
    /// How many callers there are.
    pub callers: u64,
    /// Those who caused most, the busiest first.
    pub busiest: Vec<BusyCaller>,
}

/// One of the busiest callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyCaller {
    /// Which one he presented, as in [`Caller::mark`].
    pub mark: String,
    /// Who he is, or says he is.
    pub user: CallerUser,
    /// His user agent, as in [`Caller::agent`].
    pub agent: String,
    /// His requests.
    pub requests: u64,
    /// When he came last.
    pub last_at: Timestamp,
}

/// A single request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentRequest {
    /// When.
    pub at: Timestamp,
    /// On which instance.
    pub instance: String,
    /// What kind of thing: `rest`, `git`, …
    pub family: String,
    /// What it was about; empty when the catalogue had no row.
    pub resource: String,
    /// What was done with it; empty when the catalogue had no row.
    pub action: String,
    /// By which method.
    pub method: String,
    /// The project, space or repository owner that it named.
    pub project: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// Why it was refused, if it was.
    pub reason: Option<String>,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// Time that the product took, in microseconds.
    pub upstream_micros: u64,
    /// Time from first to last byte, in microseconds.
    pub duration_micros: u64,
    /// The id that the caller and the product were told.
    pub request_id: u128,
}
