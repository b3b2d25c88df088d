//! The chain of the audit record: each line has a MAC over itself and the MAC of the line before.
//!
//! Whoever writes to the database without the keys can neither change a line, nor add one, nor
//! take one out from between two others. He can cut lines off at the end: what is left is a whole
//! chain, only a shorter one. That takes a tag that was kept elsewhere to notice.

use gatepass_model::audit::{AuditContent, AuditLink, AuditSeal};
use subtle::ConstantTimeEq;

use crate::keyring::{Key, KeyPurpose, KeyRing};
use crate::mac::Encoder;

/// Says what the bytes after it mean. Another meaning, or another order, is another version.
const VERSION: &[u8] = b"gatepass audit line 1";

/// What stands for the tag of the line before the first.
const BEGINNING: [u8; 32] = [0; 32];

/// What was found of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkCheck {
    /// It was made with that key over this very line, after a line with that very tag.
    Genuine,
    /// The line, its number, or what stood before it is another.
    Changed,
    /// The ring has no such key, so nothing can be said.
    UnknownKey,
}

/// The link of `line` under the newest `mac` key; `previous` is the tag of the line before, `None`
/// for the first.
pub fn audit_link(
    ring: &KeyRing,
    previous: Option<&[u8; 32]>,
    line: &AuditContent<'_>,
) -> AuditLink {
    let key = ring.newest(KeyPurpose::Mac);
    AuditLink { key: key.id(), tag: tag(key, previous, line) }
}

/// Whether `stored` chains this very line to the line with the tag `previous`.
pub fn check_link(
    ring: &KeyRing,
    previous: Option<&[u8; 32]>,
    line: &AuditContent<'_>,
    stored: &AuditLink,
) -> LinkCheck {
    let Some(key) = ring.find(KeyPurpose::Mac, stored.key) else { return LinkCheck::UnknownKey };
    // Nobody gets to hear how long it took; it costs nothing to be strict.
    if tag(key, previous, line).ct_eq(&stored.tag).into() {
        LinkCheck::Genuine
    } else {
        LinkCheck::Changed
    }
}

/// A ring makes links with its newest `mac` key.
impl AuditSeal for KeyRing {
    fn link(&self, previous: Option<&[u8; 32]>, line: &AuditContent<'_>) -> AuditLink {
        audit_link(self, previous, line)
    }
}

fn tag(key: &Key, previous: Option<&[u8; 32]>, line: &AuditContent<'_>) -> [u8; 32] {
    // Without `..`: a new field must be thought of here.
    let AuditContent { number, at, actor, action, subject, detail } = line;
    let mut row = Encoder::new(key, VERSION);
    row.bytes(previous.unwrap_or(&BEGINNING));
    row.number(*number);
    row.number(*at);
    row.bytes(actor);
    row.bytes(action);
    row.bytes(subject);
    row.bytes(detail);
    row.tag()
}

#[cfg(test)]
mod tests;
