//! Activity in an SQLite file of its own.

#[path = "sql/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "one text, compiled for each database")]
mod sql;

#[cfg(test)]
pub(super) use sql::prune::PLANS;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Transaction;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{ActivityError, Retention};
use crate::StoreError;
use crate::sql::sqlite::is_at_rest;

/// What the shared SQL below is compiled for.
type Db = sqlx::Sqlite;
type Reader = SqliteActivityReader;
type Writer = SqliteActivityStore;

/// Its first query takes the snapshot that all others see.
const BEGIN_READ: &str = "BEGIN";

/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// Reads activity, beside whoever writes it. Of a file that does not exist yet, or has no tables
/// yet, it answers that nothing has happened.
#[derive(Clone, Debug)]
pub struct SqliteActivityReader {
    pool: Option<SqlitePool>,
}

impl SqliteActivityReader {
    /// Opens a file for reading only; creates nothing. Whether there is anything to read is
    /// found out now, not at each question: meant for one run of a command.
    pub async fn open(path: &Path) -> Result<Self, ActivityError> {
        if !path.exists() {
            return Ok(Self { pool: None });
        }
        let pool = read_pool(path);
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'activity_log'";
        let found: Result<i64, _> = sqlx::query_scalar(tables).fetch_one(&pool).await;
        match found {
            Ok(0) => Ok(Self { pool: None }),
            Ok(_) => Ok(Self { pool: Some(pool) }),
            Err(error) => Err(failed_to_open(path, error)),
        }
    }
}

/// Writes activity, and reads it. One process writes a file at a time; a second one waits.
#[derive(Clone, Debug)]
pub struct SqliteActivityStore {
    /// One connection: SQLite has one writer anyway.
    writer: SqlitePool,
    reader: SqliteActivityReader,
    retention: Retention,
}

impl SqliteActivityStore {
    /// Opens a file, or makes it (mode 0600: it has names and addresses), and brings it to
    /// today's tables.
    ///
    /// `synchronous=NORMAL`, where tokens have `FULL`: in WAL mode the file can't be damaged by
    /// it, and what a killed process has committed stands, because the kernel has it. Only when
    /// the machine itself goes down may the counts since the last checkpoint be lost, and for
    /// that a disk need not be synced each second.
    pub async fn open(path: &Path, retention: Retention) -> Result<Self, ActivityError> {
        let target = path.to_owned();
        let guard = tokio::task::spawn_blocking(move || prepare(&target))
            .await
            .map_err(|error| failed_to_open(path, error))?
            .map_err(|error| failed_to_open(path, error))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY);
        let writer = pool_options()
            .max_connections(1)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .map_err(|error| failed_to_open(path, error))?;
        sqlx::migrate!("migrations/activity-sqlite")
            .run(&writer)
            .await
            .map_err(|error| failed_to_open(path, error))?;
        drop(guard);
        let reader = SqliteActivityReader { pool: Some(read_pool(path)) };
        Ok(Self { writer, reader, retention })
    }

    pub(super) async fn begin_write(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(super) async fn begin_read(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.writer.begin_with(BEGIN_READ).await?)
    }
}

/// As it is: the waiting for connection and lock is bounded, and a file answers.
async fn in_time<T>(
    question: impl Future<Output = Result<T, ActivityError>>,
) -> Result<T, ActivityError> {
    question.await
}

/// Makes the file, and takes the lock under which it is brought to today's tables: neither the
/// migrations nor the switch to WAL stand several processes at once.
fn prepare(path: &Path) -> std::io::Result<File> {
    let private = |path: &Path| OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let mut lock_name = path.as_os_str().to_owned();
    lock_name.push(".lock");
    let lock = private(&PathBuf::from(lock_name))?;
    lock.lock()?;
    private(path)?;
    Ok(lock)
}

/// A connection that an error of the disk has left in a transaction is replaced.
fn pool_options() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .before_acquire(|connection, _| Box::pin(async { Ok(is_at_rest(connection)) }))
}

fn read_pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
    pool_options().max_connections(2).acquire_timeout(BUSY).connect_lazy_with(options)
}

fn failed_to_open(
    path: &Path,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ActivityError {
    ActivityError::Open { place: path.display().to_string(), source: source.into() }
}
