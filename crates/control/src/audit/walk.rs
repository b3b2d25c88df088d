//! From line to line along the chain. Pure.

use gatepass_model::audit::AuditLink;
use gatepass_store::LinkedLine;
use gatepass_vault::{KeyRing, LinkCheck, check_link};

use super::hex;
use super::verify::{AuditBreak, AuditFault, AuditVerified, KeyUse};

/// So many places are told one by one. A record that is broken everywhere must not fill the
/// memory.
const MOST_BREAKS: usize = 100;

/// What stands before the next line.
enum Before {
    /// What it must be chained to; `None` at the beginning.
    Known(Option<[u8; 32]>),
    /// A line that is missing or not chained. That is told, and the next line has nothing to be
    /// held against.
    Unknown,
}

/// A walk from the first line to the last.
pub(super) struct Walk<'a> {
    ring: &'a KeyRing,
    before: Before,
    /// The number that comes next.
    expected: i64,
    found: AuditVerified,
}

impl<'a> Walk<'a> {
    pub(super) fn new(ring: &'a KeyRing) -> Self {
        let found = AuditVerified::default();
        Self { ring, before: Before::Known(None), expected: 1, found }
    }

    /// The next line, in the order of the numbers, and how many the counter had come to when it
    /// was read.
    pub(super) fn take(&mut self, line: &LinkedLine, counted: i64) {
        self.found.lines += 1;
        self.found.first.get_or_insert(line.number);
        self.found.last = Some(line.number);
        self.found.head = line.chain.as_deref().map(hex);
        if line.number < self.expected {
            return self.broken(line.number, line.number, AuditFault::OutOfOrder);
        }
        if line.number > self.expected {
            self.broken(self.expected, line.number.saturating_sub(1), AuditFault::Missing);
            self.before = Before::Unknown;
        }
        let fault = match link(line) {
            None => Some(AuditFault::NotChained),
            Some(stored) => self.check(line, &stored),
        };
        let is_uncounted = (line.number > counted).then_some(AuditFault::NotCounted);
        if let Some(fault) = fault.or(is_uncounted) {
            self.broken(line.number, line.number, fault);
        }
        self.before = link(line).map_or(Before::Unknown, |stored| Before::Known(Some(stored.tag)));
        self.expected = line.number.saturating_add(1);
    }

    /// After the last line.
    pub(super) fn finish(mut self, counted: i64) -> AuditVerified {
        if counted >= self.expected {
            self.broken(self.expected, counted, AuditFault::Missing);
        }
        self.found.whole = self.found.breaks.is_empty();
        self.found
    }

    /// What is wrong with a line's link.
    fn check(&mut self, line: &LinkedLine, stored: &AuditLink) -> Option<AuditFault> {
        let previous = match &self.before {
            Before::Known(previous) => previous.as_ref(),
            // Whether it is genuine can't be told, but for its key.
            Before::Unknown => None,
        };
        match check_link(self.ring, previous, &line.content(), stored) {
            LinkCheck::UnknownKey => Some(AuditFault::KeyUnknown { key: stored.key }),
            LinkCheck::Changed if matches!(self.before, Before::Unknown) => None,
            LinkCheck::Changed => Some(AuditFault::Changed),
            LinkCheck::Genuine => {
                self.used(stored.key, line.number);
                None
            }
        }
    }

    fn used(&mut self, key: u32, number: i64) {
        match self.found.keys.iter_mut().find(|known| known.key == key) {
            Some(known) => {
                known.lines += 1;
                known.last = number;
            }
            None => self.found.keys.push(KeyUse { key, lines: 1, first: number, last: number }),
        }
    }

    /// Lines with one fault that follow each other are one place.
    fn broken(&mut self, number: i64, last: i64, fault: AuditFault) {
        let breaks = &mut self.found.breaks;
        let has_room = breaks.len() < MOST_BREAKS;
        match breaks.last_mut() {
            Some(open) if open.fault == fault && open.last.saturating_add(1) == number => {
                open.last = last;
            }
            _ if has_room => breaks.push(AuditBreak { number, last, fault }),
            _ => self.found.further_breaks += 1,
        }
    }
}

/// The link of a line, if it has a whole one.
fn link(line: &LinkedLine) -> Option<AuditLink> {
    let key = line.key.and_then(|key| u32::try_from(key).ok())?;
    Some(AuditLink { key, tag: line.tag()? })
}

#[cfg(test)]
mod tests;
