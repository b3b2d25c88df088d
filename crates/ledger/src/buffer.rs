//! What one thread counts between two flushes.
//!
//! Texts lie one after the other in one vector, so that recording a request copies bytes and
//! allocates nothing once the vectors are large enough.

mod tally;
mod texts;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

use gatepass_model::{Family, InstanceName, Method, Reason, Timestamp};
use gatepass_store::activity::{CALLERS_PER_HOUR, Dropped, UnixHour};

pub(crate) use tally::{Key, Standing, Tally};
pub(crate) use texts::{Span, Texts};

use crate::{RequestEvent, THREAD_LINES, THREAD_SUBJECTS, WORD_BYTES};

/// Places beyond [`THREAD_SUBJECTS`] for what the rest is counted as: one for each instance and
/// kind of credential.
const OTHERS: usize = 1_024;

/// A single request.
#[derive(Debug)]
pub(crate) struct Line {
    /// Whose, as a place in [`Buffer::tallies`].
    pub(crate) tally: u32,
    /// Where, as a place in [`Buffer::instances`].
    pub(crate) instance: u16,
    pub(crate) at: Timestamp,
    pub(crate) family: Family,
    pub(crate) resource: Span,
    pub(crate) action: Span,
    pub(crate) project: Option<Span>,
    pub(crate) method: Method,
    pub(crate) status: u16,
    pub(crate) reason: Option<Reason>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) upstream_micros: u64,
    pub(crate) duration_micros: u64,
    pub(crate) request_id: u128,
}

/// The buffer of a thread.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    pub(crate) instances: Vec<InstanceName>,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) lines: Vec<Line>,
    pub(crate) texts: Texts,
    pub(crate) dropped: Dropped,
    /// The newest tally of each hash; the others hang on it by [`Tally::next`].
    index: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    /// Tallies of callers.
    callers: usize,
}

impl Buffer {
    /// An empty one with room for as much as this one holds.
    pub(crate) fn successor(&self) -> Self {
        let hasher = BuildHasherDefault::default();
        Self {
            instances: Vec::with_capacity(self.instances.len()),
            tallies: Vec::with_capacity(self.tallies.len()),
            lines: Vec::with_capacity(self.lines.len()),
            texts: Texts::with_room_of(&self.texts),
            dropped: Dropped::default(),
            index: HashMap::with_capacity_and_hasher(self.index.len(), hasher),
            callers: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.dropped.is_empty()
    }

    /// All that is in it, as if it were lost.
    pub(crate) fn as_dropped(&self) -> Dropped {
        let mut dropped = self.dropped;
        let requests = self.tallies.iter().map(|tally| tally.counts.requests).sum();
        dropped.add(Dropped { requests, lines: self.lines.len() as u64 });
        dropped
    }

    /// Counts a request and keeps its line, as far as there is room.
    pub(crate) fn record(&mut self, keys: &RandomState, event: &RequestEvent<'_>) {
        let place = self.instance_place(event.instance).and_then(|instance| {
            let hour = UnixHour::of(event.at);
            let key = Key::of(event, instance);
            let place = match self.tally_place(keys, hour, &key) {
                Some(place) => place,
                None => self.tally_place(keys, hour, &key.other()?)?,
            };
            Some((instance, place))
        });
        let Some((instance, place)) = place else {
            self.dropped.add(Dropped { requests: 1, lines: 1 });
            return;
        };
        if let Some(tally) = self.tallies.get_mut(place as usize) {
            tally.add(&mut self.texts, instance, event);
        }
        if self.keep_line(place, instance, event).is_none() {
            self.dropped.lines += 1;
        }
    }

    /// Instances are few: one after the other is the fastest way.
    fn instance_place(&mut self, name: &InstanceName) -> Option<u16> {
        let place = self.instances.iter().position(|known| known == name).unwrap_or_else(|| {
            self.instances.push(name.clone());
            self.instances.len() - 1
        });
        u16::try_from(place).ok()
    }

    /// Finds or makes a tally; `None` when there is no room for another.
    fn tally_place(&mut self, keys: &RandomState, hour: UnixHour, key: &Key<'_>) -> Option<u32> {
        let hash = keys.hash_one((hour, key));
        let newest = self.index.get(&hash).copied();
        let mut next = newest;
        while let Some(place) = next {
            let tally = self.tallies.get(place as usize)?;
            if tally.hour == hour && tally.key(&self.texts) == *key {
                return Some(place);
            }
            next = tally.next;
        }
        let is_caller = matches!(key, Key::Caller { .. });
        let others = if matches!(key, Key::Other { .. }) { OTHERS } else { 0 };
        let full = self.tallies.len() >= THREAD_SUBJECTS + others;
        if full || (is_caller && self.callers >= CALLERS_PER_HOUR) {
            return None;
        }
        let place = u32::try_from(self.tallies.len()).ok()?;
        self.tallies.push(Tally::new(&mut self.texts, hour, key, newest)?);
        self.index.insert(hash, place);
        self.callers += usize::from(is_caller);
        Some(place)
    }

    /// `None` when there is no room for it.
    fn keep_line(&mut self, tally: u32, instance: u16, event: &RequestEvent<'_>) -> Option<()> {
        if self.lines.len() >= THREAD_LINES {
            return None;
        }
        let operation = event.operation;
        let mut keep = |text: &str| self.texts.keep(text.as_bytes(), WORD_BYTES);
        let line = Line {
            tally,
            instance,
            at: event.at,
            family: operation.family,
            resource: keep(operation.resource)?,
            action: keep(operation.action)?,
            project: match operation.project {
                Some(project) => Some(keep(project)?),
                None => None,
            },
            method: event.method,
            status: event.status,
            reason: event.refused,
            bytes_in: event.bytes_in,
            bytes_out: event.bytes_out,
            upstream_micros: event.upstream_micros,
            duration_micros: event.duration_micros,
            request_id: event.request_id,
        };
        self.lines.push(line);
        Some(())
    }
}

/// Keys of the index are hashes already, made with a random key: nobody can make them collide.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
