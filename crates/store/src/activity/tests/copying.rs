//! Copies and backups of activity.

use super::postgres::DatabasePlace;
use super::sqlite::FilePlace;
use super::*;

/// Some of it is folded, and some is not yet.
async fn fill(place: &dyn Place) {
    let store = open_at(place).await;
    for part in 0..3 {
        if part == 2 {
            write_rest(&*store).await;
        }
        append(&*store, requests(Subject::Token(ALICE), seconds(part), 300)).await;
    }
    append(&*store, requests(NOBODY, T0, 5)).await;
    append(&*store, lost(1, 2)).await;
    store.close().await.unwrap();
}

/// It has what was filled in, and goes on.
async fn is_whole(location: &ActivityLocation) {
    let store = open(location, Retention::default()).await.unwrap();
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 900);
    let recent = store.recent_requests(ALICE, 1_000).await.unwrap();
    assert_eq!(recent.len(), 900);
    assert!(recent.windows(2).all(|pair| pair[0].at >= pair[1].at));
    assert_eq!(store.callers(None, T0, 10).await.unwrap()[0].total.requests, 5);
    assert_eq!(store.dropped(T0).await.unwrap(), Dropped { requests: 1, lines: 2 });
    // A block, a subject and a sheet that get numbers behind the last ones.
    append(&*store, requests(Subject::Token(BOB), seconds(9), 2)).await;
    assert_eq!(store.recent_requests(BOB, 10).await.unwrap().len(), 2);
    store.close().await.unwrap();
}

#[tokio::test]
async fn activity_moves_between_files_and_servers() {
    let (file, back, database) = (FilePlace::new(), FilePlace::new(), DatabasePlace::new());
    let (file_at, back_at, database_at) = (file.location(), back.location(), database.location());
    assert_eq!(copy(&file_at, &database_at).await.unwrap(), crate::Copied::default());
    fill(&file).await;
    let there = copy(&file_at, &database_at).await.unwrap();
    let here = copy(&database_at, &back_at).await.unwrap();
    assert_eq!(there, here);
    assert!(there.tables.contains(&("activity_journal", 3)), "{there:?}");
    let again = copy(&file_at, &database_at).await;
    assert!(matches!(again, Err(crate::StoreError::Occupied { .. })), "{again:?}");
    for location in [file_at, back_at, database_at] {
        is_whole(&location).await;
    }
}

#[tokio::test]
async fn a_backup_of_activity_is_a_file() {
    let places: [Box<dyn Place>; 2] = [Box::new(FilePlace::new()), Box::new(DatabasePlace::new())];
    for place in places {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("kept.db");
        assert!(!backup(&place.location(), &to).await.unwrap());
        assert!(!to.exists());
        fill(&*place).await;
        assert!(backup(&place.location(), &to).await.unwrap());
        let again = backup(&place.location(), &to).await;
        assert!(matches!(again, Err(crate::StoreError::Occupied { .. })), "{again:?}");
        is_whole(&ActivityLocation::File(to)).await;
    }
}
