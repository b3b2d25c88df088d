use std::collections::BTreeSet;

use gatepass_model::{Lifetime, PolicyDocument, Timestamp, Token, TokenId, TokenState};
use gatepass_store::{AuditEntry, Durability, Loaded, Revision, Store, StoreOptions};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::backend::{Backend, START, open, patient};
use crate::sample::{credential, issued, mac, put, token};

async fn load(store: &dyn Store, ended_after: Timestamp) -> (Revision, Vec<Loaded>) {
    let mut all = Vec::new();
    let revision = store.load_all(ended_after, &mut |loaded| all.push(loaded)).await.unwrap();
    (revision, all)
}

fn ids(all: &[Loaded]) -> BTreeSet<TokenId> {
    let id = |loaded: &Loaded| match loaded {
        Loaded::Token(stored) => Some(stored.token.id),
        _ => None,
    };
    all.iter().filter_map(id).collect()
}

pub(crate) async fn all_is_read_as_one_moment_saw_it(backend: &dyn Backend) {
    let (store, other) = (open(backend).await, open(backend).await);
    let first = token(1);
    store.create_token(&first, &mac(1), &issued(&first)).await.unwrap();
    let alice = credential("alice", b"sealed");
    store.put_credential(&alice, &put(&alice)).await.unwrap();

    let mut all = Vec::new();
    let mut number = 2;
    let mut each = |loaded| {
        // Somebody changes things between two pieces.
        let made = token(number);
        number += 1;
        let audit = issued(&made);
        block_in_place(|| {
            Handle::current().block_on(other.create_token(&made, &mac(1), &audit)).unwrap();
            let bob = credential(&format!("bob-{number}"), b"sealed");
            Handle::current().block_on(other.put_credential(&bob, &put(&bob))).unwrap();
        });
        all.push(loaded);
    };
    let revision = store.load_all(START, &mut each).await.unwrap();
    assert_eq!(revision, Revision::new(2));
    match &all[..] {
        [Loaded::Policy(policy), Loaded::Token(stored), Loaded::Credential(credential)] => {
            assert_eq!(policy.document, PolicyDocument::default());
            assert_eq!((&stored.token, stored.mac), (&first, mac(1)));
            assert_eq!(stored.revision, Revision::new(1));
            assert_eq!(credential, &alice);
        }
        other => panic!("{other:?}"),
    }
    // All that came in the meantime is in the feed after it.
    assert_eq!(store.revision().await.unwrap(), Revision::new(2 + 2 * 3));
}

pub(crate) async fn tokens_that_ended_long_ago_are_left_out(backend: &dyn Backend) {
    let store = open(backend).await;
    let day = |days| START.plus(Lifetime::from_days(days));
    let revoked = |number, at| {
        let made = Token { state: TokenState::Revoked, ..token(number) };
        let audit = AuditEntry { at, ..issued(&made) };
        (made, audit)
    };
    let expiring = |number, at| {
        let made = Token { expires_at: Some(at), ..token(number) };
        let audit = issued(&made);
        (made, audit)
    };
    let living = (token(1), issued(&token(1)));
    let suspended = Token { state: TokenState::Suspended, ..token(2) };
    let suspended = (suspended.clone(), issued(&suspended));
    let stay = [living, suspended, revoked(3, day(10)), expiring(4, day(10)), expiring(5, day(99))];
    let go = [revoked(6, day(9)), expiring(7, day(9))];
    for (made, audit) in stay.iter().chain(&go) {
        store.create_token(made, &mac(1), audit).await.unwrap();
    }
    let (_, all) = load(&*store, day(10)).await;
    assert_eq!(ids(&all), stay.iter().map(|(made, _)| made.id).collect());
    let (_, all) = load(&*store, START).await;
    assert_eq!(ids(&all).len(), 7);
}

pub(crate) async fn more_tokens_than_fit_in_a_chunk_all_come(backend: &dyn Backend) {
    let store = backend.try_open(StoreOptions { durability: Durability::Off, ..patient() });
    let store = store.await.unwrap();
    for number in 0..2001 {
        let made = token(number);
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    }
    let (revision, all) = load(&*store, START).await;
    assert_eq!(revision, Revision::new(2001));
    assert_eq!(ids(&all).len(), 2001);
    assert_eq!(all.len(), 2002, "each once, and the policy");
}
