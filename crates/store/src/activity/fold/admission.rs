//! Which callers have a row of their own in an hour.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use crate::activity::{CALLERS_PER_HOUR, Caller, UnixHour};

/// The callers of the hours of one fold, by hash: 160 kB an hour at most. Two callers of one hash (one
/// in 2^64) would both be let in as one.
#[derive(Debug, Default)]
pub(in crate::activity) struct Admission {
    hours: BTreeMap<UnixHour, HashSet<u64>>,
    keys: RandomState,
}

impl Admission {
    pub(in crate::activity) fn knows(&self, hour: UnixHour) -> bool {
        self.hours.contains_key(&hour)
    }

    /// Begins an hour with those that the store has.
    pub(in crate::activity) fn begin(&mut self, hour: UnixHour, callers: &[Caller]) {
        let known = callers.iter().map(|caller| self.keys.hash_one(caller)).collect();
        self.hours.insert(hour, known);
    }

    /// Whether `caller` may have a row of his own in `hour`; remembers that he has.
    pub(in crate::activity) fn admits(&mut self, hour: UnixHour, caller: &Caller) -> bool {
        let hash = self.keys.hash_one(caller);
        let known = self.hours.entry(hour).or_default();
        if known.contains(&hash) {
            return true;
        }
        known.len() < CALLERS_PER_HOUR && known.insert(hash)
    }
}
