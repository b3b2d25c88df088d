use gatepass_model::{Token, TokenId, TokenState};
use gatepass_store::{Store, TokenFilter, TokenPage};

use crate::backend::{Backend, START, open};
use crate::sample::{after, issued, mac, person, token};

async fn add(store: &dyn Store, tokens: &[Token]) {
    for made in tokens {
        store.create_token(made, &mac(1), &issued(made)).await.unwrap();
    }
}

async fn found(store: &dyn Store, filter: &TokenFilter) -> Vec<String> {
    let page = TokenPage { after: None, limit: 100 };
    let list = store.list_tokens(filter, page).await.unwrap();
    assert_eq!(list.next, None);
    list.tokens.into_iter().map(|stored| stored.token.name).collect()
}

pub(crate) async fn tokens_are_found_by_owner_state_and_integration(backend: &dyn Backend) {
    let store = open(backend).await;
    let tempo = Some("tempo".to_owned());
    add(
        &*store,
        &[
            token(1),
            Token { owner: person("Bob"), integration: tempo.clone(), ..token(2) },
            Token { state: TokenState::Suspended, expires_at: Some(after(5)), ..token(3) },
            Token { state: TokenState::Revoked, expires_at: Some(after(5)), ..token(4) },
            Token { state: TokenState::Pending, integration: Some("Tempo".into()), ..token(5) },
        ],
    )
    .await;
    let of_bob = TokenFilter { owner: Some(person("BOB")), ..TokenFilter::default() };
    assert_eq!(found(&*store, &of_bob).await, ["token 2"]);
    let mut stranger = of_bob.clone();
    stranger.owner.as_mut().unwrap().directory = "other".parse().unwrap();
    assert!(found(&*store, &stranger).await.is_empty());
    let for_tempo = TokenFilter { integration: tempo, ..TokenFilter::default() };
    assert_eq!(found(&*store, &for_tempo).await, ["token 2"]);
    let nul = TokenFilter { integration: Some("tempo\0".to_owned()), ..TokenFilter::default() };
    assert!(found(&*store, &nul).await.is_empty());

    let states = [
        (TokenState::Pending, after(5), vec!["token 5"]),
        (TokenState::Active, after(5), vec!["token 1", "token 2"]),
        (TokenState::Suspended, after(4), vec!["token 3"]),
        (TokenState::Suspended, after(5), vec![]),
        (TokenState::Expired, after(4), vec![]),
        (TokenState::Expired, after(5), vec!["token 3"]),
        (TokenState::Revoked, after(5), vec!["token 4"]),
    ];
    for (state, now, expected) in states {
        let filter = TokenFilter { state: Some((state, now)), ..TokenFilter::default() };
        assert_eq!(found(&*store, &filter).await, expected, "{state}");
    }
    let living = |now| TokenFilter { living_at: Some(now), ..TokenFilter::default() };
    let names = ["token 1", "token 2", "token 3", "token 5"];
    assert_eq!(found(&*store, &living(after(4))).await, names);
    assert_eq!(found(&*store, &living(after(5))).await, ["token 1", "token 2", "token 5"]);
    let both = TokenFilter { state: Some((TokenState::Revoked, START)), ..of_bob };
    assert!(found(&*store, &both).await.is_empty());
}

pub(crate) async fn a_text_means_itself_and_no_letter_case(backend: &dyn Backend) {
    let store = open(backend).await;
    let named = |number, name: &str| Token { name: name.to_owned(), ..token(number) };
    let purposeful = Token { purpose: Some("Für Übersichten".to_owned()), ..token(5) };
    let sold = Token { integration: Some("Tempo".to_owned()), ..token(6) };
    add(
        &*store,
        &[
            named(1, "100% done"),
            named(2, "1000 done"),
            named(3, "a_b"),
            named(4, r"a\b"),
            purposeful,
            sold,
        ],
    )
    .await;
    let long = "x".repeat(60_000);
    let texts: [(&str, &[&str]); 12] = [
        ("100% DONE", &["100% done"]),
        ("%", &["100% done"]),
        ("A_B", &["a_b"]),
        (r"\", &[r"a\b"]),
        ("übersicht", &["token 5"]),
        ("ÜBERSICHT", &["token 5"]),
        ("tempo", &["token 6"]),
        ("gpass_0003", &["a_b"]),
        ("ALICE", &["100% done", "1000 done", "a_b", r"a\b", "token 5", "token 6"]),
        ("' OR 1=1 --", &[]),
        ("\0", &[]),
        (&long, &[]),
    ];
    for (text, expected) in texts {
        let filter = TokenFilter { text: Some(text.to_owned()), ..TokenFilter::default() };
        assert_eq!(found(&*store, &filter).await, expected, "{}", text.len());
    }
}

pub(crate) async fn pages_stay_as_they_are_when_tokens_come_and_go(backend: &dyn Backend) {
    let store = open(backend).await;
    let numbers = [3, 9, 1, 7, 5];
    for number in numbers {
        add(&*store, &[token(number)]).await;
    }
    let page = |after: Option<TokenId>, limit| TokenPage { after, limit };
    let filter = TokenFilter::default();
    let first = store.list_tokens(&filter, page(None, 2)).await.unwrap();
    let names = |list: &gatepass_store::TokenList| -> Vec<String> {
        list.tokens.iter().map(|stored| stored.token.name.clone()).collect()
    };
    assert_eq!(names(&first), ["token 1", "token 3"]);
    assert_eq!(first.next, Some(token(3).id));
    // One comes on the page that was read, one is changed, and one comes on a later page.
    add(&*store, &[token(2), token(8)]).await;
    let one = &first.tokens[0];
    store.change_token(&one.token, &mac(2), one.revision, &issued(&one.token)).await.unwrap();
    let second = store.list_tokens(&filter, page(first.next, 3)).await.unwrap();
    assert_eq!(names(&second), ["token 5", "token 7", "token 8"]);
    let third = store.list_tokens(&filter, page(second.next, 3)).await.unwrap();
    assert_eq!((names(&third), third.next), (vec!["token 9".to_owned()], None));
    // A page that is just full is the last one.
    let full = store.list_tokens(&filter, page(Some(token(7).id), 2)).await.unwrap();
    assert_eq!((full.tokens.len(), full.next), (2, None));
    let least = store.list_tokens(&filter, page(None, 0)).await.unwrap();
    assert_eq!(least.tokens.len(), 1);
}
