//! The change feed: what a running gate follows.

use std::fmt;
use std::pin::Pin;

use gatepass_model::{DirectoryName, InstanceName, KnownPerson, PersonKey, Timestamp, TokenId};

use crate::{Answer, Corruption, StoredPolicy, StoredToken, UpstreamCredential};

/// The number of a change. Every change takes the next one, without gaps, in its own
/// transaction: whoever sees n + 1 sees n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(i64);

impl Revision {
    /// Before the first change.
    pub const START: Self = Self(0);

    /// From a number; beyond 2⁶³ − 1 it is cut.
    pub fn new(number: u64) -> Self {
        Self(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// As a number.
    pub const fn get(self) -> u64 {
        self.0.unsigned_abs()
    }

    pub(crate) const fn from_column(value: i64) -> Self {
        Self(if value < 0 { 0 } else { value })
    }

    pub(crate) const fn to_column(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What a change was made to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Changed {
    /// A token.
    Token(TokenId),
    /// The policy.
    Policy,
    /// A person's upstream credential at an instance.
    Credential(PersonKey, InstanceName),
    /// What is known of some people of a directory: those whom this change or a later one wrote.
    People(DirectoryName),
}

/// One change. What it led to is read from the store: it says where to look, no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub revision: Revision,
    /// What was changed.
    pub changed: Changed,
}

/// What was changed after a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// These, in order, without gaps; empty when there is nothing new. There may be more than
    /// these when as many came as were asked for.
    Since(Vec<Change>),
    /// Some are no longer kept, or the store is behind the reader (a backup was restored), or
    /// the log can't be read: the reader must read all anew.
    TooOld,
}

/// A piece of what [`ChangeFeed::load_all`] reads.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are tokens, handed over one by one")]
pub enum Loaded {
    /// The policy; comes once, first.
    Policy(StoredPolicy),
    /// A token.
    Token(StoredToken),
    /// An upstream credential.
    Credential(UpstreamCredential),
    /// A person.
    Person(KnownPerson),
    /// Something that can't be read. Report it and go on: one bad row must not stop a gate.
    Corrupt(Corruption),
}

/// Tells that something may have changed, at next to no cost.
pub trait Watch: Send {
    /// Whether the store may have changed since the last call; the first call says `true`. Costs
    /// next to nothing (some 10 µs in a file, the reading of one row in a database). It may say
    /// `true` for nothing (a node signed in); a change that was committed before the call is
    /// never missed.
    fn has_changed(&mut self) -> Answer<'_, bool>;

    /// Waits until it is worth asking again: 200 ms for a file; for PostgreSQL until a change is
    /// announced, and 1 s at most (500 ms when announcements do not come in). It never fails and
    /// never comes back at once again and again; dropping it loses nothing.
    fn wait(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What a running gate follows.
pub trait ChangeFeed: Send + Sync {
    /// The newest revision.
    fn revision(&self) -> Answer<'_, Revision>;

    /// The changes after `seen`, oldest first, at most `limit`. At least the last
    /// [`KEPT_CHANGES`] changes are kept.
    fn changes_after(&self, seen: Revision, limit: u32) -> Answer<'_, Changes>;

    /// A watch of its own, with its own connection.
    fn watch(&self) -> Answer<'_, Box<dyn Watch>>;

    /// Reads all that a gate needs at its start, in one transaction, and hands it over piece by
    /// piece: the policy, tokens that live or ended (were revoked, or expired) at `ended_after`
    /// or later, upstream credentials, people. The answer is the revision that it corresponds to.
    ///
    /// When it fails, what came before the failure is of no use.
    fn load_all<'a>(
        &'a self,
        ended_after: Timestamp,
        each: &'a mut (dyn FnMut(Loaded) + Send),
    ) -> Answer<'a, Revision>;
}

/// How many changes the log keeps. A node that is further behind reads all anew.
pub const KEPT_CHANGES: u32 = 10_000;
