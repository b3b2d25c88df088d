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
        let batch = requests(ActivitySubject::Token(ALICE), seconds(part), 500);
        store.write_batch(&batch).await.unwrap();
    }
    store.write_batch(&requests(ActivitySubject::Token(BOB), T0, 500)).await.unwrap();
    prune_all(&*store, T0).await;

    assert_eq!(place.number("SELECT COUNT(*) FROM activity_request").await, 1_500);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_500);
    let recent = store.recent_requests(ALICE, u32::MAX).await.unwrap();
    assert_eq!(recent.len(), 1_000);
    assert!(recent.iter().all(|request| request.at >= seconds(3)));
    assert_eq!(store.recent_requests(BOB, u32::MAX).await.unwrap().len(), 500);
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 2_500);
}

pub(super) async fn a_full_log_loses_its_oldest_in_steps(place: &dyn Place) {
    let keep = Retention { requests: 1_000, ..Retention::default() };
    let store = open_keeping(place, keep).await;
    let nobody = || caller(CallerUser::Nobody);
    for part in 0..10 {
        store.write_batch(&requests(nobody(), seconds(part), 900)).await.unwrap();
    }
    store.write_batch(&requests(ActivitySubject::Token(BOB), seconds(20), 500)).await.unwrap();
    let first = store.prune(T0).await.unwrap();
    assert!(first.more && first.rows <= 4_000, "{first:?}");
    prune_all(&*store, T0).await;

    assert_eq!(place.number("SELECT COUNT(*) FROM activity_request").await, 1_000);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 1_000);
    assert_eq!(
        place.number("SELECT CAST(SUM(lines) AS BIGINT) FROM activity_subject").await,
        1_000
    );
    assert_eq!(store.recent_requests(BOB, 1_000).await.unwrap().len(), 500);
    let oldest = place.number("SELECT MIN(at) FROM activity_request").await;
    assert_eq!(oldest, seconds(9).as_millis() + 400);
}

pub(super) async fn old_hours_go_but_a_tokens_last_use_stays(place: &dyn Place) {
    let keep = Retention { requests: 0, token_hours: 48, caller_hours: 24 };
    let store = open_keeping(place, keep).await;
    for part in 0..3 {
        let day = T0.plus(Lifetime::from_days(part));
        store.write_batch(&requests(ActivitySubject::Token(ALICE), day, 1)).await.unwrap();
        if part < 2 {
            store.write_batch(&requests(caller(CallerUser::Nobody), day, 1)).await.unwrap();
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
