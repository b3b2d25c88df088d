use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatepass_model::TokenState;
use gatepass_store::{Changes, Revision, Store, StoreError};

use crate::backend::{Backend, open};
use crate::sample::{issued, mac, token};

const WRITERS: u32 = 4;
const EACH: u32 = 25;

pub(crate) async fn writers_at_once_get_revisions_without_gaps(backend: &dyn Backend) {
    let reader = open(backend).await;
    let done = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(reader, done.clone()));
    let stores = [open(backend).await, open(backend).await];
    let mut writers = Vec::new();
    // Each store is shared by two writers, as tasks of one process share it.
    for (writer, store) in (0..WRITERS).zip(stores.iter().cycle()) {
        writers.push(tokio::spawn(write(store.clone(), writer * EACH)));
    }
    let mut revisions = Vec::new();
    for writer in writers {
        revisions.extend(writer.await.unwrap());
    }
    done.store(true, Ordering::Release);
    watching.await.unwrap();
    revisions.sort_unstable();
    let expected: Vec<Revision> = (1..=u64::from(WRITERS * EACH)).map(Revision::new).collect();
    assert_eq!(revisions, expected);
}

async fn write(store: Arc<dyn Store>, first: u32) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for number in first..first + EACH {
        let made = token(number);
        revisions.push(store.create_token(&made, &mac(1), &issued(&made)).await.unwrap());
    }
    revisions
}

/// Reads all the time: what is seen is 1, 2, … without gaps, and never less than before.
async fn watch(store: Arc<dyn Store>, done: Arc<AtomicBool>) {
    let mut before = 0;
    while !done.load(Ordering::Acquire) {
        let newest = store.revision().await.unwrap().get();
        let Changes::Since(changes) = store.changes_after(Revision::START, 1000).await.unwrap()
        else {
            panic!("a gap");
        };
        let seen: Vec<u64> = changes.iter().map(|change| change.revision.get()).collect();
        let last = seen.last().copied().unwrap_or_default();
        assert_eq!(seen, (1..=last).collect::<Vec<u64>>());
        assert!(last >= newest && newest >= before, "{last} {newest} {before}");
        before = last;
    }
}

pub(crate) async fn of_two_changes_to_one_token_one_is_a_conflict(backend: &dyn Backend) {
    let (one, two) = (open(backend).await, open(backend).await);
    let made = token(1);
    one.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let seen = two.find_token(made.id).await.unwrap().unwrap();
    let mut suspended = made.clone();
    suspended.state = TokenState::Suspended;
    let mut revoked = made.clone();
    revoked.state = TokenState::Revoked;
    let audit = issued(&made);
    let (suspend, revoke) = (mac(2), mac(3));
    let (first, second) = tokio::join!(
        one.change_token(&suspended, &suspend, seen.revision, &audit),
        two.change_token(&revoked, &revoke, seen.revision, &audit),
    );
    let winner = match (first, second) {
        (Ok(revision), Err(StoreError::Conflict)) => (revision, TokenState::Suspended),
        (Err(StoreError::Conflict), Ok(revision)) => (revision, TokenState::Revoked),
        both => panic!("{both:?}"),
    };
    let stored = one.find_token(made.id).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.token.state), winner);
}

pub(crate) async fn six_stores_opened_at_once_migrate_once(backend: &dyn Backend) {
    let stores: [Arc<dyn Store>; 6] = tokio::join!(
        open(backend),
        open(backend),
        open(backend),
        open(backend),
        open(backend),
        open(backend)
    )
    .into();
    let made = token(1);
    stores[0].create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    for store in stores {
        assert_eq!(store.find_token(made.id).await.unwrap().unwrap().token, made);
    }
}
