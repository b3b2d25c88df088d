//! Activity: what was done with each token, and by callers without one.
//!
//! It stands apart from the tokens: a file of its own (`gatepass.activity.db` beside
//! `gatepass.db`) or tables of its own in PostgreSQL, connections of its own, a writer of its own,
//! so that counting never waits for, nor disturbs, a change to a token. Losing it loses statistics and nothing else.
//!
//! Knows: what is told of a request, how that is written and counted, and how much is kept.
//! Deliberately does not know: when it is written (the ledger), or any URL: a [`RequestEvent`] has
//! no field into which a path or a query would fit, so none can come to be stored.
//!
//! What was done comes as blocks of a journal, which cost a row a second however many tokens were
//! used, and is folded into the tables at intervals: each subject once for many requests. Whoever
//! reads folds first, so nobody sees the difference.
//!
//! Start at [`ActivityStore`] for what is written, [`ActivityReader`] for what is asked.

mod bytes;
mod copy;
mod counted;
mod event;
mod fold;
mod journal;
mod location;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;
mod usage;

use std::pin::Pin;

use gatepass_model::{InstanceName, Timestamp, TokenId};

pub use copy::{backup, copy};
pub use counted::{
    ActivitySubject, Caller, CallerUser, Counts, Dropped, LastUse, Presented, UnixHour,
};
pub use event::{OUTSIDE_PAGE, RequestEvent, Subject, User};
pub use fold::FOLD_BYTES;
pub use journal::{
    BUFFER_BYTES, JournalBlock, JournalBuffer, JournalContent, JournalEvent, JournalOperation,
    JournalSubject,
};
pub use location::{ActivityLocation, open, open_reader};
pub use postgres::{PostgresActivityReader, PostgresActivityStore};
pub use sqlite::{SqliteActivityReader, SqliteActivityStore};
pub use usage::{
    BusyCaller, CallerUsage, HourUsage, PresentedUsage, RecentRequest, TokenRefusals, TokenUsage,
};

/// How many single requests of one token are kept and answered.
pub const REQUESTS_PER_TOKEN: u32 = 1_000;

/// How many single requests of one caller without a token are kept, lest a busy one pushes
/// everybody else's out of the log.
pub const REQUESTS_PER_CALLER: u32 = 10_000;

/// How many pairs of caller and user agent have rows of their own in one hour; the rest is
/// counted as [`CallerUser::Other`].
pub const CALLERS_PER_HOUR: usize = 10_000;

/// Of how many tokens the last use is told at once.
pub const LAST_USES: usize = 2_000_000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Single requests in all; the oldest go first.
    pub requests: u64,
    /// Hours for which a token's counts are kept. Its last use is kept for good.
    pub token_hours: u32,
    /// Hours for which the counts of callers without a token are kept, and their last use.
    pub caller_hours: u32,
}

/// Five million requests, 400 days of tokens' counts, 35 days of other callers'.
impl Default for Retention {
    fn default() -> Self {
        Self { requests: 5_000_000, token_hours: 400 * 24, caller_hours: 35 * 24 }
    }
}

/// What one step of folding did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Blocks taken out of the journal.
    pub blocks: u64,
    /// What was in those of them that could not be read.
    pub dropped: Dropped,
    /// Whether there may be more to fold: call again.
    pub more: bool,
}

/// What one step of pruning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Rows deleted.
    pub rows: u64,
    /// Whether there is more to delete: call again.
    pub more: bool,
}

/// Why activity could not be written or read. The text is for the log, not for callers.
#[derive(Debug, thiserror::Error)]
pub enum ActivityError {
    /// It could not be opened or brought to today's tables.
    #[error("can't open the activity at {place}")]
    Open {
        /// Where: a file's path, or the address of a database without its password.
        place: String,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing of the call took effect. It may be tried again.
    #[error("the activity store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is more than is answered at once.
    #[error("more than {most} tokens have been used, which is more than is told at once")]
    TooMany {
        /// How many are.
        most: usize,
    },
}

impl From<sqlx::Error> for ActivityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// What a method of the activity store gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ActivityError>> + Send + 'a>>;

/// What is asked about activity. Shared as `Arc<dyn ActivityReader>`. Folds first what is in the
/// journal; for a writer, in this process or another, it waits two seconds for that, and then
/// answers without.
pub trait ActivityReader: Send + Sync {
    /// What was done with a token from the hour of `since` on; empty for a token that nobody
    /// has used.
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage>;

    /// When, where and with what these tokens were used last. Those that nobody has used are left
    /// out.
    fn last_uses_of<'a>(&'a self, tokens: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>>;

    /// What was refused to these tokens from the hour of `since` on. Those to which nothing was
    /// refused are left out.
    fn refusals_of<'a>(
        &'a self,
        tokens: &'a [TokenId],
        since: Timestamp,
    ) -> Answer<'a, Vec<TokenRefusals>>;

    /// When each token that ever was used was used last. `TooMany` when there are more than
    /// [`LAST_USES`].
    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>>;

    /// The newest requests with a token, newest first; at most [`REQUESTS_PER_TOKEN`].
    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>>;

    /// Callers without a token from the hour of `since` on, on one instance or on all, the
    /// busiest first; at most 1,000.
    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>>;

    /// The same in short, of all instances: by what was presented, with at most `named` of the
    /// busiest callers each. In the order of instances' names.
    fn callers_by_presented(
        &self,
        since: Timestamp,
        named: usize,
    ) -> Answer<'_, Vec<PresentedUsage>>;

    /// How many requests passed with a session and without what a page sends, from the hour of
    /// `since` on, by instance; one without any is left out. In the order of instances' names.
    fn outside_pages(&self, since: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>>;

    /// The callers on an instance who came so, those who did most often first; at most 1,000. What
    /// is told of them is all that they did.
    fn callers_outside_pages(
        &self,
        instance: InstanceName,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>>;

    /// What was not recorded for want of room, from the hour of `since` on.
    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped>;
}

/// Where the ledger puts what it counted. Shared as `Arc<dyn ActivityStore>`.
pub trait ActivityStore: ActivityReader {
    /// Adds blocks to the journal, all or none.
    fn append<'a>(&'a self, blocks: &'a [JournalBlock]) -> Answer<'a, ()>;

    /// Folds some of the journal into the tables: blocks of [`FOLD_BYTES`], so that none that comes
    /// meanwhile waits long. Several may do so at once, also in several processes: each block is
    /// folded once. A block that can't be read is taken out and counted as dropped.
    fn fold(&self) -> Answer<'_, Folded>;

    /// Deletes some of what need not be kept any longer: a few thousand rows at most, so that
    /// no batch waits long for it.
    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned>;

    /// Closes the connections once what runs has ended; the last one empties the write-ahead log.
    fn close(&self) -> Answer<'_, ()>;
}
