use gatepass_model::{Actor, RowMac, Token, TokenId, TokenState};
use gatepass_store::{NewMac, Revision, StoreError};

use crate::backend::{Backend, open};
use crate::sample::{after, full_token, issued, mac, person, token};

pub(crate) async fn a_token_is_read_back_as_it_was_written(backend: &dyn Backend) {
    let store = open(backend).await;
    for made in [token(1), full_token(2)] {
        let revision = store.create_token(&made, &mac(9), &issued(&made)).await.unwrap();
        let stored = store.find_token(made.id).await.unwrap().unwrap();
        assert_eq!(stored.token, made);
        // Equality of people ignores letter case; what is kept does not.
        assert_eq!(stored.token.owner.username.as_str(), "Alice");
        assert_eq!((stored.mac, stored.revision), (mac(9), revision));
    }
    assert_eq!(store.find_token(TokenId::from_bytes([0; 16])).await.unwrap(), None);
}

pub(crate) async fn names_of_every_kind_are_kept_byte_for_byte(backend: &dyn Backend) {
    let store = open(backend).await;
    let names = [
        "<script>alert(1)</script>".to_owned(),
        "'; DROP TABLE token; --".to_owned(),
        "🔑 \u{202e}evil \u{feff} Ünïcode e\u{301}".to_owned(),
        "line\nbreak\ttab \u{7f}".to_owned(),
        "$1 ?1 :name @x \\ % _".to_owned(),
        String::new(),
        "x".repeat(10_000),
        "ü".repeat(5_000),
        // Nothing that a database could make shorter, for an index with little room.
        (0..3_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string()).collect(),
    ];
    for (number, name) in (1..).zip(names) {
        let mut made = full_token(number);
        made.name.clone_from(&name);
        made.purpose = Some(name.clone());
        made.integration = Some(name.clone());
        made.creator = Actor::CommandLine(name.clone());
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        assert_eq!(store.find_token(made.id).await.unwrap().unwrap().token, made, "{name:.40}");
    }
}

pub(crate) async fn what_a_database_cannot_keep_is_refused_before(backend: &dyn Backend) {
    let store = open(backend).await;
    let nul = || "a\0b".to_owned();
    let unstorable = [
        Token { name: nul(), ..token(1) },
        Token { purpose: Some(nul()), ..token(1) },
        Token { integration: Some(nul()), ..token(1) },
        Token { creator: Actor::CommandLine(nul()), ..token(1) },
        Token { creator: Actor::System("a part that nobody knows"), ..token(1) },
    ];
    for made in unstorable {
        let refused = store.create_token(&made, &mac(1), &issued(&token(1))).await;
        assert!(matches!(refused, Err(StoreError::Unstorable(_))), "{made:?}");
    }
    assert!(store.is_pristine().await.unwrap());
    assert_eq!(store.revision().await.unwrap(), Revision::START);
}

pub(crate) async fn a_token_that_exists_is_not_made_again(backend: &dyn Backend) {
    let store = open(backend).await;
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let same_id = Token { id: made.id, ..token(2) };
    let same_digest = Token { secret: made.secret.clone(), ..token(3) };
    for twin in [same_id, same_digest] {
        let refused = store.create_token(&twin, &mac(2), &issued(&twin)).await;
        assert!(matches!(refused, Err(StoreError::Conflict)));
    }
    assert_eq!(store.find_token(made.id).await.unwrap().unwrap().token, made);
    assert_eq!(store.find_token(token(3).id).await.unwrap(), None);
}

pub(crate) async fn a_change_replaces_every_field(backend: &dyn Backend) {
    let store = open(backend).await;
    let before = token(1);
    let created = store.create_token(&before, &mac(1), &issued(&before)).await.unwrap();
    let full = Token { id: before.id, owner: person("bob"), ..full_token(2) };
    let changed = store.change_token(&full, &mac(2), created, &issued(&full)).await.unwrap();
    let stored = store.find_token(before.id).await.unwrap().unwrap();
    assert_eq!((&stored.token, stored.mac, stored.revision), (&full, mac(2), changed));
    let back = store.change_token(&before, &mac(3), changed, &issued(&before)).await.unwrap();
    let stored = store.find_token(before.id).await.unwrap().unwrap();
    assert_eq!((stored.token, stored.mac, stored.revision), (before, mac(3), back));
}

pub(crate) async fn a_change_to_what_is_not_there_is_not_found(backend: &dyn Backend) {
    let store = open(backend).await;
    let made = token(1);
    let lost = store.change_token(&made, &mac(1), Revision::new(1), &issued(&made)).await;
    assert!(matches!(lost, Err(StoreError::NotFound)));
    assert_eq!(store.revision().await.unwrap(), Revision::START);
}

pub(crate) async fn living_tokens_are_counted(backend: &dyn Backend) {
    let store = open(backend).await;
    let all = [
        token(1),
        Token { state: TokenState::Pending, ..token(2) },
        Token { state: TokenState::Suspended, expires_at: Some(after(10)), ..token(3) },
        Token { state: TokenState::Revoked, ..token(4) },
        Token { state: TokenState::Expired, ..token(5) },
        Token { owner: person("bob"), ..token(6) },
    ];
    for made in &all {
        store.create_token(made, &mac(1), &issued(made)).await.unwrap();
    }
    let alice = person("alice");
    assert_eq!(store.count_living_tokens(&alice, after(9)).await.unwrap(), 3);
    assert_eq!(store.count_living_tokens(&alice, after(10)).await.unwrap(), 2);
    assert_eq!(store.count_living_tokens(&person("carol"), after(9)).await.unwrap(), 0);
}

pub(crate) async fn what_was_acknowledged_is_there_after_reopening(backend: &dyn Backend) {
    let made = full_token(1);
    let store = open(backend).await;
    let revision = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    // Not closed: it goes as a process that ends goes.
    drop(store);
    let store = open(backend).await;
    let stored = store.find_token(made.id).await.unwrap().unwrap();
    assert_eq!((stored.token, stored.revision), (made, revision));
    let next = token(2);
    let second = store.create_token(&next, &mac(1), &issued(&next)).await.unwrap();
    assert_eq!(second.get(), revision.get() + 1);
}

pub(crate) async fn macs_are_replaced_only_in_rows_as_they_were_read(backend: &dyn Backend) {
    let store = open(backend).await;
    let new = RowMac { key: 6, tag: [60; 32] };
    let mut macs = Vec::new();
    for number in 1..=4 {
        let made = token(number);
        let seen = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        macs.push(NewMac { id: made.id, seen, old: mac(1), new });
    }
    // The second was changed since, the third has another MAC by now, another key's is the fourth.
    let changed = Token { state: TokenState::Suspended, ..token(2) };
    store.change_token(&changed, &mac(1), macs[1].seen, &issued(&changed)).await.unwrap();
    macs[2].old.tag = [2; 32];
    macs[3].old.key = 4;
    let before = store.revision().await.unwrap();
    macs.push(NewMac { id: token(9).id, ..macs[0].clone() });
    assert_eq!(store.replace_macs(&macs).await.unwrap(), 1);
    let mut found = Vec::new();
    for number in 1..=4 {
        found.push(store.find_token(token(number).id).await.unwrap().unwrap());
    }
    assert_eq!(found.iter().map(|one| one.mac).collect::<Vec<_>>(), [new, mac(1), mac(1), mac(1)]);
    assert_eq!((&found[0].token, found[0].revision), (&token(1), macs[0].seen));
    assert_eq!(store.revision().await.unwrap(), before, "it is no change");
    assert_eq!(store.replace_macs(&macs).await.unwrap(), 0);
}
