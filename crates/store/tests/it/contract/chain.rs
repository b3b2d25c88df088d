use std::sync::Arc;

use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{AuditStretch, LinkedLine, Revision, Store, StoreError};

use crate::backend::{Backend, START, open, patient};
use crate::sample::{credential, entry, issued, jira, mac, person, put, token};
use crate::seal::{FakeSeal, is_chained};

async fn all(store: &dyn Store) -> AuditStretch {
    store.audit_after(None, 1000).await.unwrap()
}

fn numbers(lines: &[LinkedLine]) -> Vec<i64> {
    lines.iter().map(|line| line.number).collect()
}

pub(crate) async fn every_change_is_chained_to_the_one_before(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(all(&*store).await, AuditStretch { lines: Vec::new(), counted: 0 });
    let (made, alice) = (token(1), credential("alice", b"sealed"));
    let key = entry("key.added", AuditSubject::KeyRing);
    let created = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    store.change_token(&made, &mac(2), created, &issued(&made)).await.unwrap();
    store.replace_policy(&PolicyDocument::default(), Revision::START, &key).await.unwrap();
    store.put_credential(&alice, &put(&alice)).await.unwrap();
    store.remove_credential(&person("alice"), &jira(), &key).await.unwrap();
    store.append_audit(&key).await.unwrap();

    let AuditStretch { lines, counted } = all(&*store).await;
    assert_eq!((numbers(&lines), counted), (vec![1, 2, 3, 4, 5, 6], 6));
    is_chained(&lines, None);
    let first = &lines[0];
    assert_eq!((first.at, first.actor.as_slice()), (START.as_millis(), &b"cli:root"[..]));
    assert_eq!(first.subject, made.id.to_string().into_bytes());
    // In pages, each of which goes on where the last one ended.
    let page = store.audit_after(Some(2), 3).await.unwrap();
    assert_eq!((numbers(&page.lines), page.counted), (vec![3, 4, 5], 6));
    is_chained(&page.lines, lines[1].tag());
    // The list shows it too.
    let listed = store.list_audit(&gatepass_store::AuditPage::default()).await.unwrap();
    assert_eq!(listed[0].chain, lines[5].chain);
}

pub(crate) async fn without_a_seal_nothing_is_changed(backend: &dyn Backend) {
    let store = gatepass_store::open(&backend.address(), patient(), START).await.unwrap();
    let made = token(1);
    let refused = store.create_token(&made, &mac(1), &issued(&made)).await;
    assert!(matches!(refused, Err(StoreError::NoSeal)), "{refused:?}");
    let key = entry("key.added", AuditSubject::KeyRing);
    assert!(matches!(store.append_audit(&key).await, Err(StoreError::NoSeal)));
    assert!(matches!(store.begin_audit(&key).await, Err(StoreError::NoSeal)));
    assert!(store.is_pristine().await.unwrap());
    assert_eq!(store.revision().await.unwrap(), Revision::START);
    assert_eq!(all(&*store).await.counted, 0);
    store.seal_audit_with(Arc::new(FakeSeal { key: 3 }));
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
}

pub(crate) async fn a_seal_counts_from_when_it_was_given(backend: &dyn Backend) {
    let store = open(backend).await;
    let key = entry("key.added", AuditSubject::KeyRing);
    store.append_audit(&key).await.unwrap();
    store.seal_audit_with(Arc::new(FakeSeal { key: 6 }));
    store.append_audit(&key).await.unwrap();
    let lines = all(&*store).await.lines;
    assert_eq!(lines.iter().map(|line| line.key).collect::<Vec<_>>(), [Some(3), Some(6)]);
    is_chained(&lines, None);
}

pub(crate) async fn writers_at_once_make_one_chain(backend: &dyn Backend) {
    let stores = [open(backend).await, open(backend).await];
    let mut writers = Vec::new();
    // Some take a revision before the number of their line, and some do not.
    for (first, store) in (0..4).map(|writer| writer * 25).zip(stores.iter().cycle()) {
        let (store, key) = (store.clone(), entry("key.added", AuditSubject::KeyRing));
        writers.push(tokio::spawn(async move {
            for number in first..first + 25 {
                if number % 2 == 0 {
                    store.append_audit(&key).await.unwrap();
                } else {
                    let made = token(number);
                    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let AuditStretch { lines, counted } = all(&*stores[0]).await;
    assert_eq!((numbers(&lines), counted), ((1..=100).collect(), 100));
    is_chained(&lines, None);
}

pub(crate) async fn the_first_line_is_written_once(backend: &dyn Backend) {
    let (one, two) = (open(backend).await, open(backend).await);
    let made = entry("keyring.made", AuditSubject::KeyRing);
    let (first, second) = tokio::join!(one.begin_audit(&made), two.begin_audit(&made));
    let both = [first, second];
    assert_eq!(both.iter().filter(|answer| answer.is_ok()).count(), 1, "{both:?}");
    assert!(both.iter().any(|answer| matches!(answer, Err(StoreError::Conflict))), "{both:?}");
    one.append_audit(&made).await.unwrap();
    let lines = all(&*two).await.lines;
    assert_eq!(numbers(&lines), [1, 2]);
    is_chained(&lines, None);
}

pub(crate) async fn lines_are_read_whatever_was_done_to_them(backend: &dyn Backend) {
    let store = open(backend).await;
    let key = entry("key.added", AuditSubject::KeyRing);
    for _ in 0..6 {
        store.append_audit(&key).await.unwrap();
    }
    for damage in [
        "UPDATE audit SET at = -1, actor = '' WHERE number = 2",
        "UPDATE audit SET chain = NULL WHERE number = 3",
        "DELETE FROM audit WHERE number = 4",
        "UPDATE audit SET chain = CAST('short' AS {BYTES}), chain_key = -7 WHERE number = 6",
        "INSERT INTO audit (number, at, actor, action, subject, detail)
            VALUES (-5, 0, 'x', 'x', 'x', 'x')",
    ] {
        backend.execute(damage).await;
    }
    let AuditStretch { lines, counted } = all(&*store).await;
    assert_eq!((numbers(&lines), counted), (vec![-5, 1, 2, 3, 5, 6], 6));
    assert_eq!((lines[2].at, lines[2].actor.as_slice()), (-1, &b""[..]));
    assert_eq!((lines[3].tag(), lines[5].tag(), lines[5].key), (None, None, Some(-7)));
    // A line after one that is not chained any more, and one after none, begin anew.
    for number in [7, 8] {
        let written = store.append_audit(&key).await.unwrap();
        assert_eq!(written, number);
        let line = all(&*store).await.lines.pop().unwrap();
        is_chained(&[line], None);
        backend.execute(&format!("DELETE FROM audit WHERE number = {number}")).await;
    }
}
