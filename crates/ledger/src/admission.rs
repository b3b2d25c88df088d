//! Which callers have a row of their own in an hour.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use gatepass_store::activity::{CALLERS_PER_HOUR, Caller, UnixHour};

/// Hours that are remembered: a request is counted in the hour in which it came, and may end
/// much later. An older one is asked for again.
const HOURS: usize = 4;

/// The callers of the last hours, by hash: 160 kB an hour at most. Two callers of one hash (one
/// in 2^64) would both be let in as one.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    hours: BTreeMap<UnixHour, HashSet<u64>>,
    keys: RandomState,
}

impl Admission {
    pub(crate) fn knows(&self, hour: UnixHour) -> bool {
        self.hours.contains_key(&hour)
    }

    /// Begins an hour with those that the store has.
    pub(crate) fn begin(&mut self, hour: UnixHour, callers: &[Caller]) {
        let known = callers.iter().map(|caller| self.keys.hash_one(caller)).collect();
        self.hours.insert(hour, known);
        while self.hours.len() > HOURS {
            // Never the one that was just begun, or it would not be there to ask.
            let oldest = self.hours.keys().copied().find(|&known| known != hour);
            let Some(oldest) = oldest else { return };
            self.hours.remove(&oldest);
        }
    }

    /// Whether `caller` may have a row of his own in `hour`; remembers that he has.
    pub(crate) fn admits(&mut self, hour: UnixHour, caller: &Caller) -> bool {
        let hash = self.keys.hash_one(caller);
        let known = self.hours.entry(hour).or_default();
        if known.contains(&hash) {
            return true;
        }
        known.len() < CALLERS_PER_HOUR && known.insert(hash)
    }
}
