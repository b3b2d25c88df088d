//! So many in a time: the generic cell rate algorithm (ITU-T I.371) on one atomic word.
//!
//! The word is the theoretical arrival time: the moment, in nanoseconds, at which everything that
//! was taken would have come at the rate's own pace. It may lie before the present (nothing is
//! used) or after it, by the burst's worth of time at most.

use std::sync::atomic::{AtomicU64, Ordering};

use gatepass_model::Rate;

const NANOS: u64 = 1_000_000_000;

/// A rate in the form that it is reckoned in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Nanoseconds between two requests. Rounded up: never more than the rate passes.
    interval: u64,
    /// How many may come at once after a pause.
    burst: u64,
}

impl Pace {
    /// Of `rate`, with so many at once.
    pub fn new(rate: Rate, burst: u32) -> Self {
        let unit = u64::from(rate.unit().seconds()) * NANOS;
        let count = u64::from(rate.count().max(1));
        Self { interval: unit.div_ceil(count), burst: u64::from(burst.max(1)) }
    }

    /// One part of `parts` of it, rounded down, at least one request at once.
    pub fn split(self, parts: u32) -> Self {
        let parts = u64::from(parts.max(1));
        Self { interval: self.interval.saturating_mul(parts), burst: (self.burst / parts).max(1) }
    }

    /// Nanoseconds between two requests.
    pub const fn interval(self) -> u64 {
        self.interval
    }

    /// How many may come at once after a pause.
    pub const fn burst(self) -> u64 {
        self.burst
    }

    /// How far the theoretical arrival time may lie ahead.
    const fn tolerance(self) -> u64 {
        self.interval.saturating_mul(self.burst)
    }
}

/// How many more may come at once now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining(pub u64);

/// Nothing was taken; after so many nanoseconds it could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Nanoseconds from `now` on.
    pub retry_after: u64,
}

/// Takes `count` at `now`, in nanoseconds, or nothing. Exact, however many threads take at once.
///
/// A `now` before what the cell was last asked with neither opens the limit nor locks it: what
/// was used stays used, for the burst's worth of time and ten seconds at most.
pub fn try_take(cell: &AtomicU64, count: u64, pace: Pace, now: u64) -> Result<Remaining, Refused> {
    let tolerance = pace.tolerance();
    let wanted = pace.interval.saturating_mul(count);
    let mut arrival = cell.load(Ordering::Relaxed);
    loop {
        let used = used_until(arrival, tolerance, now);
        let next = used.saturating_add(wanted);
        let ahead = next - now;
        // What can't be is set right even by whoever is refused: else nobody would.
        let is_refused = ahead > tolerance;
        let next = if is_refused { used } else { next };
        if is_refused && used >= arrival {
            return Err(Refused { retry_after: ahead - tolerance });
        }
        match cell.compare_exchange_weak(arrival, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) if is_refused => return Err(Refused { retry_after: ahead - tolerance }),
            Ok(_) => return Ok(Remaining((tolerance - ahead) / pace.interval.max(1))),
            Err(current) => arrival = current,
        }
    }
}

/// Gives back what [`try_take`] took, for another limit refused the same request.
pub fn give_back(cell: &AtomicU64, count: u64, pace: Pace) {
    let back = pace.interval.saturating_mul(count);
    let earlier = |arrival: u64| Some(arrival.saturating_sub(back));
    // The closure always answers, so this can't fail.
    let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earlier);
}

/// How many could be taken at `now`.
pub fn remaining(cell: &AtomicU64, pace: Pace, now: u64) -> Remaining {
    let tolerance = pace.tolerance();
    let ahead = used_until(cell.load(Ordering::Relaxed), tolerance, now) - now;
    Remaining(tolerance.saturating_sub(ahead) / pace.interval.max(1))
}

/// Threads look at the clock before they come here, and not all at once: an arrival time may be
/// ahead of an older `now` by so much more than the tolerance.
const SKEW: u64 = 10 * NANOS;

/// The arrival time, kept within what it can be at `now`: not before, for what was not used in
/// time is gone, and not further ahead than the tolerance, which a clock that went back would
/// make of it, or a rate that was just made faster.
fn used_until(arrival: u64, tolerance: u64, now: u64) -> u64 {
    let full = now.saturating_add(tolerance);
    if arrival > full.saturating_add(SKEW) { full } else { arrival.max(now) }
}
