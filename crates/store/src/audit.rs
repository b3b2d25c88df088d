//! The audit record as it is stored.

use gatepass_model::{AuditEvent, Timestamp};

use crate::Answer;

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
}

/// Which part of the record to list.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// Only lines before this number; `None`: from the newest on.
    pub before: Option<u64>,
    /// At most so many, 1 to 1,000; others are brought into that range.
    pub limit: u32,
    /// Only lines about this subject, as it prints.
    pub subject: Option<String>,
}

/// The record of what was done to Gatepass.
pub trait AuditLog: Send + Sync {
    /// Adds a line about something that is no change to the store (a key was added to the
    /// ring). The answer is its number.
    fn append_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, u64>;

    /// A page of the record, the newest first. It goes on before the last number of the page.
    fn list_audit<'a>(&'a self, page: &'a AuditPage) -> Answer<'a, Vec<AuditRecord>>;
}
