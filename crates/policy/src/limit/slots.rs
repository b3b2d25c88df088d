//! So many at once: a counter.

use std::sync::atomic::{AtomicU32, Ordering};

/// Takes one of `most`; whether it did. Whoever took one must [`release`] it.
pub(crate) fn try_acquire(running: &AtomicU32, most: u32) -> bool {
    let next = |now: u32| (now < most).then(|| now + 1);
    running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
}

/// Gives one back.
pub(crate) fn release(running: &AtomicU32) {
    let next = |now: u32| now.checked_sub(1);
    // At 0 nothing was taken, and nothing is given back.
    let _ = running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
}
