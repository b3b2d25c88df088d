use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{
    AuditPage, NodeId, Revision, Store, StoreError, StoreOptions, TokenFilter, TokenPage,
};
use sqlx::Connection;

use super::Sqlite;
use crate::backend::{Backend, START, open};
use crate::sample::{credential, entry, issued, jira, mac, person, put, token};

/// What every method says.
async fn ask_everything(store: &dyn Store) -> Vec<(&'static str, Option<StoreError>)> {
    let (made, alice, bob) = (token(1), person("alice"), credential("bob", b"sealed"));
    let (policy, key) = (PolicyDocument::default(), entry("key.added", AuditSubject::KeyRing));
    let page = TokenPage { after: None, limit: 10 };
    let lines = AuditPage { before: None, limit: 10, subject: None };
    let (node, seen) = (NodeId([1; 16]), Revision::START);
    vec![
        ("create", store.create_token(&made, &mac(1), &key).await.err()),
        ("change", store.change_token(&made, &mac(1), seen, &key).await.err()),
        ("find", store.find_token(made.id).await.err()),
        ("list", store.list_tokens(&TokenFilter::default(), page).await.err()),
        ("count", store.count_living_tokens(&alice, START).await.err()),
        ("policy", store.load_policy().await.err()),
        ("replace", store.replace_policy(&policy, seen, &key).await.err()),
        ("put", store.put_credential(&bob, &put(&bob)).await.err()),
        ("find credential", store.find_credential(&alice, &jira()).await.err()),
        ("list credentials", store.list_credentials(None).await.err()),
        ("remove", store.remove_credential(&alice, &jira(), &key).await.err()),
        ("append", store.append_audit(&key).await.err()),
        ("audit", store.list_audit(&lines).await.err()),
        ("revision", store.revision().await.err()),
        ("changes", store.changes_after(seen, 10).await.err()),
        ("watch", store.watch().await.err()),
        ("load", store.load_all(START, &mut |_| ()).await.err()),
        ("register", store.register_node(node, "a", seen, START).await.err()),
        ("applied", store.record_applied(node, seen, START).await.err()),
        ("forget", store.forget_node(node).await.err()),
        ("nodes", store.live_nodes(START).await.err()),
        ("pristine", store.is_pristine().await.err()),
    ]
}

#[tokio::test]
async fn a_store_whose_file_is_gone_is_unavailable_until_it_is_back() {
    let backend = Sqlite::new();
    let store = open(&backend).await;
    let mut watch = store.watch().await.unwrap();
    let aside = backend.folder.path().join("aside.db");
    fs::rename(backend.path(), &aside).unwrap();
    for (what, error) in ask_everything(&*store).await {
        assert!(matches!(error, Some(StoreError::Unavailable(_))), "{what}: {error:?}");
    }
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
