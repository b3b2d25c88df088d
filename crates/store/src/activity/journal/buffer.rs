//! What one thread records between two flushes.

use std::net::IpAddr;

use foldhash::fast::RandomState;
use gatepass_model::Timestamp;

use super::dictionary::{Dictionary, Standing, Word};
use super::{
    AGENT_BYTES, BUFFER_BYTES, JournalBlock, MARK_BYTES, OUTSIDE_PAGE, USER_BYTES, WORD_BYTES, bit,
    flag, kind, text,
};
use crate::activity::bytes::{put_moment, put_number, put_text};
use crate::activity::{Dropped, Presented, RequestEvent, Subject, User};

/// The most that an event takes beside its texts.
const EVENT_BYTES: usize = 160;

/// What one thread records between two flushes. To put a request in copies bytes, and allocates
/// nothing once there is room for what a second brings.
#[derive(Debug)]
pub struct JournalBuffer {
    dictionary: Dictionary,
    bytes: Vec<u8>,
    events: u64,
    /// When the last event came.
    before: Timestamp,
    dropped: Dropped,
}

impl Default for JournalBuffer {
    fn default() -> Self {
        Self::on(Dictionary::new(RandomState::default()), Vec::new())
    }
}

impl JournalBuffer {
    fn on(dictionary: Dictionary, bytes: Vec<u8>) -> Self {
        Self { dictionary, bytes, events: 0, before: Timestamp::EPOCH, dropped: Dropped::default() }
    }

    /// An empty one with room for as much as this one holds.
    #[must_use]
    pub fn successor(&self) -> Self {
        Self::on(self.dictionary.successor(), Vec::with_capacity(self.bytes.len()))
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.events == 0 && self.dropped.is_empty()
    }

    /// How much room it takes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.dictionary.size()
    }

    /// All that is in it, as if it were lost.
    pub fn as_dropped(&self) -> Dropped {
        let mut dropped = self.dropped;
        dropped.add(Dropped { requests: self.events, lines: self.events });
        dropped
    }

    /// What was dropped for want of room, here or where `dropped` comes from.
    pub const fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Has the next block tell that so much is missing.
    pub const fn drop_also(&mut self, dropped: Dropped) {
        self.dropped.add(dropped);
    }

    /// Puts a request in, if there is room; else it counts as dropped.
    pub fn put(&mut self, event: &RequestEvent<'_>) {
        if self.size() > BUFFER_BYTES {
            self.dropped.add(Dropped { requests: 1, lines: 1 });
            return;
        }
        self.events += 1;
        let places = Places::of(event, &mut self.dictionary);
        let observed = if event.observed.is_empty() {
            0
        } else {
            event.observed.iter().fold(0, |bits, kind| bits | bit(kind))
        };
        let observed = observed | if_set(OUTSIDE_PAGE, event.outside_page);

        let out = &mut self.bytes;
        out.reserve(EVENT_BYTES);
        let flags = if_set(flag::PROJECT, places.project.is_some())
            | if_set(flag::REFUSED, places.reason.is_some())
            | if_set(flag::OBSERVED, observed != 0)
            | if_set(flag::ADDRESS_OF_16, event.client.is_ipv6());
        put_subject(out, &mut self.dictionary, flags, event);
        put_moment(out, self.before, event.at);
        self.before = event.at;
        put_number(out, places.operation.into());
        put_number(out, places.agent.into());
        for place in [places.project, places.reason].into_iter().flatten() {
            put_number(out, place.into());
        }
        if observed != 0 {
            out.push(observed);
        }
        match event.client {
            IpAddr::V4(address) => out.extend_from_slice(&address.octets()),
            IpAddr::V6(address) => out.extend_from_slice(&address.octets()),
        }
        put_number(out, event.bytes_in);
        put_number(out, event.bytes_out);
        put_number(out, event.upstream_micros);
        put_number(out, event.duration_micros);
    }

    /// As a row of the journal. Texts are made fit to be stored here, since from here on they are.
    pub fn seal(&self, now: Timestamp) -> JournalBlock {
        let mut body = Vec::with_capacity(self.bytes.len() + self.dictionary.size());
        put_number(&mut body, self.dropped.requests);
        put_number(&mut body, self.dropped.lines);
        let words = self.dictionary.words();
        put_number(&mut body, words.len() as u64);
        for (word, text) in words {
            seal_word(&mut body, word, text);
        }
        body.extend_from_slice(&self.bytes);
        JournalBlock::of(now, self.events, body)
    }
}

/// Where the texts of an event are.
struct Places {
    operation: u32,
    agent: u32,
    project: Option<u32>,
    reason: Option<u32>,
}

impl Places {
    #[inline]
    fn of(event: &RequestEvent<'_>, dictionary: &mut Dictionary) -> Self {
        let instance = event.instance.as_str().as_bytes();
        let resource = cut(event.operation.resource.as_bytes(), WORD_BYTES);
        let action = cut(event.operation.action.as_bytes(), WORD_BYTES);
        let operation = Word::Operation {
            family: event.operation.family,
            method: event.method,
            instance: short(instance),
            resource: short(resource),
        };
        let project = event.operation.project;
        Self {
            operation: dictionary.place(operation, [instance, resource, action]),
            agent: dictionary.place(Word::Agent, [cut(event.user_agent, AGENT_BYTES)]),
            project: project.map(|project| {
                dictionary.place(Word::Project, [cut(project.as_bytes(), WORD_BYTES)])
            }),
            reason: event.refused.map(|reason| dictionary.place(Word::Reason(reason), [])),
        }
    }
}

/// Flags, status and request id stand before whose it is: all that has a fixed length.
fn put_subject(
    out: &mut Vec<u8>,
    dictionary: &mut Dictionary,
    flags: u8,
    event: &RequestEvent<'_>,
) {
    let [high, low] = event.status.to_be_bytes();
    let (presented, user, mark) = match event.subject {
        Subject::Token(id) => {
            let mut head = [0; 35];
            head[..3].copy_from_slice(&[flags | flag::TOKEN, high, low]);
            head[3..19].copy_from_slice(&event.request_id.to_be_bytes());
            head[19..].copy_from_slice(id.as_bytes());
            out.extend_from_slice(&head);
            return;
        }
        Subject::UnknownToken { user } => (Presented::UnknownToken, user, ""),
        Subject::Caller { kind, user, mark } => (Presented::Credential(kind), user, mark),
    };
    let (standing, user) = match user {
        User::Verified(name) => (Standing::Verified, name),
        User::Claimed(name) => (Standing::Claimed, name),
        User::Nobody => (Standing::Nobody, ""),
    };
    let (user, mark) = (cut(user.as_bytes(), USER_BYTES), cut(mark.as_bytes(), MARK_BYTES));
    let caller = Word::Caller { presented, standing, user: short(user) };
    let caller = dictionary.place(caller, [user, mark]);
    out.extend_from_slice(&[flags, high, low]);
    out.extend_from_slice(&event.request_id.to_be_bytes());
    put_number(out, caller.into());
}

fn seal_word(body: &mut Vec<u8>, word: Word, text: &[u8]) {
    match word {
        Word::Operation { family, method, instance, resource } => {
            body.push(kind::OPERATION);
            put_text(body, family.as_str());
            put_text(body, method.as_str());
            let (instance, rest) = text.split_at_checked(instance.into()).unwrap_or_default();
            let (resource, action) = rest.split_at_checked(resource.into()).unwrap_or_default();
            for part in [instance, resource, action] {
                put_text(body, &text::word(part));
            }
        }
        Word::Agent => {
            body.push(kind::AGENT);
            put_text(body, &text::agent(text));
        }
        Word::Project => {
            body.push(kind::PROJECT);
            put_text(body, &text::word(text));
        }
        Word::Reason(reason) => {
            body.push(kind::REASON);
            put_text(body, reason.as_str());
        }
        Word::Caller { presented, standing, user } => {
            let (user, mark) = text.split_at_checked(user.into()).unwrap_or_default();
            body.push(if mark.is_empty() { kind::CALLER } else { kind::MARKED_CALLER });
            put_text(body, presented.as_str());
            put_text(body, standing.as_str());
            put_text(body, &text::user(user));
            if !mark.is_empty() {
                put_text(body, &text::mark(mark));
            }
        }
    }
}

const fn if_set(flag: u8, is_set: bool) -> u8 {
    if is_set { flag } else { 0 }
}

/// The length of an instance's name or of a word, which is less than 256.
fn short(text: &[u8]) -> u8 {
    u8::try_from(text.len()).unwrap_or(u8::MAX)
}

fn cut(text: &[u8], limit: usize) -> &[u8] {
    text.get(..limit).unwrap_or(text)
}
