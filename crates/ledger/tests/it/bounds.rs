//! What finds no room.

use gatepass_ledger::{RequestEvent, Subject};
use gatepass_store::activity::{
    ActivityReader as _, BUFFER_BYTES, CALLERS_PER_HOUR, CallerUser, Dropped, REQUESTS_PER_TOKEN,
};

use crate::support::{Bench, T0, claimed, event, jira, millis, token};

#[tokio::test]
async fn requests_beyond_a_threads_room_are_counted_as_dropped() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    // Each brings a user agent of its own, so that there is soon no room.
    let count = u64::try_from(BUFFER_BYTES / 250).unwrap() + 10_000;
    for number in 0..count {
        let agent = format!("{number:0200}");
        let passed = event(&jira, Subject::Token(token(1)));
        thread.record(&RequestEvent { user_agent: agent.as_bytes(), ..passed });
    }
    thread.flush(T0);
    let status = ledger.clone();
    drop((thread, ledger));
    // The clone holds the channel open: ask it after the writer has seen all, not before.
    while status.status().written == 0 {
        tokio::task::yield_now().await;
    }
    let dropped = status.status().dropped;
    assert!(dropped.requests > 0 && dropped.requests == dropped.lines, "{dropped:?}");
    drop(status);
    writer.await.unwrap();

    assert_eq!(bench.store.dropped(T0).await.unwrap(), dropped);
    let usage = bench.store.usage_of_token(token(1), T0).await.unwrap();
    assert_eq!(usage.total.requests, count - dropped.requests);
}

#[tokio::test]
async fn of_2500_requests_of_a_token_the_last_1000_are_in_the_log() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    for number in 0..2_500 {
        let passed = event(&jira, Subject::Token(token(1)));
        thread.record(&RequestEvent { at: millis(number), ..passed });
    }
    drop((thread, ledger));
    writer.await.unwrap();

    let recent = bench.store.recent_requests(token(1), u32::MAX).await.unwrap();
    assert_eq!(recent.len(), REQUESTS_PER_TOKEN as usize);
    assert_eq!((recent[0].at, recent[999].at), (millis(2_499), millis(1_500)));
    let usage = bench.store.usage_of_token(token(1), T0).await.unwrap();
    assert_eq!(usage.total.requests, 2_500);
    assert_eq!(bench.store.dropped(T0).await.unwrap(), Dropped::default());
}

#[tokio::test]
async fn the_10001st_caller_of_an_hour_is_counted_as_other() {
    let bench = Bench::new().await;
    let jira = jira();
    let room = u32::try_from(CALLERS_PER_HOUR).unwrap();
    // Two threads with half of them each, then a writer that starts in the middle of the hour.
    for names in [0..room / 2, room / 2..room, 0..3, room..room + 7] {
        let (ledger, writer) = bench.ledger();
        let mut thread = ledger.thread();
        for number in names {
            thread.record(&event(&jira, claimed(&format!("user-{number}"))));
        }
        drop((thread, ledger));
        writer.await.unwrap();
    }
    let found = bench.store.callers(None, T0, 4).await.unwrap();
    assert_eq!(found[0].caller.user, CallerUser::Other);
    assert_eq!((found[0].total.requests, found[0].caller.agent.as_str()), (7, ""));
    assert_eq!(found[0].last.agent, "curl/8");
    let twice = |usage: &gatepass_store::activity::CallerUsage| usage.total.requests == 2;
    assert!(found[1..4].iter().all(twice), "those who are known stay so: {found:?}");

    let next_hour = T0.plus(gatepass_model::Lifetime::from_seconds(3_600));
    let (ledger, writer) = bench.ledger();
    let mut thread = ledger.thread();
    thread.record(&RequestEvent { at: next_hour, ..event(&jira, claimed("user-99999")) });
    drop((thread, ledger));
    writer.await.unwrap();
    let found = bench.store.callers(None, next_hour, 4).await.unwrap();
    assert_eq!(found[0].caller.user, CallerUser::Claimed("user-99999".to_owned()));
}

#[tokio::test]
async fn within_one_flush_too_the_rest_is_counted_as_other() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    let room = u32::try_from(CALLERS_PER_HOUR).unwrap();
    for number in 0..room + 5 {
        thread.record(&event(&jira, claimed(&format!("user-{number}"))));
    }
    drop((thread, ledger));
    writer.await.unwrap();
    let found = bench.store.callers(None, T0, 1).await.unwrap();
    assert_eq!((&found[0].caller.user, found[0].total.requests), (&CallerUser::Other, 5));
    assert_eq!(bench.store.dropped(T0).await.unwrap().requests, 0);
}
