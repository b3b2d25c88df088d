//! From the threads' buffers into the store.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Clock;
use gatepass_store::activity::ActivityStore;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, sleep_until};

use crate::ThreadLedger;
use crate::admission::Admission;
use crate::pending::Pending;
use crate::status::{Counters, Status};
use crate::thread::{Flush, LeftBehind};

/// How long the writer waits, after a thread's flush, for the others', so that one transaction
/// takes them all. Threads that flush at the same second of the clock cost one a second.
pub const GATHER: Duration = Duration::from_millis(300);

/// When a batch that the store did not take is tried again, if no flush comes before.
const AGAIN: Duration = Duration::from_secs(1);

/// How often the last batch is tried.
const LAST_TRIES: u32 = 3;

/// What one step of pruning deletes at least, as long as there is so much.
const PRUNE_STEP: usize = 1_000;

/// Where threads get their ledgers.
#[derive(Clone, Debug)]
pub struct Ledger {
    sender: Sender<Flush>,
    counters: Arc<Counters>,
    left_behind: Arc<LeftBehind>,
}

impl Ledger {
    /// A ledger for a thread.
    pub fn thread(&self) -> ThreadLedger {
        ThreadLedger::new(self.sender.clone(), self.counters.clone(), self.left_behind.clone())
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.counters.read()
    }
}

/// Writes what the threads flush. To be run once, on the control runtime.
pub struct Writer {
    receiver: Receiver<Flush>,
    store: Arc<dyn ActivityStore>,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    left_behind: Arc<LeftBehind>,
    pending: Pending,
    admission: Admission,
    is_failing: bool,
}

/// A ledger for so many threads, and its writer.
///
/// The channel between them holds two buffers of each thread and no more, so that memory is
/// bounded by what threads may buffer.
pub fn ledger(
    store: Arc<dyn ActivityStore>,
    clock: Arc<dyn Clock>,
    threads: usize,
) -> (Ledger, Writer) {
    let (sender, receiver) = channel(threads.max(1) * 2);
    let counters = Arc::new(Counters::default());
    let left_behind = Arc::new(LeftBehind::new());
    let writer = Writer {
        receiver,
        store,
        clock,
        counters: counters.clone(),
        left_behind: left_behind.clone(),
        pending: Pending::default(),
        admission: Admission::default(),
        is_failing: false,
    };
    (Ledger { sender, counters, left_behind }, writer)
}

impl Writer {
    /// Writes until `stop` ends, or until the last [`Ledger`] and [`ThreadLedger`] is gone; then
    /// writes what was flushed up to now, and ends. Let the threads end before `stop` does: what
    /// they flush after it is dropped.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        loop {
            let waits = sleep(AGAIN);
            let goes_on = tokio::select! {
                flush = self.receiver.recv() => match flush {
                    Some(flush) => {
                        self.take(flush).await;
                        self.gather(stop.as_mut()).await
                    }
                    None => false,
                },
                () = waits, if !self.pending.is_empty() => true,
                () = stop.as_mut() => false,
            };
            if !goes_on {
                break;
            }
            let lines = self.write().await.unwrap_or_default();
            self.prune(lines).await;
        }
        self.finish().await;
    }

    /// Takes what else is flushed within [`GATHER`]; false when it is time to end.
    async fn gather(&mut self, mut stop: Pin<&mut (impl Future<Output = ()> + Send)>) -> bool {
        let end = Instant::now() + GATHER;
        loop {
            tokio::select! {
                flush = self.receiver.recv() => match flush {
                    Some(flush) => self.take(flush).await,
                    None => return false,
                },
                () = sleep_until(end) => return true,
                () = stop.as_mut() => return false,
            }
        }
    }

    async fn take(&mut self, (now, buffer): Flush) {
        for tally in &buffer.tallies {
            if self.admission.knows(tally.hour) {
                continue;
            }
            let callers = self.store.callers_of_hour(tally.hour).await.unwrap_or_else(|error| {
                tracing::warn!(?error, "callers of this hour are counted from none again");
                Vec::new()
            });
            self.admission.begin(tally.hour, &callers);
        }
        let dropped = self.pending.merge(now, &buffer, &mut self.admission);
        self.counters.add_dropped(dropped);
    }

    /// Writes what is pending, if the store takes it; gives how many lines the log grew by.
    async fn write(&mut self) -> Option<usize> {
        if self.pending.is_empty() {
            return Some(0);
        }
        let batch = self.pending.batch();
        let lines = batch.requests.len();
        match self.store.write_batch(batch).await {
            Ok(()) => {
                self.pending.clear();
                self.counters.add_written();
                if std::mem::take(&mut self.is_failing) {
                    tracing::info!("activity is written again");
                }
                Some(lines)
            }
            Err(error) => {
                self.counters.add_failed();
                // Once, not each second.
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::error!(
                        ?error,
                        "activity can't be written; it is kept and tried again"
                    );
                }
                None
            }
        }
    }

    /// Deletes a little more than was written, so that a log that is full stays so.
    async fn prune(&self, lines: usize) {
        let now = self.clock.now();
        for _ in 0..=lines.div_ceil(PRUNE_STEP) {
            match self.store.prune(now).await {
                Ok(pruned) if pruned.more => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(?error, "old activity can't be deleted");
                    return;
                }
            }
        }
    }

    async fn finish(mut self) {
        self.receiver.close();
        while let Some(flush) = self.receiver.recv().await {
            self.take(flush).await;
        }
        for flush in self.left_behind.collect() {
            self.take(flush).await;
        }
        for _ in 0..LAST_TRIES {
            if self.write().await.is_some() {
                return;
            }
        }
        tracing::error!("the last seconds of activity are lost");
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Writer").field("is_failing", &self.is_failing).finish_non_exhaustive()
    }
}
