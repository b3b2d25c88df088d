//! The counts of one subject in one hour.

use std::net::{IpAddr, Ipv4Addr};

use gatepass_model::{CredentialKind, Reason, Timestamp, TokenId};
use gatepass_store::activity::{Counts, Presented, UnixHour};
use smallvec::SmallVec;

use super::texts::{Span, Texts, cut};
use crate::{AGENT_BYTES, RequestEvent, Subject, USER_BYTES, User};

/// How much a caller's name is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    Verified,
    Claimed,
    Nobody,
}

/// Whose a tally is. `instance` is a place in the buffer's instances, texts are as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    Token(TokenId),
    Caller {
        instance: u16,
        presented: Presented,
        standing: Standing,
        user: &'a [u8],
        agent: &'a [u8],
    },
    /// A caller for whom there is no room.
    Other {
        instance: u16,
        presented: Presented,
    },
}

impl<'a> Key<'a> {
    pub(super) fn of(event: &RequestEvent<'a>, instance: u16) -> Self {
        let (presented, user) = match event.subject {
            Subject::Token(id) => return Self::Token(id),
            Subject::UnknownToken { user } => (Presented::UnknownToken, user),
            Subject::Caller { kind, user } => (Presented::Credential(kind), user),
        };
        let (standing, user) = match user {
            User::Verified(name) => (Standing::Verified, name),
            User::Claimed(name) => (Standing::Claimed, name),
            User::Nobody => (Standing::Nobody, ""),
        };
        let user = cut(user.as_bytes(), USER_BYTES);
        let agent = cut(event.user_agent, AGENT_BYTES);
        Self::Caller { instance, presented, standing, user, agent }
    }

    /// What it is counted as when there is no room; a token is nobody else.
    pub(super) const fn other(self) -> Option<Self> {
        match self {
            Self::Caller { instance, presented, .. } => Some(Self::Other { instance, presented }),
            Self::Token(_) | Self::Other { .. } => None,
        }
    }
}

/// [`Key`], with its texts in the buffer.
#[derive(Clone, Copy, Debug)]
enum Kept {
    Token(TokenId),
    Caller { instance: u16, presented: Presented, standing: Standing, user: Span },
    Other { instance: u16, presented: Presented },
}

/// The counts of one subject in one hour.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) hour: UnixHour,
    pub(crate) counts: Counts,
    /// Few requests are refused for many reasons within a second: more than these allocate.
    pub(crate) refusals: SmallVec<[(Reason, u64); 4]>,
    pub(crate) observed: [u64; CredentialKind::ALL.len()],
    pub(crate) last_at: Timestamp,
    pub(crate) last_instance: u16,
    pub(crate) last_client: IpAddr,
    /// The last user agent, at a place for [`AGENT_BYTES`]; a caller's is part of his key.
    agent: Span,
    kept: Kept,
    /// The next tally of the same hash.
    pub(super) next: Option<u32>,
}

impl Tally {
    /// With nothing in it; `None` when there is no room for its texts.
    pub(super) fn new(
        texts: &mut Texts,
        hour: UnixHour,
        key: &Key<'_>,
        next: Option<u32>,
    ) -> Option<Self> {
        let (kept, agent) = match *key {
            Key::Token(id) => (Kept::Token(id), texts.reserve(AGENT_BYTES)?),
            Key::Other { instance, presented } => {
                (Kept::Other { instance, presented }, texts.reserve(AGENT_BYTES)?)
            }
            Key::Caller { instance, presented, standing, user, agent } => {
                let user = texts.keep(user, USER_BYTES)?;
                let agent = texts.keep(agent, AGENT_BYTES)?;
                (Kept::Caller { instance, presented, standing, user }, agent)
            }
        };
        Some(Self {
            hour,
            counts: Counts::default(),
            refusals: SmallVec::new(),
            observed: [0; CredentialKind::ALL.len()],
            last_at: Timestamp::EPOCH,
            last_instance: 0,
            last_client: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            agent,
            kept,
            next,
        })
    }

    pub(crate) fn key<'a>(&self, texts: &'a Texts) -> Key<'a> {
        match self.kept {
            Kept::Token(id) => Key::Token(id),
            Kept::Other { instance, presented } => Key::Other { instance, presented },
            Kept::Caller { instance, presented, standing, user } => {
                let (user, agent) = (texts.get(user), texts.get(self.agent));
                Key::Caller { instance, presented, standing, user, agent }
            }
        }
    }

    pub(crate) fn last_agent<'a>(&self, texts: &'a Texts) -> &'a [u8] {
        texts.get(self.agent)
    }

    pub(super) fn add(&mut self, texts: &mut Texts, instance: u16, event: &RequestEvent<'_>) {
        self.counts.add(&Counts {
            requests: 1,
            refused: u64::from(event.refused.is_some()),
            bytes_in: event.bytes_in,
            bytes_out: event.bytes_out,
            upstream_micros: event.upstream_micros,
        });
        if let Some(reason) = event.refused {
            match self.refusals.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => self.refusals.push((reason, 1)),
            }
        }
        if !event.observed.is_empty() {
            for (kind, count) in CredentialKind::ALL.into_iter().zip(&mut self.observed) {
                *count += u64::from(event.observed.contains(kind));
            }
        }
        // An upload that ends late came early: it is no newer use.
        if event.at < self.last_at {
            return;
        }
        self.last_at = event.at;
        self.last_instance = instance;
        self.last_client = event.client;
        if !matches!(self.kept, Kept::Caller { .. }) {
            texts.put(&mut self.agent, event.user_agent, AGENT_BYTES);
        }
    }
}
