//! Activity in tables of its own in a PostgreSQL database.

#[path = "sql/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "one text, compiled for each database")]
mod sql;

#[cfg(test)]
pub(super) use sql::prune::PLANS;

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Pool, Transaction, query, query_scalar};

use super::{ActivityError, Retention};
use crate::sql::postgres::{connect_options, migrate, session_pool, times};
use crate::{Durability, StoreError, StoreOptions};

/// What the shared SQL is compiled for.
type Db = sqlx::Postgres;
type Reader = PostgresActivityReader;
type Writer = PostgresActivityStore;

/// Its first query takes the snapshot that all others see.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Whether a value in a statement has its number.
const VALUES_ARE_NUMBERED: bool = true;

/// How long a connection is waited for, and a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the plan of a query says that reads hours by their key.
#[cfg(test)]
const HOUR_KEY: &str = "activity_hour_pkey";

/// The connections to one database: of their own, for counting takes none from the tokens.
#[derive(Clone)]
struct Pools {
    reading: Pool<Db>,
    writing: Pool<Db>,
}

impl Pools {
    fn new(connect: &PgConnectOptions) -> Self {
        Self { reading: pool(connect, 2), writing: pool(connect, 1) }
    }

    /// A fold touches many rows, each node's in an order of its own, and two of them would wait
    /// for each other. The one row of the log lets in one at a time; so no block is folded twice.
    async fn begin_write(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        let mut transaction = self.begin_append().await?;
        query("SELECT lines FROM activity_log WHERE one = 1 FOR UPDATE")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// Putting blocks in waits for nobody who folds.
    async fn begin_append(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
        Ok(self.writing.begin_with(begin).await?)
    }
}

/// Reads activity. Of a database that has no tables for it yet, it answers that nothing has
/// happened. It writes nothing but what it folds out of the journal, and that only if it may.
#[derive(Clone)]
pub struct PostgresActivityReader {
    pools: Option<Pools>,
}

impl PostgresActivityReader {
    /// Connects; creates nothing. Whether there is anything to read is found out now, not at
    /// each question: meant for one run of a command.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let pools = Pools::new(&connect_options(url)?);
        let tables = "SELECT to_regclass('activity_journal') IS NOT NULL";
        let found: bool = query_scalar(tables).fetch_one(&pools.reading).await?;
        Ok(Self { pools: found.then_some(pools) })
    }
}

/// Writes activity, and reads it. Of several nodes one folds at a time.
#[derive(Clone)]
pub struct PostgresActivityStore {
    pools: Pools,
    retention: Retention,
}

impl PostgresActivityStore {
    /// Connects, and brings the tables up to date.
    pub async fn open(url: &str, retention: Retention) -> Result<Self, StoreError> {
        let connect = connect_options(url)?;
        let mut migrations: Migrator = sqlx::migrate!("migrations/activity-postgres");
        // The store's own stand beside it, in the same database.
        migrations.table_name = Cow::Borrowed("_activity_migrations");
        migrate(&connect, options(), &migrations).await?;
        Ok(Self { pools: Pools::new(&connect), retention })
    }

    pub(super) async fn begin_write(&self) -> Result<Transaction<'static, Db>, ActivityError> {
        self.pools.begin_write().await
    }

    pub(super) async fn begin_read(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.pools.writing.begin_with(BEGIN_READ).await?)
    }
}

/// Not on disk before the answer comes: when the server's machine goes down, the counts of its
/// last second may be lost, and for that a disk need not be synced each second.
fn options() -> StoreOptions {
    StoreOptions { durability: Durability::Off, patience: PATIENCE, ..StoreOptions::default() }
}

fn pool(connect: &PgConnectOptions, connections: u32) -> Pool<Db> {
    session_pool(options(), times(options()))
        .max_connections(connections)
        .connect_lazy_with(connect.clone())
}

/// Gives up on a server that does not answer any more.
async fn in_time<T>(
    question: impl Future<Output = Result<T, ActivityError>>,
) -> Result<T, ActivityError> {
    match tokio::time::timeout(PATIENCE * 4, question).await {
        Ok(answer) => answer,
        Err(_) => Err(ActivityError::Failed("the database did not answer in time".into())),
    }
}
