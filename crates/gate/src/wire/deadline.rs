//! One timer of a connection, set anew for each thing that it waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Ends whatever is polled beside it.
///
/// A connection sets it several times a request and nearly never reaches it, so setting it costs
/// nothing: the clock is read when something really waits, and the runtime's timer is moved only
/// to an earlier time. When the timer fires too early it is armed again.
pub(crate) struct Deadline {
    sleep: Pin<Box<Sleep>>,
    at: Instant,
    /// Set since the last wait: counts from the next one on.
    pending: Option<Duration>,
}

impl Deadline {
    /// In `span` from now.
    pub(crate) fn new(span: Duration) -> Self {
        let at = Instant::now() + span;
        Self { sleep: Box::pin(tokio::time::sleep_until(at)), at, pending: None }
    }

    /// In `span` from when it is waited for next, whatever it was before.
    pub(crate) const fn set(&mut self, span: Duration) {
        self.pending = Some(span);
    }

    /// In `span` from now, if that is sooner than it was.
    pub(crate) fn set_shorter(&mut self, span: Duration) {
        self.settle();
        self.at = self.at.min(Instant::now() + span);
        self.arm();
    }

    fn settle(&mut self) {
        if let Some(span) = self.pending.take() {
            self.at = Instant::now() + span;
            self.arm();
        }
    }

    fn arm(&mut self) {
        if self.at < self.sleep.deadline() {
            self.sleep.as_mut().reset(self.at);
        }
    }

    /// Whether it has passed; wakes the task when it does.
    pub(crate) fn poll_passed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.settle();
        loop {
            ready!(self.sleep.as_mut().poll(context));
            if self.at <= self.sleep.deadline() {
                return Poll::Ready(());
            }
            let at = self.at;
            self.sleep.as_mut().reset(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_span_that_was_set_counts_whether_longer_or_shorter() {
        let begun = Instant::now();
        let mut deadline = Deadline::new(Duration::from_secs(5));
        deadline.set(Duration::from_secs(20));
        assert!(poll_fn(|context| Poll::Ready(deadline.poll_passed(context))).await.is_pending());
        deadline.set(Duration::from_secs(10));
        poll_fn(|context| deadline.poll_passed(context)).await;
        assert_eq!(begun.elapsed().as_secs(), 10);
        deadline.set(Duration::from_secs(30));
        deadline.set_shorter(Duration::from_secs(2));
        deadline.set_shorter(Duration::from_secs(3));
        poll_fn(|context| deadline.poll_passed(context)).await;
        assert_eq!(begun.elapsed().as_secs(), 12);
    }
}
