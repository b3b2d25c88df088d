//! The ledger of one data-plane thread.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_model::Timestamp;
use gatepass_store::activity::{JournalBuffer, RequestEvent};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::status::Counters;

/// A buffer, and when it was flushed.
pub(crate) type Flush = (Timestamp, JournalBuffer);

/// What threads that have ended had left when the writer was behind; `None` once it has ended.
#[derive(Debug)]
pub(crate) struct LeftBehind(Mutex<Option<Vec<Flush>>>);

impl LeftBehind {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// Takes `buffer`, if anybody will come for it.
    fn leave(&self, now: Timestamp, buffer: &mut JournalBuffer) {
        if let Some(left) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            left.push((now, std::mem::take(buffer)));
        }
    }

    /// All of it, for the last time.
    pub(crate) fn collect(&self) -> Vec<Flush> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// Records the requests of one thread. It can move to a thread, but two can't share it.
#[derive(Debug)]
pub struct ThreadLedger {
    buffer: JournalBuffer,
    sender: Sender<Flush>,
    counters: Arc<Counters>,
    left_behind: Arc<LeftBehind>,
    latest: Timestamp,
    not_sync: PhantomData<Cell<()>>,
}

impl ThreadLedger {
    pub(crate) fn new(
        sender: Sender<Flush>,
        counters: Arc<Counters>,
        left_behind: Arc<LeftBehind>,
    ) -> Self {
        Self {
            buffer: JournalBuffer::default(),
            sender,
            counters,
            left_behind,
            latest: Timestamp::EPOCH,
            not_sync: PhantomData,
        }
    }

    /// Records a request that has ended. Takes no lock and waits for nobody.
    pub fn record(&mut self, event: &RequestEvent<'_>) {
        self.latest = self.latest.max(event.at);
        self.buffer.put(event);
    }

    /// Hands what was recorded to the writer; to be called each second. Waits for nobody: when
    /// the writer is behind, the buffer stays and grows, up to its bounds, until the next flush.
    /// Once the writer has ended, what is recorded is lost, and counted as dropped.
    pub fn flush(&mut self, now: Timestamp) {
        if self.buffer.is_empty() {
            return;
        }
        let is_closed = match self.sender.try_reserve() {
            Ok(place) => {
                let successor = self.buffer.successor();
                place.send((now, std::mem::replace(&mut self.buffer, successor)));
                false
            }
            Err(TrySendError::Full(())) => {
                self.counters.add_deferred();
                false
            }
            Err(TrySendError::Closed(())) => true,
        };
        if is_closed {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        let successor = self.buffer.successor();
        let lost = std::mem::replace(&mut self.buffer, successor);
        self.counters.add_dropped(lost.as_dropped());
    }
}

/// Flushes: a thread that ends loses nothing, unless the writer has ended before it.
impl Drop for ThreadLedger {
    fn drop(&mut self) {
        self.flush(self.latest);
        if self.buffer.is_empty() {
            return;
        }
        self.left_behind.leave(self.latest, &mut self.buffer);
        if !self.buffer.is_empty() {
            self.give_up();
        }
    }
}
