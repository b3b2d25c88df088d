use super::*;

async fn prune_all(store: &dyn ActivityStore, now: Timestamp) -> u64 {
    let mut rows = 0;
    for _ in 0..1_000 {
        let pruned = store.prune(now).await.unwrap();
        rows += pruned.rows;
        if !pruned.more {
            return rows;
        }
    }
    panic!("pruning does not end");
}

pub(super) async fn of_2500_requests_of_a_token_the_last_1000_are_kept_and_all_are_counted(
    place: &dyn Place,
) {
    let store = open_at(place).await;
    for part in 0..5 {
        write(&*store, requests(Subject::Token(ALICE), seconds(part), 500)).await;
    }
    write(&*store, requests(Subject::Token(BOB), T0, 500)).await;
    prune_all(&*store, T0).await;

    assert_eq!(place.number("SELECT CAST(SUM(lines) AS BIGINT) FROM activity_sheet").await, 1_500);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_500);
    let recent = store.recent_requests(ALICE, u32::MAX).await.unwrap();
    assert_eq!(recent.len(), 1_000);
    assert!(recent.iter().all(|request| request.at >= seconds(3)));
    assert_eq!(store.recent_requests(BOB, u32::MAX).await.unwrap().len(), 500);
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 2_500);
}

pub(super) async fn a_token_that_is_used_now_and_then_is_cut_too(place: &dyn Place) {
    let store = open_at(place).await;
    for part in 0..130 {
        write(&*store, requests(Subject::Token(ALICE), seconds(part), 10)).await;
    }
    prune_all(&*store, T0).await;
    // Whole sheets: 1,000 are promised, and these are of 10.
    assert_eq!(place.number("SELECT COUNT(*) FROM activity_sheet").await, 100);
    assert_eq!(place.number("SELECT lines FROM activity_subject").await, 1_000);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_000);
    let recent = store.recent_requests(ALICE, u32::MAX).await.unwrap();
    assert_eq!((recent.len(), recent[999].at), (1_000, seconds(30)));
}

pub(super) async fn a_full_log_loses_its_oldest_in_steps(place: &dyn Place) {
    let keep = Retention { requests: 1_000, ..Retention::default() };
    let store = open_keeping(place, keep).await;
    // A sheet each.
    for part in 0..30_u32 {
        let mut buffer = JournalBuffer::default();
        for caller in 0..200 {
            let user = format!("user-{caller}");
            put(&mut buffer, claimed(&user), seconds(part), 1, "curl/8");
        }
        write(&*store, buffer.seal(T0)).await;
    }
    write(&*store, requests(Subject::Token(BOB), seconds(40), 970)).await;
    let first = store.prune(T0).await.unwrap();
    assert!(first.more && first.rows == 4_000, "{first:?}");
    prune_all(&*store, T0).await;

    let lines = "SELECT CAST(SUM(lines) AS BIGINT) FROM activity_sheet";
    assert_eq!(place.number(lines).await, 1_000);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_000);
    assert_eq!(
        place.number("SELECT CAST(SUM(lines) AS BIGINT) FROM activity_subject").await,
        1_000
    );
    assert_eq!(store.recent_requests(BOB, 1_000).await.unwrap().len(), 970);
    let oldest = place.number("SELECT MIN(first_at) FROM activity_sheet").await;
    assert_eq!(oldest, seconds(29).as_millis());
}

pub(super) async fn what_went_with_the_oldest_is_not_cut_again(place: &dyn Place) {
    let keep = Retention { requests: 1_000, ..Retention::default() };
    let store = open_keeping(place, keep).await;
    write(&*store, requests(Subject::Token(ALICE), T0, 900)).await;
    write(&*store, requests(Subject::Token(BOB), T0, 600)).await;
    prune_all(&*store, T0).await;
    assert_eq!(store.recent_requests(ALICE, 1_000).await.unwrap().len(), 500);
    // 1,300 by the count in her row, 900 in truth: what goes are the oldest of all.
    write(&*store, requests(Subject::Token(ALICE), seconds(1), 400)).await;
    prune_all(&*store, T0).await;
    assert_eq!(store.recent_requests(ALICE, 1_000).await.unwrap().len(), 400);
    assert_eq!(store.recent_requests(BOB, 1_000).await.unwrap().len(), 600);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_000);
}

pub(super) async fn old_hours_go_but_a_tokens_last_use_stays(place: &dyn Place) {
    let keep = Retention { requests: 0, token_hours: 48, caller_hours: 24 };
    let store = open_keeping(place, keep).await;
    for part in 0..3 {
        let day = T0.plus(Lifetime::from_days(part));
        write(&*store, requests(Subject::Token(ALICE), day, 1)).await;
        if part < 2 {
            write(&*store, requests(NOBODY, day, 1)).await;
        }
    }
    let now = T0.plus(Lifetime::from_days(3));
    prune_all(&*store, now).await;
    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!((usage.hours.len(), usage.refusals[0].1), (2, 2));
    assert_eq!(store.callers(None, T0, 10).await.unwrap(), []);
    assert_eq!(place.number("SELECT COUNT(*) FROM activity_subject").await, 1);
    assert_eq!(place.number("SELECT COUNT(*) FROM activity_observed").await, 2);

    prune_all(&*store, now.plus(Lifetime::from_days(9))).await;
    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!((usage.hours.len(), usage.refusals.len()), (0, 0));
    assert_eq!(usage.last.map(|last| last.at), Some(T0.plus(Lifetime::from_days(2))));
    assert_eq!(prune_all(&*store, now).await, 0);
}
