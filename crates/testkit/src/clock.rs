//! Time that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use gatepass_model::{Clock, Lifetime, Timestamp};

/// A clock that is set by hand.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Where it stands at first: 2027-01-15T08:00:00Z.
    pub const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    /// Another moment. It may lie before the present one, as it does when a machine's clock is
    /// put right.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::Relaxed);
    }

    /// Moves on.
    pub fn advance(&self, by: Lifetime) {
        self.set(self.now().plus(by));
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(Self::START.as_millis()))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_only_by_hand() {
        let clock = TestClock::default();
        assert_eq!(clock.now(), TestClock::START);
        clock.advance(Lifetime::from_seconds(2));
        assert_eq!(clock.now().since(TestClock::START), Lifetime::from_seconds(2));
        clock.set(Timestamp::EPOCH);
        assert_eq!(clock.now(), Timestamp::EPOCH);
    }
}
