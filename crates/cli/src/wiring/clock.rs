//! The present.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use gatepass_model::{Clock, Timestamp};

/// The system's clock, made to never go back: see [`Forward`]. One for the whole process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

static FORWARD: Forward = Forward::new();
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    fn now(&self) -> Timestamp {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        let now = FORWARD
            .advance(wall, || i64::try_from(STARTED.elapsed().as_millis()).unwrap_or(i64::MAX));
        Timestamp::from_millis(now)
    }
}

/// How far back the system's clock must have gone for somebody to be told, in milliseconds.
const TOLD_FROM: i64 = 1_000;

/// A clock that never goes back, so that no token lives again that has expired.
///
/// Where the system's clock is put back, this one goes on at half speed until the two agree.
/// Were it to stand still, a gate would not say for all that time that it lives; at full speed
/// it would keep a wrong lead for ever. Until they agree tokens expire early, never late. A
/// process that starts takes the system's time as it is.
///
/// Nothing waits here: threads that carry requests ask it.
#[derive(Debug)]
struct Forward {
    /// The latest time that was given, in milliseconds since 1970. Only grows.
    latest: AtomicI64,
    /// When it last grew, in milliseconds of a clock that nobody sets.
    grown_at: AtomicI64,
    /// How far back the system's clock was when that was last told.
    told: AtomicI64,
}

impl Forward {
    const fn new() -> Self {
        Self { latest: AtomicI64::new(0), grown_at: AtomicI64::new(0), told: AtomicI64::new(0) }
    }

    /// The time, when the system's clock says `wall` and a clock that nobody sets `steady`, both
    /// in milliseconds. `steady` is asked once in a millisecond.
    fn advance(&self, wall: i64, steady: impl FnOnce() -> i64) -> i64 {
        let latest = self.latest.load(Ordering::Relaxed);
        if wall >= latest {
            if wall > latest {
                self.latest.fetch_max(wall, Ordering::Relaxed);
                self.grown_at.store(steady(), Ordering::Relaxed);
            }
            return wall;
        }
        self.tell(latest - wall);
        let (grown_at, steady) = (self.grown_at.load(Ordering::Relaxed), steady());
        let step = steady.saturating_sub(grown_at) / 2;
        if step <= 0 {
            return latest;
        }
        // One thread takes the step.
        let own =
            self.grown_at.compare_exchange(grown_at, steady, Ordering::Relaxed, Ordering::Relaxed);
        match own {
            Ok(_) => self.latest.fetch_add(step, Ordering::Relaxed) + step,
            Err(_) => self.latest.load(Ordering::Relaxed),
        }
    }

    /// Says once that the system's clock has gone back, and once more when it goes back again.
    fn tell(&self, back: i64) {
        let told = self.told.load(Ordering::Relaxed);
        // It gets smaller while the two come together.
        if back < told {
            self.told.store(back, Ordering::Relaxed);
        }
        if back < told + TOLD_FROM {
            return;
        }
        self.told.store(back, Ordering::Relaxed);
        tracing::warn!(
            seconds = back / 1_000,
            "the system's clock was put back; the gate's own goes on, at half speed, until they \
             agree: tokens expire early until then, unless it is restarted"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn it_follows_the_systems_clock_forward() {
        let clock = Forward::new();
        assert_eq!(clock.advance(1_000, || 0), 1_000);
        assert_eq!(clock.advance(1_000, || 0), 1_000);
        assert_eq!(clock.advance(1_500, || 500), 1_500);
        assert_eq!(clock.advance(HOUR, || 501), HOUR);
    }

    #[test]
    fn put_back_an_hour_it_goes_on_at_half_speed_until_they_agree() {
        let clock = Forward::new();
        let start = 100 * HOUR;
        clock.advance(start, || 0);
        let mut before = start;
        let mut met = None;
        for steady in (0..3 * HOUR).step_by(250) {
            let wall = start - HOUR + steady;
            let now = clock.advance(wall, || steady);
            assert!(now >= before, "{now} after {before}");
            assert!(now >= wall);
            if met.is_none() {
                assert!(now - start <= steady / 2 + 1);
            }
            if now == wall && met.is_none() {
                met = Some(steady);
            }
            before = now;
        }
        let met = met.unwrap();
        assert!((2 * HOUR - 1_000..=2 * HOUR + 1_000).contains(&met), "{met}");
    }

    #[test]
    fn it_goes_on_however_often_it_is_asked() {
        let clock = Forward::new();
        clock.advance(HOUR, || 0);
        let mut now = 0;
        for steady in 0..1_000 {
            now = clock.advance(0, || steady);
        }
        assert!((HOUR + 495..=HOUR + 500).contains(&now), "{now}");
    }

    #[test]
    fn no_thread_sees_it_go_back() {
        let clock = Arc::new(Forward::new());
        let start = Instant::now();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let clock = Arc::clone(&clock);
                std::thread::spawn(move || {
                    let steady = || i64::try_from(start.elapsed().as_millis()).unwrap();
                    let mut before = 0;
                    for turn in 0..50_000 {
                        // The system's clock jumps to and fro.
                        let wall = HOUR + steady() - if turn % 7 == 0 { 5_000 } else { 0 };
                        let now = clock.advance(wall, steady);
                        assert!(now >= before, "{now} after {before}");
                        before = now;
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
