//! What a thread counts of itself. Plain cells on the path of a request; published once a second
//! into atomics that anybody may read.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatepass_model::Reason;

/// Upper bounds of the buckets for the product's time, in milliseconds.
pub const UPSTREAM_BUCKETS_MS: [u64; 10] = [5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000];

/// A number that is counted, beside refusals by reason and the product's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Count {
    /// Connections of clients that were accepted.
    Accepted,
    /// Connections of clients that have ended.
    Ended,
    /// Connections that ended before their first request: no TLS, or no PROXY header.
    Unadmitted,
    /// Idle connections that were ended to make room for new ones.
    Evicted,
    /// Requests whose head was read.
    Requests,
    /// Requests that went up to a product.
    Forwarded,
    /// Answers that did not reach the client whole.
    Broken,
    /// Requests sent a second time because a reused connection had died.
    Retried,
    /// Answers that a product gave as somebody else.
    Surprised,
    /// Answers of which the product did not say for whom it took the call.
    Unconfirmed,
    /// Targets of pages that are not canonical and were let through.
    UnclearTargets,
    /// Requests that passed only because a mode observes.
    Observed,
    /// Calls with a session that passed without what a page sends: the mode `browser` would have
    /// refused them.
    OutsidePage,
    /// Connections ended because their token had ended, or what else had permitted them.
    Cut,
    /// Connections that left HTTP.
    Upgraded,
    /// Of those, how many have ended.
    UpgradesEnded,
    /// Requests with a token that were turned away because the product is in distress.
    Shed,
    /// Bytes of requests' bodies.
    BytesIn,
    /// Bytes of answers' bodies.
    BytesOut,
    /// Answers of products, by which their time is averaged.
    Answers,
    /// Microseconds that products took until their answer began.
    UpstreamMicros,
}

/// How many [`Count`]s there are.
const COUNTS: usize = Count::UpstreamMicros as usize + 1;
const REASONS: usize = Reason::ALL.len();
const BUCKETS: usize = UPSTREAM_BUCKETS_MS.len();
const ALL: usize = COUNTS + REASONS + BUCKETS;

/// What all threads have published.
pub(crate) struct Published([AtomicU64; ALL]);

impl Default for Published {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

/// The numbers of all threads, added up.
#[derive(Clone, Debug)]
pub struct Totals([u64; ALL]);

impl Totals {
    /// Of these threads.
    pub(crate) fn of(threads: &[Arc<Published>]) -> Self {
        Self(std::array::from_fn(|at| {
            let cells = threads.iter().filter_map(|thread| thread.0.get(at));
            cells.map(|cell| cell.load(Ordering::Relaxed)).sum()
        }))
    }

    /// One number.
    pub fn count(&self, count: Count) -> u64 {
        self.0.get(count as usize).copied().unwrap_or_default()
    }

    /// Requests refused for this reason.
    pub fn refused(&self, reason: Reason) -> u64 {
        self.0.get(COUNTS + reason as usize).copied().unwrap_or_default()
    }

    /// Answers whose time fell into each bucket of [`UPSTREAM_BUCKETS_MS`]; slower ones in none.
    pub fn upstream_buckets(&self) -> &[u64] {
        self.0.get(COUNTS + REASONS..).unwrap_or_default()
    }
}

/// The numbers of one thread.
pub(crate) struct Meter {
    cells: [Cell<u64>; ALL],
    published: Arc<Published>,
}

impl Meter {
    pub(crate) fn new(published: Arc<Published>) -> Self {
        Self { cells: std::array::from_fn(|_| Cell::new(0)), published }
    }

    fn raise(&self, at: usize, by: u64) {
        if let Some(cell) = self.cells.get(at) {
            cell.set(cell.get().wrapping_add(by));
        }
    }

    /// One more.
    pub(crate) fn add(&self, count: Count) {
        self.raise(count as usize, 1);
    }

    /// So many more.
    pub(crate) fn add_many(&self, count: Count, by: u64) {
        self.raise(count as usize, by);
    }

    /// One more refusal.
    pub(crate) fn add_refusal(&self, reason: Reason) {
        self.raise(COUNTS + reason as usize, 1);
    }

    /// One more answer of a product, and how long it took to begin.
    pub(crate) fn add_answer(&self, took: Duration) {
        self.add(Count::Answers);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.add_many(Count::UpstreamMicros, micros);
        if let Some(at) = UPSTREAM_BUCKETS_MS.iter().position(|&bound| micros <= bound * 1000) {
            self.raise(COUNTS + REASONS + at, 1);
        }
    }

    /// Makes the numbers known.
    pub(crate) fn publish(&self) {
        for (cell, public) in self.cells.iter().zip(&self.published.0) {
            public.store(cell.get(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_add_up_once_they_publish() {
        let published = [Arc::new(Published::default()), Arc::new(Published::default())];
        let meters: Vec<Meter> = published.iter().cloned().map(Meter::new).collect();
        for meter in &meters {
            meter.add(Count::Requests);
            meter.add_refusal(Reason::ReadOnly);
            meter.add_answer(Duration::from_millis(7));
        }
        assert_eq!(Totals::of(&published).count(Count::Requests), 0);
        meters.iter().for_each(Meter::publish);
        let totals = Totals::of(&published);
        assert_eq!((totals.count(Count::Requests), totals.refused(Reason::ReadOnly)), (2, 2));
        assert_eq!(totals.upstream_buckets().get(1), Some(&2));
        assert_eq!(totals.count(Count::UpstreamMicros), 14_000);
    }
}
