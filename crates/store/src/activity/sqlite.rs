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

/// Whether a value in a statement of many has its number: the driver asks SQLite for the name of
/// each, which searches all those before it.
const VALUES_ARE_NUMBERED: bool = false;

/// A block of the journal fills many pages, and each is written, and copied from the write-ahead
/// log, by calls of its own. Holds for files that are new.
const PAGE_BYTES: u32 = 16_384;

/// What a writer keeps of the file in memory: 16 MiB, or a fold would write pages and read them
/// again.
const CACHE: &str = "-16384";

/// Rows of an answer that the thread of the database hands over without being waited for.
const ROWS: usize = 1_000;

/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// What the plan of a query says that reads hours by their key.
#[cfg(test)]
const HOUR_KEY: &str = "USING PRIMARY KEY (caller=? AND hour<?)";

/// The connections to one file.
#[derive(Clone, Debug)]
struct Pools {
    reading: SqlitePool,
    /// One connection: SQLite has one writer anyway.
    writing: SqlitePool,
}

impl Pools {
    /// Keeps other writers out, and with them those who fold, until it ends.
    async fn begin_write(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        Ok(self.writing.begin_with("BEGIN IMMEDIATE").await?)
    }

    async fn begin_append(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        self.begin_write().await
    }
}

/// Reads activity, beside whoever writes it. Of a file that does not exist yet, or has no tables
/// yet, it answers that nothing has happened. It writes nothing but what it folds out of the
/// journal, and that only if it may.
#[derive(Clone, Debug)]
pub struct SqliteActivityReader {
    pools: Option<Pools>,
}

impl SqliteActivityReader {
    /// Opens a file; creates nothing. Whether there is anything to read is found out now, not at
    /// each question: meant for one run of a command.
    pub async fn open(path: &Path) -> Result<Self, ActivityError> {
        if !path.exists() {
            return Ok(Self { pools: None });
        }
        let reading = read_pool(path);
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'activity_journal'";
        let found: Result<i64, _> = sqlx::query_scalar(tables).fetch_one(&reading).await;
        match found {
            Ok(0) => Ok(Self { pools: None }),
            Ok(_) => {
                let writing = write_options(path);
                let writing = pool_options().max_connections(1).connect_lazy_with(writing);
                Ok(Self { pools: Some(Pools { reading, writing }) })
            }
            Err(error) => Err(failed_to_open(path, error)),
        }
    }
}

/// Writes activity, and reads it. One process writes a file at a time; a second one waits.
#[derive(Clone, Debug)]
pub struct SqliteActivityStore {
    pools: Pools,
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
        let writing = pool_options()
            .max_connections(1)
            .connect_with(write_options(path).journal_mode(SqliteJournalMode::Wal))
            .await
            .map_err(|error| failed_to_open(path, error))?;
        sqlx::migrate!("migrations/activity-sqlite")
            .run(&writing)
            .await
            .map_err(|error| failed_to_open(path, error))?;
        drop(guard);
        Ok(Self { pools: Pools { reading: read_pool(path), writing }, retention })
    }

    pub(super) async fn begin_write(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        self.pools.begin_write().await
    }

    pub(super) async fn begin_read(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.pools.writing.begin_with(BEGIN_READ).await?)
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
        .acquire_timeout(BUSY)
        .before_acquire(|connection, _| Box::pin(async { Ok(is_at_rest(connection)) }))
}

fn read_pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
    pool_options().max_connections(2).connect_lazy_with(options)
}

fn write_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Normal)
        .page_size(PAGE_BYTES)
        .pragma("cache_size", CACHE)
        .row_buffer_size(ROWS)
        .busy_timeout(BUSY)
}

fn failed_to_open(
    path: &Path,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ActivityError {
    ActivityError::Open { place: path.display().to_string(), source: source.into() }
}
