//! Many blocks of the journal become one change of the tables.
//!
//! What is gathered here lives for one transaction, which takes the blocks out of the journal and
//! writes what was gathered: nothing is ever counted in memory alone.

mod admission;
mod log;
pub(super) mod sheet;
mod tally;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use gatepass_model::{Timestamp, TokenId};

use admission::Admission;
use log::Log;
pub(super) use log::Sheet;
pub(super) use tally::{HourTally, Tally};

use super::journal::{Entry, Event, JournalContent, JournalOperation, JournalSubject};
use super::{ActivitySubject, Caller, CallerUser, Dropped, UnixHour};

/// How much of the journal is folded in one transaction, in bytes of its bodies: beyond it no
/// further block is read. What is gathered of so much takes about as much again, and five times
/// that where each request is a subject of its own.
pub const FOLD_BYTES: usize = 16 << 20;

/// Texts, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    texts: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32, RandomState>,
}

impl Names {
    fn place(&mut self, text: &str) -> u32 {
        if let Some(&place) = self.places.get(text) {
            return place;
        }
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.places.insert(text, place);
        place
    }

    /// The text at a place.
    pub(super) fn get(&self, place: u32) -> &str {
        self.texts.get(place as usize).map_or("", |text| text)
    }
}

/// What an entry of a block's dictionary is here.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The row of an operation.
    row: i64,
    /// In the names: of an operation the instance.
    name: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Fold {
    names: Names,
    subjects: Vec<ActivitySubject>,
    /// What each of them did.
    tallies: Vec<Tally>,
    tokens: HashMap<TokenId, u32, RandomState>,
    callers: HashMap<Caller, u32>,
    admission: Admission,
    log: Log,
    dropped: BTreeMap<UnixHour, Dropped>,
}

/// Callers of one block that were looked up, by their places in it.
type Known = HashMap<(UnixHour, u32, u32, u32), u32, RandomState>;

impl Fold {
    /// Whether nothing was gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.dropped.is_empty()
    }

    /// Counts what is missing.
    pub(super) fn add_dropped(&mut self, at: Timestamp, dropped: Dropped) {
        if !dropped.is_empty() {
            self.dropped.entry(UnixHour::of(at)).or_default().add(dropped);
        }
    }

    /// Hours whose callers have to be known before the block is added.
    pub(super) fn unknown_hours(&self, content: &JournalContent<'_>) -> BTreeSet<UnixHour> {
        let callers = content
            .events
            .iter()
            .filter(|event| matches!(event.subject, JournalSubject::Caller(_)));
        callers
            .map(|event| UnixHour::of(event.at))
            .filter(|hour| !self.admission.knows(*hour))
            .collect()
    }

    /// Begins an hour with those callers that have a row in it.
    pub(super) fn begin_hour(&mut self, hour: UnixHour, callers: &[Caller]) {
        self.admission.begin(hour, callers);
    }

    /// Adds a block that was flushed at `at`. `rows` has the row of each operation in it.
    pub(super) fn add(
        &mut self,
        at: Timestamp,
        content: &JournalContent<'_>,
        rows: &HashMap<&JournalOperation<'_>, i64>,
    ) {
        self.add_dropped(at, content.dropped);
        let places: Vec<Place> =
            content.entries.iter().map(|entry| self.place(entry, rows)).collect();
        let mut known = Known::default();
        for event in &content.events {
            let counted = self.subject(event, content, &places, &mut known).and_then(|subject| {
                let tally = self.tallies.get_mut(subject as usize)?;
                let place = |at: u32| places.get(at as usize).copied();
                let (operation, agent) = (place(event.operation)?, place(event.agent)?);
                let reason = event.reason.and_then(place).map(|place| place.name);
                let project = event.project.and_then(place).map(|place| place.name);
                tally.add(event, operation.name, agent.name, reason);
                let texts = [project, reason].map(|name| name.map(|name| self.names.get(name)));
                self.log.add(subject, event, operation.row, texts);
                Some(())
            });
            if counted.is_none() {
                self.add_dropped(event.at, Dropped { requests: 1, lines: 1 });
            }
        }
    }

    fn place(&mut self, entry: &Entry<'_>, rows: &HashMap<&JournalOperation<'_>, i64>) -> Place {
        match entry {
            Entry::Operation(operation) => Place {
                row: rows.get(operation).copied().unwrap_or_default(),
                name: self.names.place(operation.instance.as_str()),
            },
            Entry::Agent(text) | Entry::Project(text) | Entry::Reason(text) => {
                Place { row: 0, name: self.names.place(text) }
            }
            Entry::Caller { .. } => Place { row: 0, name: 0 },
        }
    }

    /// Finds or makes the subject of an event.
    fn subject(
        &mut self,
        event: &Event,
        content: &JournalContent<'_>,
        places: &[Place],
        known: &mut Known,
    ) -> Option<u32> {
        let hour = UnixHour::of(event.at);
        let place = match event.subject {
            JournalSubject::Token(id) => {
                if let Some(&place) = self.tokens.get(&id) {
                    return Some(place);
                }
                let place = self.make(ActivitySubject::Token(id), hour)?;
                self.tokens.insert(id, place);
                return Some(place);
            }
            JournalSubject::Caller(place) => place,
        };
        let instance = places.get(event.operation as usize)?.name;
        let key = (hour, instance, place, event.agent);
        if let Some(&subject) = known.get(&key) {
            return Some(subject);
        }
        let entry = |place: u32| content.entries.get(place as usize);
        let (Entry::Operation(at), Entry::Agent(agent), Entry::Caller { presented, user, mark }) =
            (entry(event.operation)?, entry(event.agent)?, entry(place)?)
        else {
            return None;
        };
        let caller = Caller {
            instance: at.instance.clone(),
            presented: *presented,
            mark: (*mark).to_owned(),
            user: user.clone(),
            agent: (*agent).to_owned(),
        };
        let subject = self.caller(hour, caller)?;
        known.insert(key, subject);
        Some(subject)
    }

    /// Of a caller for whom the hour has no room, "other".
    fn caller(&mut self, hour: UnixHour, caller: Caller) -> Option<u32> {
        let caller = if self.admission.admits(hour, &caller) {
            caller
        } else {
            let Caller { instance, presented, .. } = caller;
            let (mark, agent) = (String::new(), String::new());
            Caller { instance, presented, mark, user: CallerUser::Other, agent }
        };
        if let Some(&place) = self.callers.get(&caller) {
            return Some(place);
        }
        let place = self.make(ActivitySubject::Caller(caller.clone()), hour)?;
        self.callers.insert(caller, place);
        Some(place)
    }

    fn make(&mut self, subject: ActivitySubject, hour: UnixHour) -> Option<u32> {
        let place = u32::try_from(self.subjects.len()).ok()?;
        self.subjects.push(subject);
        self.tallies.push(Tally::new(hour));
        Some(place)
    }

    /// What is to be written.
    pub(super) fn into_change(self) -> Change {
        let (mut subjects, places) = sorted(self.subjects, self.tallies);
        let log = self.log.sorted(&mut subjects, &places);
        Change { names: self.names, subjects, log, dropped: self.dropped }
    }
}

/// Tokens by their ids, then callers as they came; and each one's new place by its old one.
fn sorted(
    subjects: Vec<ActivitySubject>,
    tallies: Vec<Tally>,
) -> (Vec<(ActivitySubject, Tally)>, Vec<u32>) {
    let key = |subject: &ActivitySubject| match subject {
        ActivitySubject::Token(id) => (false, Some(*id)),
        ActivitySubject::Caller(_) => (true, None),
    };
    let mut order: Vec<_> = (0_u32..).zip(subjects.iter().map(key)).collect();
    order.sort_by_key(|(_, key)| *key);
    let mut places = vec![0; order.len()];
    let mut sorted = Vec::with_capacity(order.len());
    // They are large: each is moved once, and not while sorting.
    let mut unsorted: Vec<_> = subjects.into_iter().zip(tallies).map(Some).collect();
    for (new, (old, _)) in (0..).zip(order) {
        if let Some(place) = places.get_mut(old as usize) {
            *place = new;
        }
        sorted.extend(unsorted.get_mut(old as usize).and_then(Option::take));
    }
    (sorted, places)
}

/// What a fold writes.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) names: Names,
    /// Tokens by their ids, then callers: what lies together in the tables comes together.
    pub(super) subjects: Vec<(ActivitySubject, Tally)>,
    pub(super) log: Log,
    pub(super) dropped: BTreeMap<UnixHour, Dropped>,
}
