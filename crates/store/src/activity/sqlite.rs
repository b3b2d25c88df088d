//! Activity in an SQLite file of its own.

#[path = "sql/mod.rs"]
mod sql;

#[cfg(test)]
pub(super) use sql::prune::PLANS;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gatepass_model::{InstanceName, Timestamp, TokenId};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{
    ActivityBatch, ActivityError, ActivityReader, ActivityStore, Answer, Caller, CallerUsage,
    Dropped, Pruned, RecentRequest, Retention, TokenUsage, UnixHour,
};
use crate::sql::sqlite::is_at_rest;

/// What the shared SQL below is compiled for.
type Db = sqlx::Sqlite;

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

impl ActivityReader for SqliteActivityReader {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        Box::pin(async move {
            let Some(pool) = &self.pool else { return Ok(TokenUsage::default()) };
            // One transaction, so that the parts of the answer are of one moment.
            let mut snapshot = pool.begin().await?;
            sql::read::usage_of_token(&mut snapshot, token, since).await
        })
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        Box::pin(async move {
            let Some(pool) = &self.pool else { return Ok(Vec::new()) };
            let mut connection = pool.acquire().await?;
            sql::read::recent_requests(&mut connection, token, limit).await
        })
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(async move {
            let Some(pool) = &self.pool else { return Ok(Vec::new()) };
            let mut snapshot = pool.begin().await?;
            sql::read::callers(&mut snapshot, instance.as_ref(), since, limit).await
        })
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        Box::pin(async move {
            let Some(pool) = &self.pool else { return Ok(Dropped::default()) };
            let mut connection = pool.acquire().await?;
            sql::read::dropped(&mut connection, since).await
        })
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
}

impl ActivityReader for SqliteActivityStore {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        self.reader.usage_of_token(token, since)
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        self.reader.recent_requests(token, limit)
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        self.reader.callers(instance, since, limit)
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        self.reader.dropped(since)
    }
}

impl ActivityStore for SqliteActivityStore {
    fn write_batch<'a>(&'a self, batch: &'a ActivityBatch) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            sql::write::batch(&mut transaction, batch).await?;
            Ok(transaction.commit().await?)
        })
    }

    fn callers_of_hour(&self, hour: UnixHour) -> Answer<'_, Vec<Caller>> {
        Box::pin(async move {
            let mut connection = self.writer.acquire().await?;
            sql::read::callers_of_hour(&mut connection, hour).await
        })
    }

    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned> {
        Box::pin(async move {
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            let pruned = sql::prune::step(&mut transaction, self.retention, now).await?;
            transaction.commit().await?;
            Ok(pruned)
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(pool) = &self.reader.pool {
                pool.close().await;
            }
            self.writer.close().await;
            Ok(())
        })
    }
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
    ActivityError::Open { path: path.to_owned(), source: source.into() }
}
