//! The journal: what was done, as it came, until it is folded into the tables.
//!
//! A thread puts each request into a [`JournalBuffer`], some 50 bytes of it: texts that come again
//! and again (operations, user agents, names) stand once in the buffer's dictionary. A buffer is
//! sealed into a [`JournalBlock`], which is a row of the journal. Nobody looks up a token until
//! many requests with it are folded at once.
//!
//! The format names things by their words and never by their place in an enum of ours: a block
//! may be folded by another version than wrote it, and by another node.

mod buffer;
mod content;
mod dictionary;
mod text;

use gatepass_model::Timestamp;

pub use buffer::JournalBuffer;
pub(super) use content::{Entry, Event};
pub use content::{JournalContent, JournalEvent, JournalOperation, JournalSubject};

/// Longest user agent that is kept, in bytes.
const AGENT_BYTES: usize = 200;
/// Longest user name that is kept, in bytes: what the products' user tables hold.
const USER_BYTES: usize = gatepass_model::Username::MAX_BYTES;
/// Longest mark of a credential, in bytes.
const MARK_BYTES: usize = 64;
/// Longest project key, and word of the catalogue, in bytes.
const WORD_BYTES: usize = 100;

/// How much a buffer takes, in bytes: what a busy thread records in five seconds.
pub const BUFFER_BYTES: usize = 16 << 20;

/// How the body of a block is written. A block of another format is set aside by whoever folds.
pub(super) const FORMAT: i64 = 1;

/// What one thread recorded between two flushes, fit to be stored: a row of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalBlock {
    /// When it was flushed.
    pub(super) at: Timestamp,
    /// How many requests are in it.
    pub(super) events: u64,
    pub(super) format: i64,
    /// CRC-32 of the body: a damaged block shall not be taken for a strange one.
    pub(super) crc: u32,
    pub(super) body: Vec<u8>,
}

impl JournalBlock {
    fn of(at: Timestamp, events: u64, body: Vec<u8>) -> Self {
        Self { at, events, format: FORMAT, crc: crc32fast::hash(&body), body }
    }

    /// How many requests are in it.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// How much room it takes, about.
    pub const fn size(&self) -> usize {
        self.body.len() + size_of::<Self>()
    }
}

/// Which of the kinds of credential that a mode speaks about: a bit each. A bit once given stays.
const fn bit(kind: gatepass_model::CredentialKind) -> u8 {
    use gatepass_model::CredentialKind as Kind;
    match kind {
        Kind::Password => 1,
        Kind::NativeToken => 1 << 1,
        Kind::Session => 1 << 2,
        Kind::Oauth => 1 << 3,
        Kind::Anonymous => 1 << 4,
    }
}

/// Beside these bits: a session without what a page sends.
const OUTSIDE_PAGE: u8 = 1 << 5;

/// Bits of the first byte of an event.
mod flag {
    pub(super) const TOKEN: u8 = 1;
    pub(super) const PROJECT: u8 = 1 << 1;
    pub(super) const REFUSED: u8 = 1 << 2;
    pub(super) const OBSERVED: u8 = 1 << 3;
    pub(super) const ADDRESS_OF_16: u8 = 1 << 4;
}

/// What an entry of a block's dictionary is.
mod kind {
    pub(super) const OPERATION: u8 = 1;
    pub(super) const AGENT: u8 = 2;
    pub(super) const PROJECT: u8 = 3;
    pub(super) const REASON: u8 = 4;
    pub(super) const CALLER: u8 = 5;
    /// One with a mark. Others are still written as before, so that most blocks mean something to a
    /// version that knows no marks.
    pub(super) const MARKED_CALLER: u8 = 6;
}

#[cfg(test)]
mod tests;
