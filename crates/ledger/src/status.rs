//! How the ledger is doing.

use std::sync::atomic::{AtomicU64, Ordering};

use gatepass_store::activity::Dropped;

/// Numbers since the start of the process, for metrics and readiness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// What was not recorded for want of room, because nobody wrote any more, or because it
    /// could not be read again.
    pub dropped: Dropped,
    /// Times that the store took what was flushed.
    pub written: u64,
    /// Times that it did not; it is tried again.
    pub failed: u64,
    /// Flushes that found the writer busy; the thread keeps its buffer until the next.
    pub deferred: u64,
}

/// [`Status`] as it is counted. Touched per flush and per write, never per request.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    dropped_requests: AtomicU64,
    dropped_lines: AtomicU64,
    written: AtomicU64,
    failed: AtomicU64,
    deferred: AtomicU64,
}

impl Counters {
    pub(crate) fn add_dropped(&self, dropped: Dropped) {
        self.dropped_requests.fetch_add(dropped.requests, Ordering::Relaxed);
        self.dropped_lines.fetch_add(dropped.lines, Ordering::Relaxed);
    }

    pub(crate) fn add_written(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_deferred(&self) {
        self.deferred.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Status {
        Status {
            dropped: Dropped {
                requests: self.dropped_requests.load(Ordering::Relaxed),
                lines: self.dropped_lines.load(Ordering::Relaxed),
            },
            written: self.written.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            deferred: self.deferred.load(Ordering::Relaxed),
        }
    }
}
