//! Questions about many tokens at once.

use super::*;

fn token(number: u32) -> TokenId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    TokenId::from_bytes(bytes)
}

pub(super) async fn last_uses_of_many_tokens_are_told_at_once(place: &dyn Place) {
    let store = open_at(place).await;
    write(&*store, requests(Subject::Token(BOB), seconds(5), 1)).await;
    append(&*store, requests(Subject::Token(ALICE), T0, 2)).await;
    append(&*store, requests(Subject::Token(ALICE), seconds(9), 1)).await;
    append(&*store, requests(NOBODY, seconds(10), 1)).await;
    let mut asked: Vec<TokenId> = (1..=2_500).map(token).collect();
    asked.extend([BOB, ALICE]);
    let uses = store.last_uses_of(&asked).await.unwrap();
    let expected = [(ALICE, last(seconds(9), "curl/8")), (BOB, last(seconds(5), "curl/8"))];
    assert_eq!(uses, expected);
    assert_eq!(store.last_uses_of(&[token(1)]).await.unwrap(), []);
    assert_eq!(store.last_uses_of(&[]).await.unwrap(), []);
}

pub(super) async fn refusals_of_many_tokens_are_told_by_reason(place: &dyn Place) {
    let store = open_at(place).await;
    append(&*store, requests(Subject::Token(ALICE), T0, 2)).await;
    append(&*store, requests(Subject::Token(ALICE), seconds(3_600), 3)).await;
    append(&*store, requests(Subject::Token(BOB), T0, 1)).await;
    let told = async |tokens: &[TokenId], since| {
        let refusals = store.refusals_of(tokens, since).await.unwrap();
        let told = |one: TokenRefusals| (one.token, one.reasons);
        refusals.into_iter().map(told).collect::<Vec<_>>()
    };
    let reason = |count| vec![("read_only".to_owned(), count)];
    assert_eq!(told(&[BOB, ALICE], T0).await, [(ALICE, reason(5)), (BOB, reason(1))]);
    assert_eq!(told(&[BOB, ALICE], seconds(3_600)).await, [(ALICE, reason(3))]);
    assert_eq!(told(&[token(1), BOB], T0).await, [(BOB, reason(1))]);
    assert_eq!(told(&[], T0).await, []);
}

pub(super) async fn of_all_tokens_the_last_use_is_told(place: &dyn Place) {
    let store = open_at(place).await;
    assert_eq!(store.all_last_uses().await.unwrap(), []);
    append(&*store, requests(Subject::Token(BOB), T0, 1)).await;
    append(&*store, requests(NOBODY, T0, 1)).await;
    append(&*store, requests(Subject::Token(ALICE), seconds(2), 1)).await;
    append(&*store, requests(Subject::Token(BOB), seconds(7), 1)).await;
    let reader = open_reader(&place.location()).await.unwrap();
    let mut uses = reader.all_last_uses().await.unwrap();
    uses.sort();
    assert_eq!(uses, [(ALICE, seconds(2)), (BOB, seconds(7))]);
}
