//! What is in a block.

use std::net::IpAddr;

use gatepass_model::{CredentialKind, InstanceName, Timestamp, TokenId};

use super::{FORMAT, JournalBlock, OUTSIDE_PAGE, bit, flag, kind};
use crate::activity::bytes::Bytes;
use crate::activity::event::Observed;
use crate::activity::{CallerUser, Dropped, Presented};

/// A text of a block's dictionary, by its place.
#[derive(Clone, Debug)]
pub(in crate::activity) enum Entry<'a> {
    Operation(JournalOperation<'a>),
    Agent(&'a str),
    Project(&'a str),
    Reason(&'a str),
    Caller { presented: Presented, user: CallerUser, mark: &'a str },
}

/// The name of an operation, and where it was asked for. Names are text: another version may have
/// written them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JournalOperation<'a> {
    /// On which instance.
    pub instance: InstanceName,
    /// What kind of thing: `rest`, `git`, …
    pub family: &'a str,
    /// By which method.
    pub method: &'a str,
    /// What it is about; empty when the catalogue has no row.
    pub resource: &'a str,
    /// What is done with it; empty when the catalogue has no row.
    pub action: &'a str,
}

/// Whose a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalSubject<T> {
    /// A token's.
    Token(TokenId),
    /// Somebody's without a token.
    Caller(T),
}

/// A request in a block. Its texts are places in the block's dictionary.
#[derive(Clone, Copy, Debug)]
pub(in crate::activity) struct Event {
    pub(in crate::activity) at: Timestamp,
    pub(in crate::activity) subject: JournalSubject<u32>,
    pub(in crate::activity) operation: u32,
    pub(in crate::activity) agent: u32,
    pub(in crate::activity) project: Option<u32>,
    pub(in crate::activity) reason: Option<u32>,
    observed: u8,
    pub(in crate::activity) address: IpAddr,
    pub(in crate::activity) status: u16,
    pub(in crate::activity) bytes_in: u64,
    pub(in crate::activity) bytes_out: u64,
    pub(in crate::activity) upstream_micros: u64,
    pub(in crate::activity) duration_micros: u64,
    pub(in crate::activity) request_id: [u8; 16],
}

impl Event {
    /// Whether it passed, and would not have by another mode.
    pub(in crate::activity) const fn has_observed(&self) -> bool {
        self.observed != 0
    }

    /// Why it would not have.
    pub(in crate::activity) fn observed(&self) -> impl Iterator<Item = Observed> {
        let bits = self.observed;
        let kinds = CredentialKind::ALL.into_iter().filter(move |kind| bits & bit(*kind) != 0);
        let outside_page = (bits & OUTSIDE_PAGE != 0).then_some(Observed::OutsidePage);
        kinds.map(Observed::Credential).chain(outside_page)
    }
}

/// What a block tells.
#[derive(Debug)]
pub struct JournalContent<'a> {
    pub(in crate::activity) dropped: Dropped,
    pub(in crate::activity) entries: Vec<Entry<'a>>,
    pub(in crate::activity) events: Vec<Event>,
}

/// A request of a block, with its texts.
#[derive(Clone, Debug)]
pub struct JournalEvent<'a> {
    /// Whose it is; a caller by what he presented.
    pub subject: JournalSubject<Presented>,
    /// What it is.
    pub operation: &'a JournalOperation<'a>,
    /// The project, space or repository owner that it named.
    pub project: Option<&'a str>,
    /// Why it was refused, if it was.
    pub reason: Option<&'a str>,
    /// The id that the caller and the product were told.
    pub request_id: u128,
}

impl JournalBlock {
    /// What is in it; `None` when it was damaged, or is of another format.
    pub fn open(&self) -> Option<JournalContent<'_>> {
        if self.format != FORMAT || crc32fast::hash(&self.body) != self.crc {
            return None;
        }
        let mut bytes = Bytes(&self.body);
        let dropped = Dropped { requests: bytes.number()?, lines: bytes.number()? };
        let count = bytes.small()?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(entry(&mut bytes)?);
        }
        let mut events = Vec::with_capacity(self.body.len() / 48);
        let mut before = Timestamp::EPOCH;
        while !bytes.is_empty() {
            let event = event(&mut bytes, before, &entries)?;
            before = event.at;
            events.push(event);
        }
        (events.len() as u64 == self.events).then_some(JournalContent { dropped, entries, events })
    }
}

impl JournalContent<'_> {
    /// Its requests, in the order in which they ended.
    pub fn events(&self) -> impl Iterator<Item = JournalEvent<'_>> {
        self.events.iter().filter_map(|event| {
            let entry = |place: u32| self.entries.get(place as usize);
            let text = |place: u32| match entry(place) {
                Some(Entry::Project(text) | Entry::Reason(text)) => Some(*text),
                _ => None,
            };
            let Some(Entry::Operation(operation)) = entry(event.operation) else { return None };
            let subject = match event.subject {
                JournalSubject::Token(id) => JournalSubject::Token(id),
                JournalSubject::Caller(caller) => match entry(caller) {
                    Some(Entry::Caller { presented, .. }) => JournalSubject::Caller(*presented),
                    _ => return None,
                },
            };
            Some(JournalEvent {
                subject,
                operation,
                project: event.project.and_then(text),
                reason: event.reason.and_then(text),
                request_id: u128::from_be_bytes(event.request_id),
            })
        })
    }
}

/// A text that a database can keep: the buffer replaces what it can't, so one with a NUL is of
/// somebody else's making, and would have PostgreSQL refuse everybody's.
fn text<'a>(bytes: &mut Bytes<'a>) -> Option<&'a str> {
    bytes.text().filter(|text| !text.contains('\0'))
}

fn entry<'a>(bytes: &mut Bytes<'a>) -> Option<Entry<'a>> {
    Some(match bytes.byte()? {
        kind::OPERATION => {
            let (family, method) = (text(bytes)?, text(bytes)?);
            let instance = text(bytes)?.parse().ok()?;
            let (resource, action) = (text(bytes)?, text(bytes)?);
            Entry::Operation(JournalOperation { instance, family, method, resource, action })
        }
        kind::AGENT => Entry::Agent(text(bytes)?),
        kind::PROJECT => Entry::Project(text(bytes)?),
        kind::REASON => Entry::Reason(text(bytes)?),
        kind @ (kind::CALLER | kind::MARKED_CALLER) => {
            let presented = Presented::find(text(bytes)?)?;
            let standing = text(bytes)?;
            let user = CallerUser::from_parts(standing, text(bytes)?.to_owned())?;
            let mark = if kind == kind::MARKED_CALLER { text(bytes)? } else { "" };
            Entry::Caller { presented, user, mark }
        }
        _ => return None,
    })
}

/// The place of a text. One that holds a text of another kind is damage, too.
fn place(
    bytes: &mut Bytes<'_>,
    entries: &[Entry<'_>],
    fits: fn(&Entry<'_>) -> bool,
) -> Option<u32> {
    bytes.small().filter(|&place| entries.get(place as usize).is_some_and(fits))
}

/// One that is there if its flag is set; `None` is damage.
#[expect(clippy::option_option, reason = "damaged, or whole and not there")]
fn optional<T>(is_there: bool, read: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
    if is_there { read().map(Some) } else { Some(None) }
}

fn event(bytes: &mut Bytes<'_>, before: Timestamp, entries: &[Entry<'_>]) -> Option<Event> {
    let [flags, high, low] = bytes.array()?;
    let is = |flag: u8| flags & flag != 0;
    Some(Event {
        status: u16::from_be_bytes([high, low]),
        request_id: bytes.array()?,
        subject: if is(flag::TOKEN) {
            JournalSubject::Token(TokenId::from_bytes(bytes.array()?))
        } else {
            let is_caller = |entry: &Entry<'_>| matches!(entry, Entry::Caller { .. });
            JournalSubject::Caller(place(bytes, entries, is_caller)?)
        },
        at: bytes.moment(before)?,
        operation: place(bytes, entries, |entry| matches!(entry, Entry::Operation(_)))?,
        agent: place(bytes, entries, |entry| matches!(entry, Entry::Agent(_)))?,
        project: optional(is(flag::PROJECT), || {
            place(bytes, entries, |entry| matches!(entry, Entry::Project(_)))
        })?,
        reason: optional(is(flag::REFUSED), || {
            place(bytes, entries, |entry| matches!(entry, Entry::Reason(_)))
        })?,
        observed: optional(is(flag::OBSERVED), || bytes.byte())?.unwrap_or_default(),
        address: if is(flag::ADDRESS_OF_16) {
            IpAddr::from(bytes.array::<16>()?).to_canonical()
        } else {
            IpAddr::from(bytes.array::<4>()?)
        },
        bytes_in: bytes.number()?,
        bytes_out: bytes.number()?,
        upstream_micros: bytes.number()?,
        duration_micros: bytes.number()?,
    })
}
