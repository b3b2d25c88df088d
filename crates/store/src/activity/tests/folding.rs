//! From the journal into the tables.

use super::*;

async fn blocks_left(place: &dyn Place) -> i64 {
    place.number("SELECT COUNT(*) FROM activity_journal").await
}

pub(super) async fn a_fold_takes_effect_whole_or_not_at_all(place: &dyn Place) {
    let store = open_at(place).await;
    append(&*store, requests(Subject::Token(ALICE), T0, 5)).await;
    place.run("ALTER TABLE activity_sheet RENAME TO gone").await;
    let error = store.fold().await.unwrap_err();
    assert!(matches!(error, ActivityError::Failed(_)), "{error:?}");
    assert_eq!(blocks_left(place).await, 1);
    // Whoever can't fold sees the tables as they are.
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());

    place.run("ALTER TABLE gone RENAME TO activity_sheet").await;
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 5);
    assert_eq!(blocks_left(place).await, 0);
}

pub(super) async fn what_a_killed_node_has_left_is_folded_by_another(place: &dyn Place) {
    let killed = open_at(place).await;
    append(&*killed, requests(Subject::Token(ALICE), T0, 3)).await;
    let other = open_at(place).await;
    append(&*other, requests(Subject::Token(ALICE), seconds(1), 4)).await;
    assert_eq!(other.fold().await.unwrap().blocks, 2);
    assert_eq!(blocks_left(place).await, 0);
    assert_eq!(other.fold().await.unwrap(), Folded::default());
    assert_eq!(other.usage_of_token(ALICE, T0).await.unwrap().total.requests, 7);
}

/// Writers and folders at once, each with the subjects in an order of its own, which must not make
/// them wait for each other.
pub(super) async fn several_fold_each_block_once(place: &dyn Place) {
    let mut writers = Vec::new();
    for writer in 0..4_u8 {
        let store = open_at(place).await;
        writers.push(tokio::spawn(async move {
            let mut blocks = 0;
            for _ in 0..10 {
                let mut tokens = [ALICE, BOB];
                if writer % 2 == 0 {
                    tokens.reverse();
                }
                for token in tokens {
                    append(&*store, requests(Subject::Token(token), T0, 1)).await;
                }
                blocks += store.fold().await.unwrap().blocks;
            }
            blocks
        }));
    }
    let mut blocks = 0;
    for writer in writers {
        blocks += writer.await.unwrap();
    }
    let store = open_at(place).await;
    assert_eq!((blocks, blocks_left(place).await), (80, 0));
    for token in [ALICE, BOB] {
        assert_eq!(store.usage_of_token(token, T0).await.unwrap().total.requests, 40);
        assert_eq!(store.recent_requests(token, 100).await.unwrap().len(), 40);
    }
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 80);
}

pub(super) async fn a_block_that_can_not_be_read_is_counted_as_dropped(place: &dyn Place) {
    let store = open_at(place).await;
    for part in 0..4 {
        append(&*store, requests(Subject::Token(ALICE), seconds(part), 1 << part)).await;
    }
    place
        .run(
            "UPDATE activity_journal SET format = 99 WHERE id = 1; \
             UPDATE activity_journal SET crc = 1 - crc WHERE id = 3;",
        )
        .await;
    let dropped = Dropped { requests: 5, lines: 5 };
    assert_eq!(store.fold().await.unwrap(), Folded { blocks: 4, dropped, more: false });
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 10);
    assert_eq!(store.dropped(T0).await.unwrap(), dropped);
    assert_eq!(blocks_left(place).await, 0);
}

pub(super) async fn a_large_journal_is_folded_in_steps(place: &dyn Place) {
    let store = open_at(place).await;
    // Each of 5 MiB: a step takes four.
    let filler = "x".repeat(190);
    let mut buffer = JournalBuffer::default();
    let mut events = 0_u32;
    while buffer.size() < 5 << 20 {
        put(&mut buffer, Subject::Token(ALICE), T0, 1, &format!("{events}{filler}"));
        events += 1;
    }
    let block = buffer.seal(T0);
    for _ in 0..6 {
        append(&*store, block.clone()).await;
    }
    assert_eq!(store.fold().await.unwrap(), Folded { blocks: 4, more: true, ..Folded::default() });
    assert_eq!(store.fold().await.unwrap(), Folded { blocks: 2, ..Folded::default() });
    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.total.requests, u64::from(events) * 6);
    // Of each fold no more lines are written than are kept.
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 2_000);
}

pub(super) async fn the_hour_has_room_for_so_many_callers_over_all_folds(place: &dyn Place) {
    let store = open_at(place).await;
    let room = u32::try_from(CALLERS_PER_HOUR).unwrap();
    // The last are folded by somebody else; some of them are known and stay so.
    for (fold, names) in [0..room - 2, room - 3..room + 5].into_iter().enumerate() {
        let mut buffer = JournalBuffer::default();
        for name in names {
            put(&mut buffer, claimed(&format!("user-{name}")), T0, 1, "curl/8");
        }
        append(&*store, buffer.seal(T0)).await;
        let folder = open_at(place).await;
        assert_eq!(folder.fold().await.unwrap().blocks, 1, "{fold}");
    }
    let found = store.callers(None, T0, 2).await.unwrap();
    assert_eq!((&found[0].caller.user, found[0].total.requests), (&CallerUser::Other, 5));
    assert_eq!(found[0].last.agent, "curl/8");
    let known = CallerUser::Claimed(format!("user-{}", room - 3));
    assert_eq!((&found[1].caller.user, found[1].total.requests), (&known, 2));
    let callers = place.number("SELECT COUNT(*) FROM activity_subject").await;
    assert_eq!(callers, i64::from(room) + 1);
}
