//! PostgreSQL: for several nodes.

mod listener;
mod location;
#[path = "queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "one text, compiled for each database")]
mod queries;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Pool, Postgres, Transaction, query, query_scalar};

pub(crate) use location::{connect_options, is_address};

use super::migration_error;
use crate::audit::SealPlace;
use crate::{Answer, Durability, StoreError, StoreOptions, Watch};

type Database = PostgresStore;
type Db = Postgres;

/// The row of the counter, locked by each change, puts changes in order; a stricter level would
/// fail where this one waits.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// Its first query takes the snapshot that all others see.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A token's handle as hexadecimal text.
const HEX_ID: &str = "encode(id, 'hex')";
/// A text without regard to ASCII's letter case: LOWER knows no other by the columns' COLLATE "C".
const FOLDED: &str = "LOWER({field})";
/// A table that the database numbers does not see what numbers were put in by others.
const CONTINUE_NUMBERS: Option<&str> = Some(
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'),
        (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)",
);

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// How long the migrations of another process are waited for.
const MIGRATION: Duration = Duration::from_mins(1);

/// A node that stops in the middle of a transaction holds up all the others: the server ends it.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(10);

/// A connection that comes back must answer in so long, or it is thrown away.
const RETURN: Duration = Duration::from_secs(5);

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    /// Apart from the readers', so that changes that wait for each other leave room for them.
    writers: Pool<Db>,
    readers: Pool<Db>,
    connect: Arc<PgConnectOptions>,
    options: StoreOptions,
    seal: SealPlace,
}

impl PostgresStore {
    /// As [`crate::open`].
    pub async fn open(
        url: &str,
        options: StoreOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let connect = connect_options(url)?;
        migrate(&connect, options, &MIGRATIONS).await?;
        let pool = |connections| {
            session_pool(options, times(options))
                .max_connections(connections)
                .connect_lazy_with(connect.clone())
        };
        let store = Self {
            writers: pool(2),
            readers: pool(4),
            connect: Arc::new(connect.clone()),
            options,
            seal: SealPlace::default(),
        };
        queries::policy::insert_first(&store, now).await?;
        Ok(store)
    }

    async fn begin_write(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.writers.begin_with(BEGIN_WRITE).await?)
    }

    async fn begin_read(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.readers.begin_with(BEGIN_READ).await?)
    }

    #[expect(clippy::unnecessary_wraps, reason = "as that of SQLite, which the queries call too")]
    fn readers(&self) -> Result<Pool<Db>, StoreError> {
        Ok(self.readers.clone())
    }

    /// Sent when the transaction commits. A hint: a change that nobody hears of is found by
    /// asking.
    async fn announce(&self, write: &mut Transaction<'static, Db>) -> Result<(), StoreError> {
        if self.options.notifications {
            query("SELECT pg_notify($1, '')").bind(listener::CHANNEL).execute(&mut **write).await?;
        }
        Ok(())
    }

    /// Gives up on a server that does not answer any more, be it that the network swallows all.
    async fn in_time<T>(
        &self,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.options.patience * 2, question).await {
            Ok(answer) => answer,
            Err(_) => Err(StoreError::unavailable("the database did not answer in time")),
        }
    }

    fn answer<'a, T: 'a>(
        &'a self,
        question: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(self.in_time(question))
    }

    fn new_watch(&self) -> Answer<'_, Box<dyn Watch>> {
        self.answer(async move {
            let watch = watch::CounterWatch::new(self).await?;
            Ok(Box::new(watch) as Box<dyn Watch>)
        })
    }

    async fn close_all(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// What the server holds a session to.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    statement: Duration,
    lock: Duration,
}

/// A lock is waited for as long as a connection is; a statement has both times.
pub(crate) fn times(options: StoreOptions) -> Times {
    Times { statement: options.patience * 2, lock: options.patience }
}

/// Pools whose sessions are set up as ours must be, and asked before each use whether they live:
/// the server may have been restarted.
pub(crate) fn session_pool(options: StoreOptions, times: Times) -> PgPoolOptions {
    PgPoolOptions::new()
        .acquire_timeout(options.patience)
        .test_before_acquire(true)
        .after_connect(move |connection, _| {
            Box::pin(async move { set_up(connection, options.durability, times).await })
        })
        // The driver would wait for its answer without end, and keep its place in the pool.
        .after_release(|connection, _| {
            Box::pin(async move {
                match tokio::time::timeout(RETURN, connection.ping()).await {
                    Ok(answer) => answer.map(|()| true),
                    Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
                }
            })
        })
}

async fn set_up(
    connection: &mut sqlx::PgConnection,
    durability: Durability,
    times: Times,
) -> Result<(), sqlx::Error> {
    // What is stronger than `on` (`remote_apply`) or chosen among the durable ones stays.
    const SYNC: &str = "CASE WHEN current_setting('synchronous_commit') = 'off' THEN 'on'
        ELSE current_setting('synchronous_commit') END";
    let sync = if durability == Durability::Off { "'off'" } else { SYNC };
    let text = format!(
        "SELECT pg_is_in_recovery(), set_config('synchronous_commit', {sync}, false),
            set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
            set_config('idle_in_transaction_session_timeout', $3, false)"
    );
    let (is_standby,): (bool,) = sqlx::query_as(sqlx::AssertSqlSafe(text))
        .bind(times.statement.as_millis().to_string())
        .bind(times.lock.as_millis().to_string())
        .bind(IDLE_IN_TRANSACTION.as_millis().to_string())
        .fetch_one(connection)
        .await?;
    // It may be behind, so that a revocation would not be seen.
    if is_standby {
        return Err(sqlx::Error::Protocol("the database is a standby, not the primary".to_owned()));
    }
    Ok(())
}

/// Brings the tables up to date. Several may do so at once: the driver takes a lock.
pub(crate) async fn migrate(
    connect: &PgConnectOptions,
    options: StoreOptions,
    migrations: &sqlx::migrate::Migrator,
) -> Result<(), StoreError> {
    let pool = session_pool(options, Times { statement: MIGRATION, lock: MIGRATION })
        .max_connections(1)
        .connect_with(connect.clone())
        .await?;
    let encoding: String = query_scalar("SHOW server_encoding").fetch_one(&pool).await?;
    if encoding != "UTF8" {
        let reason = format!("the database has the encoding {encoding}; make one with UTF8");
        return Err(StoreError::unavailable(reason));
    }
    let migrated = migrations.run(&pool).await.map_err(migration_error);
    pool.close().await;
    migrated
}

/// Whether the database has a table. It need not have any.
pub(crate) async fn has_table(url: &str, name: &str) -> Result<bool, StoreError> {
    let options = crate::copy::options();
    let pool = session_pool(options, times(options))
        .max_connections(1)
        .connect_with(connect_options(url)?)
        .await?;
    let found =
        query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(name).fetch_one(&pool).await;
    pool.close().await;
    Ok(found?)
}
