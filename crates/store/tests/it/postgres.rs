//! The stories on PostgreSQL, and what only a server can do.

mod cut;
mod order;
mod restart;
mod silence;

use gatepass_testdb::TestDatabase;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::backend::{Backend, Step};

/// A database in the tests' server, which goes with the test.
pub(crate) struct Postgres {
    database: TestDatabase,
}

impl Postgres {
    pub(crate) fn new() -> Self {
        Self { database: TestDatabase::new().unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        self.database.url()
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.database.run(sql).unwrap()
    }

    /// A connection behind the store's back.
    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

impl Backend for Postgres {
    fn address(&self) -> String {
        self.url()
    }

    fn execute<'a>(&'a self, sql: &'a str) -> Step<'a, ()> {
        Box::pin(async move {
            let mut connection = self.connect().await;
            let sql = sql.replace("{BYTES}", "BYTEA");
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            assert!(done.rows_affected() > 0, "it changed nothing");
            connection.close().await.unwrap();
        })
    }
}

mod stories {
    crate::contract::stories!(super::Postgres::new);
}
