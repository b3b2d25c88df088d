//! The stories on PostgreSQL.

use gatepass_testdb::TestDatabase;
use sqlx::{Connection as _, PgConnection};

use super::*;

/// A database that goes with the test.
pub(super) struct DatabasePlace {
    database: TestDatabase,
}

impl DatabasePlace {
    pub(super) fn new() -> Self {
        Self { database: TestDatabase::new().unwrap() }
    }

    async fn raw(&self) -> PgConnection {
        PgConnection::connect(&self.database.url()).await.unwrap()
    }
}

impl Place for DatabasePlace {
    fn location(&self) -> ActivityLocation {
        ActivityLocation::Url(self.database.url())
    }

    fn run(&self, text: &'static str) -> Step<'_, ()> {
        Box::pin(async move {
            sqlx::raw_sql(text).execute(&mut self.raw().await).await.unwrap();
        })
    }

    fn make_first(&self) -> Step<'_, ()> {
        Box::pin(async move {
            let mut migrations = sqlx::migrate!("migrations/activity-postgres");
            migrations.migrations.to_mut().truncate(1);
            migrations.table_name = "_activity_migrations".into();
            let pool = sqlx::PgPool::connect(&self.database.url()).await.unwrap();
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
    crate::activity::tests::stories!(super::DatabasePlace::new);
}

#[tokio::test]
async fn it_stands_beside_the_store_in_one_database() {
    let place = DatabasePlace::new();
    let url = place.database.url();
    let store = crate::open(&url, crate::StoreOptions::default(), T0).await.unwrap();
    let activity = open_at(&place).await;
    write(&*activity, requests(Subject::Token(ALICE), T0, 1)).await;
    assert!(store.is_pristine().await.unwrap());
    crate::open(&url, crate::StoreOptions::default(), T0).await.unwrap();
    open_at(&place).await;
}

#[test]
fn a_password_is_not_shown() {
    let location = ActivityLocation::Url("postgres://g:hunter2@db/gate".to_owned());
    assert_eq!(location.to_string(), "postgres://db/gate");
    assert!(!format!("{location:?}").contains("hunter2"));
}

#[tokio::test]
async fn pruning_finds_what_must_go_without_reading_everything() {
    let place = DatabasePlace::new();
    let _store = open_at(&place).await;
    let mut raw = place.raw().await;
    // There is nothing in the tables yet, and reading nothing is cheap in any way.
    sqlx::query("SET enable_seqscan = off").execute(&mut raw).await.unwrap();
    for (text, index) in crate::activity::postgres::PLANS {
        let text =
            ["$1", "$2", "$3"].iter().fold(text.to_owned(), |text, of| text.replace(of, "1"));
        let text = sqlx::AssertSqlSafe(format!("EXPLAIN {text}"));
        let plan: Vec<(String,)> = sqlx::query_as(text).fetch_all(&mut raw).await.unwrap();
        assert!(plan.iter().any(|(line,)| line.contains(index)), "{plan:?}");
    }
}
