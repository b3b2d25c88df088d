//! What the gate recorded of each request: its own word on what it decided.
//!
//! Stands where the gate writes its activity. A record comes some 100 ms after the answer, so
//! whoever has read an answer leaves here what he expects, and the two are compared when both are
//! there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gatepass_model::{InstanceName, Method, Timestamp, TokenId};
use gatepass_store::activity::{
    ActivityReader, ActivityStore, Answer, CallerUsage, Dropped, Folded, JournalBlock,
    JournalEvent, JournalSubject, LastUse, Presented, PresentedUsage, Pruned, RecentRequest,
    TokenRefusals, TokenUsage,
};

use crate::plan::Plan;

/// Whose request the gate took it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Token(TokenId),
    Caller(Presented),
}

/// What the gate took a request for, in the words of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// By its name.
    pub(crate) family: String,
    pub(crate) resource: String,
    pub(crate) action: String,
    pub(crate) method: Method,
    pub(crate) project: Option<String>,
}

/// What the gate recorded.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) subject: Subject,
    pub(crate) meaning: Meaning,
}

/// What follows from Tomcat's reading.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// `None` where the gate looked at the target as a page that can be read in several ways.
    pub(crate) meaning: Option<Meaning>,
    /// The token that was sent.
    pub(crate) token: Option<TokenId>,
    /// Tomcat found a parameter that opens a door or forges an identity.
    pub(crate) has_password: bool,
    pub(crate) plan: Plan,
}

#[derive(Default)]
struct Waiting {
    records: HashMap<u128, Record>,
    expected: HashMap<u128, Expected>,
    pairs: Vec<(Record, Expected)>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Tap(Mutex<Waiting>);

impl Tap {
    /// Leaves what is expected of the record of this request.
    pub(crate) fn expect(&self, id: u128, expected: Expected) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.records.remove(&id) {
            Some(record) => waiting.pairs.push((record, expected)),
            None => drop(waiting.expected.insert(id, expected)),
        }
    }

    /// Pairs that have come together since the last call.
    pub(crate) fn take_pairs(&self) -> Vec<(Record, Expected)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).pairs)
    }

    /// How many expectations have no record.
    pub(crate) fn unanswered(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).expected.len()
    }
}

fn nothing<'a, T: Default + Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Ok(T::default()) })
}

fn record(event: &JournalEvent<'_>) -> Option<Record> {
    let operation = event.operation;
    Some(Record {
        subject: match event.subject {
            JournalSubject::Token(id) => Subject::Token(id),
            JournalSubject::Caller(presented) => Subject::Caller(presented),
        },
        meaning: Meaning {
            family: operation.family.to_owned(),
            resource: operation.resource.to_owned(),
            action: operation.action.to_owned(),
            method: Method::find(operation.method.as_bytes())?,
            project: event.project.map(str::to_owned),
        },
    })
}

impl ActivityReader for Tap {
    fn usage_of_token(&self, _: TokenId, _: Timestamp) -> Answer<'_, TokenUsage> {
        nothing()
    }

    fn recent_requests(&self, _: TokenId, _: u32) -> Answer<'_, Vec<RecentRequest>> {
        nothing()
    }

    fn last_uses_of<'a>(&'a self, _: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>> {
        nothing()
    }

    fn refusals_of<'a>(&'a self, _: &'a [TokenId], _: Timestamp) -> Answer<'a, Vec<TokenRefusals>> {
        nothing()
    }

    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>> {
        nothing()
    }

    fn callers(
        &self,
        _: Option<InstanceName>,
        _: Timestamp,
        _: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        nothing()
    }

    fn callers_by_presented(&self, _: Timestamp, _: usize) -> Answer<'_, Vec<PresentedUsage>> {
        nothing()
    }

    fn outside_pages(&self, _: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>> {
        nothing()
    }

    fn callers_outside_pages(
        &self,
        _: InstanceName,
        _: Timestamp,
        _: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        nothing()
    }

    fn dropped(&self, _: Timestamp) -> Answer<'_, Dropped> {
        nothing()
    }
}

impl ActivityStore for Tap {
    fn append<'a>(&'a self, blocks: &'a [JournalBlock]) -> Answer<'a, ()> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for content in blocks.iter().filter_map(JournalBlock::open) {
            // What the gate refused itself never came to Tomcat: nobody will ask for its record.
            for event in content.events().filter(|event| event.reason.is_none()) {
                let Some(record) = record(&event) else { continue };
                match waiting.expected.remove(&event.request_id) {
                    Some(expected) => waiting.pairs.push((record, expected)),
                    None => drop(waiting.records.insert(event.request_id, record)),
                }
            }
        }
        drop(waiting);
        nothing()
    }

    fn fold(&self) -> Answer<'_, Folded> {
        nothing()
    }

    fn prune(&self, _: Timestamp) -> Answer<'_, Pruned> {
        nothing()
    }

    fn close(&self) -> Answer<'_, ()> {
        nothing()
    }
}
