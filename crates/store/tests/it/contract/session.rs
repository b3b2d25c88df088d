use gatepass_model::audit::AuditSubject;
use gatepass_model::{Session, SignedInBy, Timestamp};
use gatepass_store::{AuditPage, NodeId, StoreError, TicketKind};

use crate::backend::{Backend, START, open};
use crate::sample::{after, entry, person, session};

fn said(action: &'static str) -> gatepass_store::AuditEntry {
    entry(action, AuditSubject::Policy)
}

pub(crate) async fn a_session_is_found_by_what_the_browser_presents(backend: &dyn Backend) {
    let store = open(backend).await;
    let alice = session("Alice", 1);
    store.begin_session(&[1; 32], &alice, &said("session.begun")).await.unwrap();
    assert_eq!(store.find_session(&[1; 32]).await.unwrap(), Some(alice.clone()));
    assert_eq!(store.find_session(&[2; 32]).await.unwrap(), None);
    store.touch_session(&[1; 32], after(70)).await.unwrap();
    store.touch_session(&[1; 32], after(60)).await.unwrap();
    store.prove_session(&[1; 32], after(80), &said("session.proved")).await.unwrap();
    let used = Session { seen_at: after(70), proved_at: after(80), ..alice.clone() };
    assert_eq!(store.find_session(&[1; 32]).await.unwrap(), Some(used));
    let at_provider = Session { by: SignedInBy::Provider, ..session("zoe", 9) };
    store.begin_session(&[9; 32], &at_provider, &said("session.begun")).await.unwrap();
    assert_eq!(store.find_session(&[9; 32]).await.unwrap(), Some(at_provider));
    let again = store.begin_session(&[1; 32], &session("bob", 2), &said("session.begun")).await;
    assert!(matches!(again, Err(StoreError::Conflict)));
    let proof = store.prove_session(&[3; 32], START, &said("session.proved")).await;
    assert!(matches!(proof, Err(StoreError::NotFound)));
}

pub(crate) async fn a_session_is_ended_by_its_person_only(backend: &dyn Backend) {
    let store = open(backend).await;
    let (alice, bob) = (person("ALICE"), person("bob"));
    for number in 1..=3 {
        let one = session("alice", number);
        store.begin_session(&[number; 32], &one, &said("session.begun")).await.unwrap();
    }
    let first = session("alice", 1).id;
    let foreign = store.end_session(&bob, first, &said("session.ended")).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    store.end_session(&alice, first, &said("session.ended")).await.unwrap();
    let again = store.end_session(&alice, first, &said("session.ended")).await;
    assert!(matches!(again, Err(StoreError::NotFound)));
    let kept = session("alice", 3).id;
    let ended = store.end_other_sessions(&alice, Some(kept), &said("session.ended")).await;
    assert_eq!(ended.unwrap(), 1);
    let left = store.list_sessions(&alice).await.unwrap();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [kept]);
    // Nothing ended, nothing said.
    let lines = |store: std::sync::Arc<dyn gatepass_store::Store>| async move {
        let page = AuditPage::default();
        store.list_audit(&page).await.unwrap().len()
    };
    let before = lines(store.clone()).await;
    let none = store.end_other_sessions(&alice, Some(kept), &said("session.ended")).await.unwrap();
    assert_eq!((none, lines(store.clone()).await), (0, before));
}

pub(crate) async fn sessions_that_have_ended_are_forgotten(backend: &dyn Backend) {
    let store = open(backend).await;
    let old = Session { ends_at: after(10), ..session("alice", 1) };
    store.begin_session(&[1; 32], &old, &said("session.begun")).await.unwrap();
    let new = Session { created_at: after(10), ..session("bob", 2) };
    store.begin_session(&[2; 32], &new, &said("session.begun")).await.unwrap();
    assert_eq!(store.find_session(&[1; 32]).await.unwrap(), None);
    assert!(store.find_session(&[2; 32]).await.unwrap().is_some());
}

pub(crate) async fn a_ticket_is_taken_once_and_not_after_its_end(backend: &dyn Backend) {
    let store = open(backend).await;
    let kind = TicketKind::SignIn;
    let put = async |digest: u8, end: i64, now: Timestamp| {
        store.put_ticket(kind, &[digest; 32], &[0, 255, digest], after(end), now).await
    };
    put(1, 30, START).await.unwrap();
    assert!(matches!(put(1, 30, START).await, Err(StoreError::Conflict)));
    let other = store.take_ticket(TicketKind::Form, &[1; 32], START).await.unwrap();
    assert_eq!(other, None);
    assert_eq!(store.find_ticket(kind, &[1; 32], START).await.unwrap(), Some(vec![0, 255, 1]));
    store.fill_ticket(kind, &[1; 32], b"more").await.unwrap();
    assert_eq!(store.take_ticket(kind, &[1; 32], START).await.unwrap().unwrap(), b"more");
    assert_eq!(store.take_ticket(kind, &[1; 32], START).await.unwrap(), None);
    let gone = store.fill_ticket(kind, &[1; 32], b"x").await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
    put(2, 30, START).await.unwrap();
    assert_eq!(store.take_ticket(kind, &[2; 32], after(30)).await.unwrap(), None);
    assert_eq!(store.find_ticket(kind, &[2; 32], after(30)).await.unwrap(), None);
    // Its place is free again.
    put(2, 90, after(30)).await.unwrap();
    assert_eq!(store.find_ticket(kind, &[2; 32], after(31)).await.unwrap(), Some(vec![0, 255, 2]));
}

pub(crate) async fn of_several_who_take_a_ticket_one_gets_it(backend: &dyn Backend) {
    let store = open(backend).await;
    let kind = TicketKind::Form;
    store.put_ticket(kind, &[7; 32], b"one", after(100), START).await.unwrap();
    let takers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.take_ticket(kind, &[7; 32], START).await.unwrap() })
    });
    let mut got = 0;
    for taker in takers.collect::<Vec<_>>() {
        got += usize::from(taker.await.unwrap().is_some());
    }
    assert_eq!(got, 1);
}

pub(crate) async fn a_lease_is_one_nodes_until_it_ends(backend: &dyn Backend) {
    let store = open(backend).await;
    let (one, two) = (NodeId([1; 16]), NodeId([2; 16]));
    assert!(store.take_lease("people", one, after(10), START).await.unwrap());
    assert!(!store.take_lease("people", two, after(10), after(9)).await.unwrap());
    assert!(store.take_lease("people", one, after(20), after(9)).await.unwrap());
    assert!(!store.take_lease("people", two, after(30), after(10)).await.unwrap());
    assert!(store.take_lease("people", two, after(30), after(20)).await.unwrap());
    assert!(store.take_lease("other", one, after(30), after(20)).await.unwrap());
}
