//! From the threads' buffers into the store.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Clock;
use gatepass_store::activity::{ActivityStore, FOLD_BYTES, JournalBuffer};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, sleep_until};

use crate::ThreadLedger;
use crate::chores::{Chore, Chores};
use crate::pending::Pending;
use crate::status::{Counters, Status};
use crate::thread::{Flush, LeftBehind};

/// How long the writer waits, after a thread's flush, for the others', so that one transaction
/// takes them all. Threads that flush at the same second of the clock cost one a second.
pub const GATHER: Duration = Duration::from_millis(300);

/// How long a block stays in the journal, at most, until it is folded: the longer, the more
/// requests of a token cost one change of its rows. After [`FOLD_BYTES`] it is folded sooner.
pub const FOLD_AFTER: Duration = Duration::from_mins(1);

/// When blocks that the store did not take are tried again, if no flush comes before.
const AGAIN: Duration = Duration::from_secs(1);

/// How often the last blocks are tried.
const LAST_TRIES: u32 = 3;

/// How many steps are folded at the end. What is left, somebody else folds.
const LAST_STEPS: u32 = 4;

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
    chores: Chores,
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
        chores: Chores::new(Instant::now(), FOLD_AFTER, FOLD_BYTES),
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
            let chore = self.chores.at();
            let goes_on = tokio::select! {
                biased;
                flush = self.receiver.recv() => match flush {
                    Some(flush) => {
                        self.take(flush);
                        self.gather(stop.as_mut()).await
                    }
                    None => false,
                },
                () = stop.as_mut() => false,
                () = waits, if !self.pending.is_empty() => true,
                () = sleep_until(chore.unwrap_or_else(Instant::now)), if chore.is_some() => true,
            };
            if !goes_on {
                break;
            }
            self.write().await;
            self.do_chore().await;
        }
        self.finish().await;
    }

    /// Takes what else is flushed within [`GATHER`]; false when it is time to end.
    async fn gather(&mut self, mut stop: Pin<&mut (impl Future<Output = ()> + Send)>) -> bool {
        let end = Instant::now() + GATHER;
        loop {
            tokio::select! {
                flush = self.receiver.recv() => match flush {
                    Some(flush) => self.take(flush),
                    None => return false,
                },
                () = sleep_until(end) => return true,
                () = stop.as_mut() => return false,
            }
        }
    }

    fn take(&mut self, (now, buffer): Flush) {
        let dropped = self.pending.add(now, buffer);
        self.counters.add_dropped(dropped);
    }

    /// Writes what is pending. Whether all is written.
    async fn write(&mut self) -> bool {
        if self.pending.is_empty() {
            return true;
        }
        match self.store.append(self.pending.blocks()).await {
            Ok(()) => {
                self.chores.written(Instant::now(), self.pending.size());
                self.pending.clear();
                self.counters.add_written();
                if std::mem::take(&mut self.is_failing) {
                    tracing::info!("activity is written again");
                }
                true
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
                false
            }
        }
    }

    /// One step of what is due.
    async fn do_chore(&mut self) {
        match self.chores.due(Instant::now()) {
            Some(Chore::Fold) => {
                let folded = self.store.fold().await;
                let folded = folded.inspect_err(|error| {
                    tracing::warn!(?error, "the activity's journal can't be folded");
                });
                if let Ok(folded) = folded {
                    self.counters.add_dropped(folded.dropped);
                }
                self.chores.folded(Instant::now(), folded.ok());
            }
            Some(Chore::Prune) => {
                let pruned = self.store.prune(self.clock.now()).await;
                let pruned = pruned.inspect_err(|error| {
                    tracing::warn!(?error, "old activity can't be deleted");
                });
                self.chores.pruned(Instant::now(), pruned.ok());
            }
            None => {}
        }
    }

    async fn finish(mut self) {
        self.receiver.close();
        while let Some(flush) = self.receiver.recv().await {
            self.take(flush);
        }
        for flush in self.left_behind.collect() {
            self.take(flush);
        }
        for _ in 0..LAST_TRIES {
            let is_written = self.write().await;
            if is_written && self.pending.has_untold() {
                self.take((self.clock.now(), JournalBuffer::default()));
            } else if is_written {
                return self.fold_last().await;
            }
        }
        tracing::error!("the last seconds of activity are lost");
    }

    /// Leaves an empty journal, if that is not much work.
    async fn fold_last(self) {
        for _ in 0..LAST_STEPS {
            match self.store.fold().await {
                Ok(folded) if folded.more => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(?error, "the activity's journal can't be folded now");
                    return;
                }
            }
        }
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Writer").field("is_failing", &self.is_failing).finish_non_exhaustive()
    }
}
