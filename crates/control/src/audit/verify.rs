//! Check the chain of the audit record, from its first line to its last.

use std::fmt;

use gatepass_model::Actor;
use serde::Serialize;

use super::walk::Walk;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// So many lines are in memory at once.
const PAGE: u32 = 500;

/// What was found of the record.
///
/// A record from which lines were cut off at the end, with the counter set back to match, is
/// found to be whole: it is a shorter chain, and nothing in the store says that it was longer. It
/// takes a `head` that was kept elsewhere to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditVerified {
    /// Whether every line is what was written, and none is missing.
    pub whole: bool,
    /// How many lines there are.
    pub lines: u64,
    /// The number of the first.
    pub first: Option<i64>,
    /// The number of the last.
    pub last: Option<i64>,
    /// What chains the last line, in hexadecimal: with its number it stands for all lines so far.
    pub head: Option<String>,
    /// The keys of the lines that are what was written, in the order in which they first come.
    pub keys: Vec<KeyUse>,
    /// What is wrong, in order; the first 100 places.
    pub breaks: Vec<AuditBreak>,
    /// How many more there are.
    pub further_breaks: u64,
}

/// Which lines a key has made. A key that was given up and comes up again later was used by
/// somebody who still had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyUse {
    /// Its number in the ring.
    pub key: u32,
    /// How many.
    pub lines: u64,
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
}

/// A place where the chain does not hold: one line, or several that follow each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditBreak {
    /// The number of the first of them.
    pub number: i64,
    /// The number of the last of them.
    pub last: i64,
    /// What is wrong with them.
    #[serde(flatten)]
    pub fault: AuditFault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum AuditFault {
    /// It is not what was written, or was not written after the line that stands before it now.
    Changed,
    /// It is not there. The line after it can't be checked either.
    Missing,
    /// It has no link, as if somebody had written it who has not the keys; or took the link away.
    /// The line after it can't be checked against it.
    NotChained,
    /// It was made with a key that is not in the ring, so nothing can be said.
    KeyUnknown {
        /// The number of the key.
        key: u32,
    },
    /// Its number is none that is ever given.
    OutOfOrder,
    /// The counter of lines has not come to its number.
    NotCounted,
}

/// `lines 5 to 6 are missing`.
impl fmt::Display for AuditBreak {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, last, fault } = self;
        let is_one = number == last;
        if is_one {
            write!(out, "line {number} ")?;
        } else {
            write!(out, "lines {number} to {last} ")?;
        }
        let (was, is) = if is_one { ("was", "is") } else { ("were", "are") };
        match fault {
            AuditFault::Changed => write!(out, "{was} changed, or stood behind another line"),
            AuditFault::Missing => write!(out, "{is} missing"),
            AuditFault::NotChained => write!(out, "{is} not chained"),
            AuditFault::KeyUnknown { key } => {
                write!(out, "{was} chained with the key {key}, which is not in the key file")
            }
            AuditFault::OutOfOrder => write!(out, "{is} out of order: numbers begin at 1"),
            AuditFault::NotCounted => write!(out, "{is} beyond what the counter says"),
        }
    }
}

impl Control {
    /// Checks the whole record against the keys. What is wrong with it is the answer, and no
    /// error.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<AuditVerified, ControlError> {
        self.authorise(actor, Ability::ReadAudit).await?;
        let ring = self.keyring();
        let mut walk = Walk::new(&ring);
        let mut after = None;
        loop {
            let stretch = self.store.audit_after(after, PAGE).await?;
            for line in &stretch.lines {
                walk.take(line, stretch.counted);
            }
            after = stretch.lines.last().map(|line| line.number).or(after);
            if stretch.lines.len() < PAGE as usize {
                return Ok(walk.finish(stretch.counted));
            }
        }
    }
}
