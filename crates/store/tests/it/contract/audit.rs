use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{AuditPage, AuditRecord, Revision, StoreError};

use crate::backend::{Backend, START, open};
use crate::sample::{entry, issued, mac, token};

fn page(before: Option<u64>, limit: u32) -> AuditPage {
    AuditPage { before, limit, subject: None }
}

fn numbers(lines: &[AuditRecord]) -> Vec<u64> {
    lines.iter().map(|line| line.number).collect()
}

pub(crate) async fn the_newest_line_comes_first_and_pages_meet(backend: &dyn Backend) {
    let store = open(backend).await;
    assert!(store.is_pristine().await.unwrap());
    let key = entry("key.added", AuditSubject::KeyRing);
    for number in 1..=5 {
        assert_eq!(store.append_audit(&key).await.unwrap(), number);
    }
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    assert!(!store.is_pristine().await.unwrap());

    let first = store.list_audit(&page(None, 4)).await.unwrap();
    assert_eq!(numbers(&first), [6, 5, 4, 3]);
    let second = store.list_audit(&page(Some(3), 4)).await.unwrap();
    assert_eq!(numbers(&second), [2, 1]);

    let about = AuditPage { subject: Some(made.id.to_string()), ..page(None, 10) };
    let expected = AuditRecord {
        number: 6,
        at: START,
        actor: "cli:root".to_owned(),
        action: "token.issued".to_owned(),
        subject: made.id.to_string(),
        detail: "as asked".to_owned(),
    };
    assert_eq!(store.list_audit(&about).await.unwrap(), [expected]);
}

pub(crate) async fn a_line_is_numbered_without_gaps_whatever_fails(backend: &dyn Backend) {
    let store = open(backend).await;
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let again = store.create_token(&made, &mac(1), &issued(&made)).await;
    assert!(matches!(again, Err(StoreError::Conflict)));
    let applied = entry("policy.applied", AuditSubject::Policy);
    let document = PolicyDocument::default();
    let late = store.replace_policy(&document, Revision::new(9), &applied).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
    let mut unstorable = entry("key.added", AuditSubject::KeyRing);
    unstorable.event.detail = "\0".to_owned();
    let refused = store.append_audit(&unstorable).await;
    assert!(matches!(refused, Err(StoreError::Unstorable(_))));
    store.append_audit(&entry("key.added", AuditSubject::KeyRing)).await.unwrap();
    // What failed left neither a line nor a hole.
    assert_eq!(numbers(&store.list_audit(&page(None, 10)).await.unwrap()), [2, 1]);
    assert_eq!(store.revision().await.unwrap(), Revision::new(1));
}
