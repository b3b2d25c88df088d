//! The stories on SQLite, and what only a database in a file can do.

mod child;
mod durability;
mod faults;
mod file;
mod loss;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::path::{Path, PathBuf};

use crate::backend::{Backend, Step};

/// A file in a folder that goes with the test.
pub(crate) struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("gatepass.db")
    }

    pub(crate) fn url(&self) -> String {
        url(&self.path())
    }

    /// A connection behind the store's back.
    async fn connect(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).connect().await.unwrap()
    }
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

impl Backend for Sqlite {
    fn address(&self) -> String {
        self.url()
    }

    fn execute<'a>(&'a self, sql: &'a str) -> Step<'a, ()> {
        Box::pin(async move {
            let mut connection = self.connect().await;
            let sql = sql.replace("{BYTES}", "BLOB");
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            assert!(done.rows_affected() > 0, "it changed nothing");
            connection.close().await.unwrap();
        })
    }
}

mod stories {
    crate::contract::stories!(super::Sqlite::new);
}
