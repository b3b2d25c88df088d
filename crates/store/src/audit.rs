//! The audit record as it is stored.

use std::sync::{Arc, PoisonError, RwLock};

use gatepass_model::audit::{AuditContent, AuditSeal};
use gatepass_model::{AuditEvent, Timestamp};

use crate::{Answer, NewestAuditKey, StoreError};

/// An event that goes into the record, in the transaction of the change that it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: AuditEvent,
}

/// A line of the record, as read. Texts, since it outlives the words that this version knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number: 1, 2, 3, … without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who, as [`gatepass_model::Actor`] prints: `cli:root`, `person:main:alice`.
    pub actor: String,
    /// What was done: `token.issued`.
    pub action: String,
    /// To what, as [`gatepass_model::audit::AuditSubject`] prints: `tok_…`, `policy`.
    pub subject: String,
    /// In words.
    pub detail: String,
    /// What chains it to the line before. Nothing says yet that it is right.
    pub chain: Option<Vec<u8>>,
}

/// Which part of the record to list; what is `None` limits nothing. Begin with
/// [`AuditPage::default`], the newest 100 lines.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// Only lines before this number; `None`: from the newest on.
    pub before: Option<u64>,
    /// Only lines from this number on; `None`: down to the oldest.
    pub from: Option<u64>,
    /// At most so many, 1 to 1,000; others are brought into that range.
    pub limit: u32,
    /// Only lines about this subject, as it prints.
    pub subject: Option<String>,
    /// Only what this actor did, as it prints.
    pub actor: Option<String>,
    /// Only this action, or all of its kind: `token` has `token.issued` too.
    pub action: Option<String>,
    /// Only from this moment on.
    pub since: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
    /// Only with this text in actor, action, subject or detail; A to Z and a to z are the same,
    /// other letters are not, on every database. `%` and `_` mean themselves. A text of more than
    /// 10,000 bytes is found nowhere.
    pub text: Option<String>,
}

impl Default for AuditPage {
    fn default() -> Self {
        Self {
            before: None,
            from: None,
            limit: 100,
            subject: None,
            actor: None,
            action: None,
            since: None,
            until: None,
            text: None,
        }
    }
}

/// A line with its link, byte for byte as it is stored, whatever somebody has made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedLine {
    /// Its number, which may be none that was ever given.
    pub number: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Who.
    pub actor: Vec<u8>,
    /// What was done.
    pub action: Vec<u8>,
    /// To what.
    pub subject: Vec<u8>,
    /// In words.
    pub detail: Vec<u8>,
    /// The number of the key of its link.
    pub key: Option<i64>,
    /// The tag of its link.
    pub chain: Option<Vec<u8>>,
}

impl LinkedLine {
    /// What its link covers.
    pub fn content(&self) -> AuditContent<'_> {
        let Self { number, at, actor, action, subject, detail, key: _, chain: _ } = self;
        AuditContent { number: *number, at: *at, actor, action, subject, detail }
    }

    /// What the line after it is chained to; `None` when it is not chained itself.
    pub fn tag(&self) -> Option<[u8; 32]> {
        self.chain.as_deref().and_then(tag)
    }
}

/// Lines that follow each other, as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStretch {
    /// In the order of their numbers; fewer than were asked for only at the end.
    pub lines: Vec<LinkedLine>,
    /// How many lines were ever written: the number of the newest.
    pub counted: i64,
}

/// The record of what was done to Gatepass.
///
/// A line is chained to the one before when it is written, in its transaction, by the seal that
/// was given last. Without one nothing can be changed: [`StoreError::NoSeal`].
pub trait AuditLog: Send + Sync {
    /// Has lines chained by `seal` from now on, in the place of the one before.
    fn seal_audit_with(&self, seal: Arc<dyn AuditSeal>);

    /// Adds a line about something that is no change to the store (a key was added to the
    /// ring). The answer is its number.
    fn append_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, u64>;

    /// Adds the first line there ever was. `Conflict` when there is one.
    fn begin_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, ()>;

    /// A page of the record, the newest first. It goes on before the last number of the page.
    fn list_audit<'a>(&'a self, page: &'a AuditPage) -> Answer<'a, Vec<AuditRecord>>;

    /// What follows the line with this number, the oldest first, to check the chain; `None`: from
    /// the very beginning. At most so many lines, 1 to 1,000.
    fn audit_after(&self, after: Option<i64>, limit: u32) -> Answer<'_, AuditStretch>;

    /// The newest key that there are lines with, however many came since with older ones; `None`
    /// where no line is chained. Reads the whole record once, in the database.
    fn newest_audit_key(&self) -> Answer<'_, Option<NewestAuditKey>>;
}

/// The tag in a column, if it is one.
pub(crate) fn tag(column: &[u8]) -> Option<[u8; 32]> {
    column.try_into().ok()
}

/// Where a store keeps its seal: it comes after the store was opened, and goes with each rotation
/// of the keys.
#[derive(Default)]
pub(crate) struct SealPlace(RwLock<Option<Arc<dyn AuditSeal>>>);

impl SealPlace {
    pub(crate) fn put(&self, seal: Arc<dyn AuditSeal>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(seal);
    }

    pub(crate) fn get(&self) -> Result<Arc<dyn AuditSeal>, StoreError> {
        let seal = self.0.read().unwrap_or_else(PoisonError::into_inner);
        seal.clone().ok_or(StoreError::NoSeal)
    }
}
