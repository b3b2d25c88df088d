//! How slowly a body may come.

use std::time::{Duration, Instant};

/// What a sender may still be waited for, as time in a bucket: waiting for him empties it, bytes
/// fill it, and it never holds more than it did at first. So a pause is fine, and so is a slow
/// line, but a byte now and then is not (slow POST). Time that somebody else takes is not his.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Bytes a second; 0: any pace will do.
    rate: u64,
    most: Duration,
    left: Duration,
    /// Since when he is waited for.
    since: Option<Instant>,
    /// Bytes that counted already.
    counted: u64,
}

impl Pace {
    /// At least `rate` bytes a second, over about `most`.
    pub(crate) const fn new(rate: u64, most: Duration) -> Self {
        Self { rate, most, left: most, since: None, counted: 0 }
    }

    /// He has sent `bytes` in all; if he is waited for now, how long he may be, `longest` at most.
    pub(crate) fn span(&mut self, is_waited_for: bool, bytes: u64, longest: Duration) -> Duration {
        self.span_at(Instant::now(), is_waited_for, bytes, longest)
    }

    fn span_at(
        &mut self,
        now: Instant,
        is_waited_for: bool,
        bytes: u64,
        longest: Duration,
    ) -> Duration {
        if self.rate == 0 {
            return longest;
        }
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(now.saturating_duration_since(since));
        }
        let fresh = bytes.saturating_sub(self.counted);
        self.counted = bytes;
        // A piece is some kilobytes, so the product of the two is far below the end of a u64.
        let earned = Duration::from_millis(fresh.saturating_mul(1000) / self.rate);
        self.left = self.left.saturating_add(earned).min(self.most);
        if !is_waited_for {
            return longest;
        }
        self.since = Some(now);
        longest.min(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// What is left after `bytes` came every `gap` seconds, until `until` seconds have passed.
    fn left(bytes: u64, gap: u64, until: u64) -> Duration {
        let (start, mut pace) = (Instant::now(), Pace::new(100, Duration::from_secs(30)));
        let mut span = pace.span_at(start, true, 0, MINUTE);
        for round in 1..=until / gap {
            let now = start + Duration::from_secs(round * gap);
            span = pace.span_at(now, true, round * bytes, MINUTE);
        }
        span
    }

    #[test]
    fn a_byte_now_and_then_ends_after_the_grace_and_a_steady_rate_never_does() {
        assert_eq!(left(1, 10, 20), Duration::from_millis(10_020));
        assert!(left(1, 10, 30) < Duration::from_millis(50));
        assert_eq!(left(100, 1, 3600), Duration::from_secs(30));
        // Less is left than the next byte takes.
        assert!(left(99, 1, 3600) < Duration::from_secs(1));
    }

    #[test]
    fn what_was_sent_long_ago_does_not_pay_for_ever() {
        let (start, mut pace) = (Instant::now(), Pace::new(100, Duration::from_secs(30)));
        assert_eq!(pace.span_at(start, true, 1 << 30, MINUTE), Duration::from_secs(30));
    }

    #[test]
    fn time_that_the_product_takes_is_not_the_senders() {
        let (start, mut pace) = (Instant::now(), Pace::new(100, Duration::from_secs(30)));
        assert_eq!(pace.span_at(start, false, 10, MINUTE), MINUTE);
        let later = start + Duration::from_mins(10);
        assert_eq!(pace.span_at(later, true, 10, MINUTE), Duration::from_secs(30));
        assert_eq!(Pace::new(0, MINUTE).span_at(later, true, 0, MINUTE * 2), MINUTE * 2);
    }
}
