//! From flush to store: when, and what happens when it does not go well.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatepass_ledger::{FOLD_AFTER, GATHER, RequestEvent, Subject, ledger};
use gatepass_model::{InstanceName, Timestamp, TokenId};
use gatepass_store::activity::{
    ActivityError, ActivityReader, ActivityStore, Answer, CallerUsage, Dropped, Folded,
    JournalBlock, LastUse, PresentedUsage, Pruned, RecentRequest, TokenRefusals, TokenUsage,
};
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::support::{StoppedClock, T0, event, jira, millis, start, token};

/// Keeps blocks in memory; refuses the first so many, and waits for a permit before each.
struct Memory {
    refuses: AtomicUsize,
    gate: Semaphore,
    tried: Notify,
    /// How many requests each call brought.
    requests: Mutex<Vec<u64>>,
    folds: Mutex<Vec<Instant>>,
}

impl Memory {
    fn new(refuses: usize, permits: usize) -> Arc<Self> {
        Arc::new(Self {
            refuses: AtomicUsize::new(refuses),
            gate: Semaphore::new(permits),
            tried: Notify::new(),
            requests: Mutex::new(Vec::new()),
            folds: Mutex::new(Vec::new()),
        })
    }

    fn requests(&self) -> Vec<u64> {
        self.requests.lock().unwrap().clone()
    }
}

impl ActivityStore for Memory {
    fn append<'a>(&'a self, blocks: &'a [JournalBlock]) -> Answer<'a, ()> {
        Box::pin(async move {
            self.tried.notify_one();
            self.gate.acquire().await.unwrap().forget();
            let left = self.refuses.load(Ordering::Relaxed);
            if left > 0 {
                self.refuses.store(left - 1, Ordering::Relaxed);
                return Err(ActivityError::Failed("disk full".into()));
            }
            let requests = blocks.iter().map(JournalBlock::events).sum();
            self.requests.lock().unwrap().push(requests);
            Ok(())
        })
    }

    fn fold(&self) -> Answer<'_, Folded> {
        Box::pin(async {
            self.folds.lock().unwrap().push(Instant::now());
            Ok(Folded::default())
        })
    }

    fn prune(&self, _: Timestamp) -> Answer<'_, Pruned> {
        Box::pin(async { Ok(Pruned::default()) })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl ActivityReader for Memory {
    fn usage_of_token(&self, _: TokenId, _: Timestamp) -> Answer<'_, TokenUsage> {
        Box::pin(async { Ok(TokenUsage::default()) })
    }

    fn last_uses_of<'a>(&'a self, _: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn refusals_of<'a>(&'a self, _: &'a [TokenId], _: Timestamp) -> Answer<'a, Vec<TokenRefusals>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn recent_requests(&self, _: TokenId, _: u32) -> Answer<'_, Vec<RecentRequest>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn callers(
        &self,
        _: Option<InstanceName>,
        _: Timestamp,
        _: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn callers_by_presented(&self, _: Timestamp, _: usize) -> Answer<'_, Vec<PresentedUsage>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn outside_pages(&self, _: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn callers_outside_pages(
        &self,
        _: InstanceName,
        _: Timestamp,
        _: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn dropped(&self, _: Timestamp) -> Answer<'_, Dropped> {
        Box::pin(async { Ok(Dropped::default()) })
    }
}

#[tokio::test(start_paused = true)]
async fn flushes_of_threads_go_into_one_transaction_well_within_two_seconds() {
    let store = Memory::new(0, 10);
    let (ledger, _writer) = start(store.clone());
    let jira = jira();
    let mut threads = [ledger.thread(), ledger.thread()];
    let begin = Instant::now();
    for thread in &mut threads {
        thread.record(&event(&jira, Subject::Token(token(1))));
        thread.flush(T0);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    store.tried.notified().await;
    assert!(begin.elapsed() <= GATHER + Duration::from_millis(5), "{:?}", begin.elapsed());
    let flush_and_gather = Duration::from_secs(1) + GATHER;
    assert!(flush_and_gather < Duration::from_millis(1_500), "no time left to write it");
    while ledger.status().written == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(store.requests(), [2]);
}

#[tokio::test(start_paused = true)]
async fn what_the_store_does_not_take_is_tried_again_with_what_came_since() {
    let store = Memory::new(2, 10);
    let (ledger, writer) = start(store.clone());
    let (jira, mut thread) = (jira(), ledger.thread());
    thread.record(&event(&jira, Subject::Token(token(1))));
    thread.flush(T0);
    store.tried.notified().await;
    thread.record(&event(&jira, Subject::Token(token(1))));
    thread.flush(millis(1_000));
    // Nothing is flushed any more; it is tried again all the same.
    while ledger.status().written == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(store.requests(), [2]);
    assert_eq!((ledger.status().failed, ledger.status().dropped), (2, Dropped::default()));
    drop((thread, ledger));
    writer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_finds_the_writer_busy_keeps_what_it_has() {
    let store = Memory::new(0, 0);
    let (ledger, writer) = start(store.clone());
    let (jira, mut thread) = (jira(), ledger.thread());
    thread.record(&event(&jira, Subject::Token(token(1))));
    thread.flush(T0);
    store.tried.notified().await;
    // The writer hangs in the store: the channel fills, then the thread keeps its own.
    for part in 1..=20 {
        thread.record(&event(&jira, Subject::Token(token(1))));
        thread.flush(millis(part * 1_000));
    }
    assert_eq!(ledger.status().deferred, 16);
    store.gate.add_permits(10);
    while ledger.status().written < 2 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    thread.flush(millis(30_000));
    let status = ledger.clone();
    drop((thread, ledger));
    while status.status().written < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(store.requests().iter().sum::<u64>(), 21);
    assert_eq!(status.status().dropped, Dropped::default());
    drop(status);
    writer.await.unwrap();
}

#[tokio::test]
async fn at_the_end_what_was_flushed_is_written_and_what_comes_later_counted_as_dropped() {
    let store = Memory::new(1, 10);
    let (ledger, writer) = ledger(store.clone(), Arc::new(StoppedClock), 1);
    let (jira, mut thread) = (jira(), ledger.thread());
    let passed = event(&jira, Subject::Token(token(1)));
    thread.record(&passed);
    thread.flush(T0);
    writer.run(std::future::ready(())).await;
    assert_eq!(store.requests(), [1]);

    thread.record(&RequestEvent { at: millis(1), ..passed });
    thread.record(&RequestEvent { at: millis(2), ..passed });
    thread.flush(millis(3));
    assert_eq!(ledger.status().dropped, Dropped { requests: 2, lines: 2 });
    thread.record(&passed);
    drop(thread);
    assert_eq!(ledger.status().dropped, Dropped { requests: 3, lines: 3 });
}

#[tokio::test]
async fn a_thread_that_ends_flushes_first() {
    let store = Memory::new(0, 10);
    let (ledger, writer) = start(store.clone());
    let mut thread = ledger.thread();
    thread.record(&event(&jira(), Subject::Token(token(1))));
    drop((thread, ledger));
    writer.await.unwrap();
    assert_eq!(store.requests(), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_folded_at_the_start_a_minute_after_a_block_came_and_at_the_end() {
    let store = Memory::new(0, 1_000);
    let begin = Instant::now();
    let (ledger, writer) = start(store.clone());
    let (jira, mut thread) = (jira(), ledger.thread());
    for second in 0..90 {
        thread.record(&event(&jira, Subject::Token(token(1))));
        thread.flush(millis(second * 1_000));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // It stays quiet, and what came is folded all the same.
    tokio::time::sleep(FOLD_AFTER * 3).await;
    drop((thread, ledger));
    writer.await.unwrap();
    let folds = store.folds.lock().unwrap().clone();
    let after: Vec<_> = folds.iter().map(|fold| fold.duration_since(begin).as_secs()).collect();
    assert_eq!(after, [0, 61, 122, 270]);
}
