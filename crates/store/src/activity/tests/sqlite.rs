//! The stories on SQLite, and what is a file's alone.

use std::path::PathBuf;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use super::*;

/// A file in a folder that goes with the test.
pub(super) struct FilePlace {
    folder: TempDir,
}

impl FilePlace {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("gatepass.activity.db")
    }

    async fn open(&self) -> SqliteActivityStore {
        SqliteActivityStore::open(&self.path(), Retention::default()).await.unwrap()
    }

    async fn raw(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path());
        SqliteConnection::connect_with(&options).await.unwrap()
    }
}

impl Place for FilePlace {
    fn location(&self) -> ActivityLocation {
        ActivityLocation::File(self.path())
    }

    fn run(&self, text: &'static str) -> Step<'_, ()> {
        Box::pin(async move {
            sqlx::raw_sql(text).execute(&mut self.raw().await).await.unwrap();
        })
    }

    fn make_first(&self) -> Step<'_, ()> {
        Box::pin(async move {
            std::fs::write(self.path(), "").unwrap();
            let mut migrations = sqlx::migrate!("migrations/activity-sqlite");
            migrations.migrations.to_mut().truncate(1);
            let options = SqliteConnectOptions::new().filename(self.path());
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            migrations.run(&pool).await.unwrap();
            pool.close().await;
        })
    }

    fn number(&self, text: &'static str) -> Step<'_, i64> {
        Box::pin(
            async move { sqlx::query_scalar(text).fetch_one(&mut self.raw().await).await.unwrap() },
        )
    }
}

mod stories {
    crate::activity::tests::stories!(super::FilePlace::new);
}

#[tokio::test]
async fn another_reader_sees_what_was_written_while_more_is_being_written() {
    let place = FilePlace::new();
    let store = place.open().await;
    write(&store, requests(Subject::Token(ALICE), T0, 3)).await;
    // Nobody can fold it now.
    append(&store, requests(Subject::Token(ALICE), T0, 1)).await;
    let mut raw = place.raw().await;
    sqlx::raw_sql("BEGIN IMMEDIATE; DELETE FROM activity_hour;").execute(&mut raw).await.unwrap();

    let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, 3);
    assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap().len(), 3);
    sqlx::raw_sql("ROLLBACK").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    store.close().await.unwrap();
    let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, 4);
}

#[tokio::test]
async fn of_a_file_that_is_not_there_yet_nothing_has_happened() {
    let place = FilePlace::new();
    for exists in [false, true] {
        if exists {
            std::fs::write(place.path(), "").unwrap();
        }
        let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
        assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());
        assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap(), []);
        assert_eq!(reader.callers(None, T0, 10).await.unwrap(), []);
        assert_eq!(reader.dropped(T0).await.unwrap(), Dropped::default());
        assert_eq!(place.path().exists(), exists);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_file_at_once_and_only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = FilePlace::new();
    let path = place.path();
    let open = || {
        let path = path.clone();
        tokio::spawn(async move { SqliteActivityStore::open(&path, Retention::default()).await })
    };
    let tasks: Vec<_> = (0..8).map(|_| open()).collect();
    let mut stores = Vec::new();
    for task in tasks {
        stores.push(task.await.unwrap().unwrap());
    }
    for (part, store) in (0..).zip(&stores) {
        append(store, requests(Subject::Token(ALICE), seconds(part), 1)).await;
    }
    let usage = stores[0].usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.total.requests, 8);
    for ending in ["", "-wal", "-shm"] {
        let name = format!("{}{ending}", path.display());
        let mode = std::fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
#[tokio::test]
async fn pruning_finds_what_must_go_without_reading_everything() {
    let place = FilePlace::new();
    let _store = place.open().await;
    let mut raw = place.raw().await;
    for (text, index) in crate::activity::sqlite::PLANS {
        let text = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(text).fetch_all(&mut raw).await.unwrap();
        assert!(plan.iter().any(|step| step.3.contains(index)), "{plan:?}");
    }
}
