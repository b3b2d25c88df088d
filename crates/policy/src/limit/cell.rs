//! What was used by one subject.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use gatepass_model::Limits;

use super::allowance::{RateCell, Scope};
use super::gcra::Pace;
use super::{Moment, quota, slots};

/// What was used by a token, an owner, an integration, or at an instance. Kept as long as its
/// subject is known, whatever becomes of its limits.
#[derive(Debug)]
pub struct LimitCell {
    key: Box<str>,
    pub(crate) rate: RateCell,
    pub(crate) heavy_rate: RateCell,
    pub(crate) running: AtomicU32,
    pub(crate) heavy_running: AtomicU32,
    bytes: AtomicU64,
    /// The bytes of other nodes, as they last said.
    bytes_elsewhere: AtomicU64,
    is_followed: AtomicBool,
}

/// What is left of limits at a moment; `None` where there is no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Requests that may come at once.
    pub rate: Option<u64>,
    /// Requests that may be on their way beside those that are.
    pub concurrency: Option<u32>,
    /// Bytes until midnight (UTC).
    pub bytes_today: Option<u64>,
    /// Heavy requests that may come at once.
    pub heavy_rate: Option<u64>,
    /// Heavy requests that may be on their way beside those that are.
    pub heavy_concurrency: Option<u32>,
}

impl LimitCell {
    /// One of which nothing was used. `key` is by what other nodes know the subject.
    pub fn new(key: impl Into<Box<str>>) -> Self {
        Self {
            key: key.into(),
            rate: RateCell::default(),
            heavy_rate: RateCell::default(),
            running: AtomicU32::new(0),
            heavy_running: AtomicU32::new(0),
            bytes: AtomicU64::new(0),
            bytes_elsewhere: AtomicU64::new(0),
            is_followed: AtomicBool::new(false),
        }
    }

    /// By what other nodes know the subject.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What was used of its rate.
    pub const fn rate(&self) -> &RateCell {
        &self.rate
    }

    /// What was used of its heavy rate.
    pub const fn heavy_rate(&self) -> &RateCell {
        &self.heavy_rate
    }

    /// Whether nobody shares it with other nodes yet; told to one caller only, who has to see
    /// to it.
    pub fn claim_following(&self) -> bool {
        !self.is_followed.load(Ordering::Relaxed) && !self.is_followed.swap(true, Ordering::Relaxed)
    }

    /// Whoever shares it with other nodes wants to hear of it again when it is used.
    pub fn end_following(&self) {
        self.is_followed.store(false, Ordering::Relaxed);
    }

    /// How many bytes were moved on this node on the day of `at`.
    pub fn bytes_here(&self, at: Moment) -> u64 {
        quota::used(&self.bytes, at.day())
    }

    /// Other nodes have moved so many on that day.
    pub fn set_bytes_elsewhere(&self, bytes: u64, at: Moment) {
        self.bytes_elsewhere.store(0, Ordering::Relaxed);
        quota::charge(&self.bytes_elsewhere, bytes, at.day());
    }

    pub(crate) fn bytes_used(&self, at: Moment) -> u64 {
        self.bytes_here(at).saturating_add(quota::used(&self.bytes_elsewhere, at.day()))
    }

    pub(crate) fn charge(&self, bytes: u64, day: u16) {
        quota::charge(&self.bytes, bytes, day);
    }

    pub(crate) fn release(&self, heavy: bool) {
        slots::release(if heavy { &self.heavy_running } else { &self.running });
    }

    /// What is left of `limits`.
    pub fn left(&self, limits: &Limits, at: Moment, scope: Scope) -> Left {
        let at_once = |most: Option<u32>, running: &AtomicU32| {
            most.map(|most| scope.at_once(most).saturating_sub(running.load(Ordering::Relaxed)))
        };
        Left {
            rate: pace_of(limits).map(|pace| self.rate.left(pace, at.nanos, scope)),
            concurrency: at_once(limits.concurrency, &self.running),
            bytes_today: limits
                .bytes_per_day
                .map(|most| most.get().saturating_sub(self.bytes_used(at))),
            heavy_rate: heavy_pace_of(limits)
                .map(|pace| self.heavy_rate.left(pace, at.nanos, scope)),
            heavy_concurrency: at_once(limits.heavy_concurrency, &self.heavy_running),
        }
    }
}

/// The rate of `limits`, to reckon with.
pub fn pace_of(limits: &Limits) -> Option<Pace> {
    Some(Pace::new(limits.rate?, limits.burst_in_force()?))
}

/// The rate for heavy requests, to reckon with: its burst is as many as it counts.
pub fn heavy_pace_of(limits: &Limits) -> Option<Pace> {
    let rate = limits.heavy_rate?;
    Some(Pace::new(rate, rate.count()))
}
