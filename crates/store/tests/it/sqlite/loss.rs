use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_store::{Revision, Store, StoreError, StoreOptions};
use sqlx::Connection;

use super::Sqlite;
use crate::backend::{Backend, open};
use crate::everything::is_unavailable;
use crate::sample::{issued, mac, token};

#[tokio::test]
async fn a_store_whose_file_is_gone_is_unavailable_until_it_is_back() {
    let backend = Sqlite::new();
    let store = open(&backend).await;
    let mut watch = store.watch().await.unwrap();
    let aside = backend.folder.path().join("aside.db");
    fs::rename(backend.path(), &aside).unwrap();
    is_unavailable(&*store).await;
    assert!(watch.has_changed().await.is_err());

    fs::write(backend.path(), "").unwrap();
    let replaced = store.revision().await;
    assert!(matches!(replaced, Err(StoreError::Unavailable(_))), "another file in its place");

    fs::rename(&aside, backend.path()).unwrap();
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    assert!(watch.has_changed().await.unwrap());
    let again = open(&backend).await;
    assert_eq!(again.find_token(made.id).await.unwrap().unwrap().token, made);
}

#[tokio::test]
async fn a_write_that_another_process_locks_out_gives_up_in_time() {
    let backend = Sqlite::new();
    open(&backend).await.close().await.unwrap();
    let patience = Duration::from_millis(200);
    let options = StoreOptions { patience, ..StoreOptions::default() };
    let store = backend.try_open(options).await.unwrap();
    let mut other = backend.connect().await;
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();

    let began = Instant::now();
    let mut writers = Vec::new();
    for number in 1..=4 {
        writers.push(tokio::spawn(write(store.clone(), number)));
    }
    for writer in writers {
        let refused = writer.await.unwrap();
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    // Readers are not kept out.
    assert_eq!(store.revision().await.unwrap(), Revision::START);
    lock.rollback().await.unwrap();
    assert_eq!(write(store, 1).await.unwrap(), Revision::new(1));
}

async fn write(store: Arc<dyn Store>, number: u32) -> Result<Revision, StoreError> {
    let made = token(number);
    store.create_token(&made, &mac(1), &issued(&made)).await
}
