use std::time::{Duration, Instant};

use gatepass_store::{Revision, StoreOptions};

use super::Postgres;
use crate::backend::{Backend, open, patient};
use crate::sample::{issued, mac, token};

/// Ends every session of the database but the one that asks.
const CUT: &str = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// When to give up, on a machine that is busy.
const LONG: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_were_cut_are_made_anew_without_an_error() {
    let backend = Postgres::new();
    let store = open(&backend).await;
    let mut watch = store.watch().await.unwrap();
    assert!(watch.has_changed().await.unwrap());
    for number in 1..=5 {
        let cut: u32 = backend.run(CUT).parse().unwrap();
        assert!(cut > 0);
        let made = token(number);
        let revision = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        assert_eq!(revision, Revision::new(number.into()));
        assert!(watch.has_changed().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_was_cut_listens_again() {
    let backend = Postgres::new();
    let store = open(&backend).await;
    let mut watch = store.watch().await.unwrap();
    watch.has_changed().await.unwrap();
    wait_for_listeners(&backend, 1).await;
    backend.run(CUT);
    // It comes back after a second, and goes when nobody watches any more.
    wait_for_listeners(&backend, 1).await;
    drop(watch);
    wait_for_listeners(&backend, 0).await;
}

/// Waits until so many sessions listen: what they asked last is LISTEN.
async fn wait_for_listeners(backend: &Postgres, expected: u32) {
    let ask = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'";
    let began = Instant::now();
    while backend.run(ask).parse::<u32>().unwrap() != expected {
        assert!(began.elapsed() < LONG, "not {expected} listeners");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_announced_change_is_heard_of_at_once() {
    let backend = Postgres::new();
    let (here, there) = (open(&backend).await, open(&backend).await);
    let mut watch = here.watch().await.unwrap();
    watch.has_changed().await.unwrap();
    wait_for_listeners(&backend, 1).await;
    // What it has to say of its beginning.
    watch.wait().await;
    let mut delays = Vec::new();
    for number in 1..=20 {
        while watch.has_changed().await.unwrap() {}
        let made = token(number);
        let ((), written) = tokio::join!(watch.wait(), async {
            there.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
            Instant::now()
        });
        delays.push(written.elapsed());
    }
    delays.sort_unstable();
    // By asking alone, half of them would take longer than 500 ms.
    assert!(delays[10] < Duration::from_millis(250), "{delays:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_announced_when_that_is_off() {
    let backend = Postgres::new();
    let quiet = StoreOptions { notifications: false, ..patient() };
    let store = backend.try_open(quiet).await.unwrap();
    let mut listener = sqlx::postgres::PgListener::connect(&backend.url()).await.unwrap();
    listener.listen("gatepass_change").await.unwrap();
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let loud = open(&backend).await;
    let made = token(2);
    loud.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    // The second announces; had the first, there would be two by now.
    let heard = tokio::time::timeout(LONG, listener.recv()).await;
    heard.expect("it was not announced").unwrap();
    assert!(listener.next_buffered().is_none());
}
