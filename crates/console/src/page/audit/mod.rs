//! `GET /audit`: what was done to Gatepass itself.
//!
//! The address holds `q`, `actor`, `action`, `subject`, `since`, `until` (dates), `before` (a
//! number: entries before it).

mod query;
pub(crate) mod sample;
mod text;

use gatepass_model::{Timestamp, TokenId};

use crate::fault::FieldFault;
use crate::part::Doer;

crate::page::page!(Audit, "page/audit/template.html");

/// A page of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// What is looked for.
    pub query: AuditQuery,
    /// What is wrong with it.
    pub faults: Vec<FieldFault>,
    /// The newest first.
    pub entries: Vec<AuditRow>,
    /// Where older entries begin, if there are any.
    pub older: Option<u64>,
    /// The number down to which a text was looked for, where there are older entries.
    pub looked_back_to: Option<u64>,
    /// Names of actions, as suggestions.
    pub actions: Vec<String>,
}

/// What is looked for, as typed; empty: anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// In details, letter case ignored.
    pub q: String,
    /// Who did it: a username, `cli:root`.
    pub actor: String,
    /// What was done: `token.issued`.
    pub action: String,
    /// To what: a token's handle, `policy`.
    pub subject: String,
    /// The first day.
    pub since: String,
    /// The last day.
    pub until: String,
    /// Entries before this number; `None`: from the newest on.
    pub before: Option<u64>,
}

/// An entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the chain.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub doer: Doer,
    /// `token.issued`
    pub action: String,
    /// To what, as the record writes it.
    pub subject: String,
    /// Set where it is a token: to link to it, with its name if it is known.
    pub token: Option<(TokenId, Option<String>)>,
    /// What changed, and the reason, in the words of the record.
    pub detail: String,
}
