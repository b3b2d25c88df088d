use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, PolicyDocument};
use gatepass_store::{AuditPage, AuditRecord, Revision, Store, StoreError};

use crate::backend::{Backend, START, open};
use crate::sample::{after, entry, issued, mac, person, token};

fn page(before: Option<u64>, limit: u32) -> AuditPage {
    AuditPage { before, limit, ..AuditPage::default() }
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
        chain: first[0].chain.clone(),
    };
    assert!(expected.chain.is_some());
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

/// A line of its own for each test of a filter: who, what, to what, how long after the start.
async fn add(store: &dyn Store, actor: Actor, action: &'static str, detail: &str, millis: i64) {
    let mut made = entry(action, AuditSubject::Policy);
    made.at = after(millis);
    made.event.actor = actor;
    detail.clone_into(&mut made.event.detail);
    store.append_audit(&made).await.unwrap();
}

async fn found(store: &dyn Store, page: AuditPage) -> Vec<u64> {
    numbers(&store.list_audit(&page).await.unwrap())
}

pub(crate) async fn lines_are_found_by_actor_action_and_time(backend: &dyn Backend) {
    let store = open(backend).await;
    let root = || Actor::CommandLine("root".to_owned());
    let alice = || Actor::Person(person("alice"));
    add(&*store, root(), "token.issued", "", 0).await;
    add(&*store, alice(), "token.revoked", "", 10).await;
    add(&*store, root(), "tokens.counted", "", 20).await;
    add(&*store, root(), "token", "", 30).await;
    add(&*store, alice(), "policy.applied", "", 40).await;

    let all = AuditPage::default;
    let text = |text: &str| Some(text.to_owned());
    let of = |who: &str| AuditPage { actor: text(who), ..all() };
    assert_eq!(found(&*store, of("cli:root")).await, [4, 3, 1]);
    assert_eq!(found(&*store, of("person:main:alice")).await, [5, 2]);
    assert!(found(&*store, of("cli:roo_")).await.is_empty());
    let what = |what: &str| AuditPage { action: text(what), ..all() };
    assert_eq!(found(&*store, what("token")).await, [4, 2, 1]);
    assert_eq!(found(&*store, what("token.issued")).await, [1]);
    assert!(found(&*store, what("tok")).await.is_empty());
    let between =
        |from, to| AuditPage { since: Some(after(from)), until: Some(after(to)), ..all() };
    assert_eq!(found(&*store, between(10, 30)).await, [3, 2]);
    let since = AuditPage { since: Some(after(11)), ..all() };
    assert_eq!(found(&*store, since).await, [5, 4, 3]);
    // All of them at once, and on a page.
    let narrow = AuditPage { until: Some(after(40)), action: text("token"), ..of("cli:root") };
    assert_eq!(found(&*store, narrow.clone()).await, [4, 1]);
    assert_eq!(found(&*store, AuditPage { before: Some(4), ..narrow.clone() }).await, [1]);
    assert_eq!(found(&*store, AuditPage { from: Some(2), ..narrow.clone() }).await, [4]);
    assert_eq!(found(&*store, AuditPage { limit: 0, ..narrow.clone() }).await, [4]);
    assert!(found(&*store, AuditPage { subject: text("keyring"), ..narrow }).await.is_empty());
    for nul in [of("cli:root\0"), what("\0"), AuditPage { subject: text("\0"), ..all() }] {
        assert!(found(&*store, nul).await.is_empty());
    }
}

pub(crate) async fn a_text_is_found_where_it_stands(backend: &dyn Backend) {
    let store = open(backend).await;
    let details = ["100% Done", "1000 done", "a_b", r"a\b", "für Übersichten"];
    for detail in details {
        add(&*store, Actor::CommandLine("Root".to_owned()), "test.said", detail, 0).await;
    }
    add(&*store, Actor::Person(person("Ünal")), "Test.Done", "", 0).await;
    let long = "x".repeat(60_000);
    let texts: [(&str, &[u64]); 14] = [
        ("100% DONE", &[1]),
        ("%", &[1]),
        ("done", &[6, 2, 1]),
        ("A_B", &[3]),
        (r"\", &[4]),
        ("FüR", &[5]),
        // Only A to Z, on either database.
        ("FÜR", &[]),
        ("Ünal", &[6]),
        ("ünal", &[]),
        ("cli:root", &[5, 4, 3, 2, 1]),
        ("POLICY", &[6, 5, 4, 3, 2, 1]),
        ("' OR 1=1 --", &[]),
        ("\0", &[]),
        (&long, &[]),
    ];
    for (text, expected) in texts {
        let page = AuditPage { text: Some(text.to_owned()), ..AuditPage::default() };
        assert_eq!(found(&*store, page).await, expected, "{text:.20}");
    }
}
