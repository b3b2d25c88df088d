use std::time::{Duration, Instant};

use gatepass_store::{Revision, StoreError, StoreOptions};
use gatepass_testdb::TestServer;

use crate::backend::open_at;
use crate::everything::is_unavailable;
use crate::sample::{issued, mac, token};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_whose_server_is_gone_is_unavailable_until_it_is_back() {
    let mut server = TestServer::start().unwrap();
    let patience = Duration::from_millis(500);
    let options = StoreOptions { patience, ..StoreOptions::default() };
    let store = open_at(&server.url(), options).await.unwrap();
    let mut watch = store.watch().await.unwrap();
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();

    // It crashes: what was acknowledged is there all the same.
    server.crash().unwrap();
    let began = Instant::now();
    is_unavailable(&*store).await;
    assert!(watch.has_changed().await.is_err());
    // 25 methods, each in twice the patience.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

    server.start_again().unwrap();
    let next = token(2);
    let revision = create_when_it_is_back(&*store, &next).await;
    assert_eq!(revision, Revision::new(2));
    assert!(watch.has_changed().await.unwrap());
    assert_eq!(store.find_token(made.id).await.unwrap().unwrap().token, made);
}

/// A server that has just come up may say that it is starting.
async fn create_when_it_is_back(
    store: &dyn gatepass_store::Store,
    made: &gatepass_model::Token,
) -> Revision {
    loop {
        match store.create_token(made, &mac(1), &issued(made)).await {
            Ok(revision) => return revision,
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}
