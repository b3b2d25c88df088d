//! One timer of a connection, set anew for each thing that it waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Ends whatever is polled beside it. It is registered with the runtime only while something
/// really waits.
pub(crate) struct Deadline {
    sleep: Pin<Box<Sleep>>,
}

impl Deadline {
    /// In `span` from now.
    pub(crate) fn new(span: Duration) -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(span)) }
    }

    /// In `span` from now, whatever it was before.
    pub(crate) fn set(&mut self, span: Duration) {
        // Seconds are all that anybody configures, so a deadline that moves by less than a
        // sixteenth of its span is not worth the timer wheel's work.
        let to = Instant::now() + span;
        let present = self.sleep.deadline();
        if to >= present && to - present < span / 16 {
            return;
        }
        self.sleep.as_mut().reset(to);
    }

    /// In `span` from now, if that is sooner than it was.
    pub(crate) fn set_shorter(&mut self, span: Duration) {
        let to = Instant::now() + span;
        if to < self.sleep.deadline() {
            self.sleep.as_mut().reset(to);
        }
    }

    /// Whether it has passed; wakes the task when it does.
    pub(crate) fn poll_passed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.sleep.as_mut().poll(context)
    }
}
