use std::time::{Duration, Instant};

use gatepass_model::audit::AuditSubject;
use gatepass_model::{PolicyDocument, TokenState};
use gatepass_store::{Change, Changed, Changes, KEPT_CHANGES, Revision, StoreOptions};

use crate::backend::{Backend, open, patient};
use crate::sample::{credential, entry, issued, jira, mac, person, put, token};

pub(crate) async fn every_change_is_told_once_and_in_order(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(store.revision().await.unwrap(), Revision::START);
    let nothing = store.changes_after(Revision::START, 10).await.unwrap();
    assert_eq!(nothing, Changes::Since(Vec::new()));

    let mut made = token(1);
    let audit = issued(&made);
    let created = store.create_token(&made, &mac(1), &audit).await.unwrap();
    let bob = credential("Bob", b"sealed");
    store.put_credential(&bob, &put(&bob)).await.unwrap();
    made.state = TokenState::Revoked;
    store.change_token(&made, &mac(2), created, &audit).await.unwrap();
    let applied = entry("policy.applied", AuditSubject::Policy);
    let policy = PolicyDocument::default();
    store.replace_policy(&policy, Revision::START, &applied).await.unwrap();
    let last = store.remove_credential(&person("bob"), &jira(), &put(&bob)).await.unwrap();

    let expected: Vec<Change> = [
        Changed::Token(made.id),
        Changed::Credential(person("bob"), jira()),
        Changed::Token(made.id),
        Changed::Policy,
        Changed::Credential(person("bob"), jira()),
    ]
    .into_iter()
    .zip(1..)
    .map(|(changed, number)| Change { revision: Revision::new(number), changed })
    .collect();
    assert_eq!((created, last), (Revision::new(1), Revision::new(5)));
    let all = store.changes_after(Revision::START, 10).await.unwrap();
    assert_eq!(all, Changes::Since(expected.clone()));
    let some = store.changes_after(Revision::new(1), 2).await.unwrap();
    assert_eq!(some, Changes::Since(expected[1..3].to_vec()));
    let none = store.changes_after(Revision::new(5), 10).await.unwrap();
    assert_eq!(none, Changes::Since(Vec::new()));
}

pub(crate) async fn the_last_ten_thousand_changes_are_kept(backend: &dyn Backend) {
    let store = open(backend).await;
    let fill = format!(
        "INSERT INTO change_log (revision, kind)
         WITH RECURSIVE number (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {KEPT_CHANGES})
         SELECT n, 'policy' FROM number"
    );
    backend.execute(&fill).await;
    backend.execute(&format!("UPDATE change_counter SET seq = {KEPT_CHANGES}")).await;
    let before = store.changes_after(Revision::START, 1).await.unwrap();
    assert!(matches!(before, Changes::Since(changes) if changes.len() == 1));

    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let too_old = store.changes_after(Revision::START, 1).await.unwrap();
    assert_eq!(too_old, Changes::TooOld);
    let Changes::Since(kept) = store.changes_after(Revision::new(1), 1).await.unwrap() else {
        panic!("the 10,000th newest is gone");
    };
    assert_eq!(kept[0].revision, Revision::new(2));
}

pub(crate) async fn a_reader_ahead_of_the_store_reads_all(backend: &dyn Backend) {
    let store = open(backend).await;
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    // The store is a backup that was restored.
    let ahead = store.changes_after(Revision::new(2), 10).await.unwrap();
    assert_eq!(ahead, Changes::TooOld);
}

pub(crate) async fn a_watch_sees_what_others_do(backend: &dyn Backend) {
    let (here, there) = (open(backend).await, open(backend).await);
    let mut watch = here.watch().await.unwrap();
    assert!(watch.has_changed().await.unwrap());
    assert!(!watch.has_changed().await.unwrap());
    for (number, store) in [(1, &here), (2, &there)] {
        let made = token(number);
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        assert!(watch.has_changed().await.unwrap());
        assert!(!watch.has_changed().await.unwrap());
    }
}

/// Longest delay of a change that is found by asking.
const WITHOUT: Duration = Duration::from_secs(2);

/// How long a watch takes to tell of a change that is made while it waits.
async fn delay(backend: &dyn Backend, notifications: bool) -> Duration {
    let options = StoreOptions { notifications, ..patient() };
    let (here, there) =
        (backend.try_open(options).await.unwrap(), backend.try_open(options).await.unwrap());
    let mut watch = here.watch().await.unwrap();
    assert!(watch.has_changed().await.unwrap());
    let waiting = tokio::spawn(async move {
        while !watch.has_changed().await.unwrap() {
            watch.wait().await;
        }
        Instant::now()
    });
    let made = token(1);
    there.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let committed = Instant::now();
    waiting.await.unwrap().saturating_duration_since(committed)
}

pub(crate) async fn a_waiting_watch_hears_of_a_change_in_time(backend: &dyn Backend) {
    let delay = delay(backend, true).await;
    assert!(delay < WITHOUT, "{delay:?}");
}

pub(crate) async fn a_watch_without_announcements_hears_of_it_too(backend: &dyn Backend) {
    let delay = delay(backend, false).await;
    assert!(delay < WITHOUT, "{delay:?}");
}

pub(crate) async fn a_watch_that_waits_for_nothing_lets_time_pass(backend: &dyn Backend) {
    let store = open(backend).await;
    let mut watch = store.watch().await.unwrap();
    watch.has_changed().await.unwrap();
    // It may come back once or twice when it begins to listen.
    let began = Instant::now();
    for _ in 0..6 {
        watch.wait().await;
        assert!(!watch.has_changed().await.unwrap());
    }
    assert!(began.elapsed() >= Duration::from_millis(4 * 200), "{:?}", began.elapsed());
}
