//! SQLite, embedded: the default for one node.

mod location;
#[path = "queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "one text, compiled for each database")]
mod queries;
mod watch;

use std::path::Path;

use gatepass_model::Timestamp;
use location::FileIdentity;
pub(crate) use location::path_of;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Pool, Sqlite, Transaction};

use super::migration_error;
use crate::audit::SealPlace;
use crate::{Answer, Durability, StoreError, StoreOptions, Watch};

type Database = SqliteStore;
type Db = Sqlite;

/// Takes the lock for writing at once: a transaction that reads first and writes then fails
/// with `SQLITE_BUSY_SNAPSHOT` in spite of the busy timeout.
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// Its first query takes the snapshot that all others see.
const BEGIN_READ: &str = "BEGIN";
/// A token's handle as hexadecimal text.
const HEX_ID: &str = "hex(id)";
/// It numbers behind the last row by itself.
const CONTINUE_NUMBERS: Option<&str> = None;

/// A text without regard to ASCII's letter case, for LIKE, which has none in SQLite.
const FOLDED: &str = "{field}";

/// Rows of an answer that the thread of the database hands over without being waited for.
const ROWS: usize = 1_000;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// A store in one SQLite file. WAL; the file, its WAL and its lock file are its user's alone.
pub struct SqliteStore {
    /// One connection: writers of this process queue here in order, and not at the lock of the
    /// database, which is unfair and gives up.
    writer: Pool<Db>,
    readers: Pool<Db>,
    connect: SqliteConnectOptions,
    file: FileIdentity,
    seal: SealPlace,
}

impl SqliteStore {
    /// As [`crate::open`].
    pub async fn open(
        url: &str,
        options: StoreOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let path = location::path_of(url)?;
        // SQLite's migrations are not locked by the driver, and the switch to WAL can be busy.
        let lock = location::lock_beside(&path).await?;
        location::make_private(&path)?;
        let file = FileIdentity::of(path.clone())?;
        let connect = connect_options(&path, options);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(options.patience)
                .idle_timeout(None)
                .test_before_acquire(false)
                .max_lifetime(None)
                .before_acquire(|connection, _| Box::pin(async { Ok(is_at_rest(connection)) }))
        };
        let writer = pool(1).connect_with(connect.clone()).await?;
        let readers = pool(4).connect_lazy_with(connect.clone());
        let store = Self { readers, writer, connect, file, seal: SealPlace::default() };
        MIGRATIONS.run(&store.writer).await.map_err(migration_error)?;
        queries::policy::insert_first(&store, now).await?;
        drop(lock);
        Ok(store)
    }

    async fn begin_write(&self) -> Result<Transaction<'static, Db>, StoreError> {
        self.file.check()?;
        Ok(self.writer.begin_with(BEGIN_WRITE).await?)
    }

    async fn begin_read(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.readers()?.begin_with(BEGIN_READ).await?)
    }

    fn readers(&self) -> Result<Pool<Db>, StoreError> {
        self.file.check()?;
        Ok(self.readers.clone())
    }

    /// Nothing to do: whoever follows asks for the number of the last commit.
    #[expect(clippy::unused_async, reason = "as that of PostgreSQL, which the queries call too")]
    async fn announce(&self, _: &mut Transaction<'static, Db>) -> Result<(), StoreError> {
        Ok(())
    }

    /// As it is: the waiting for connection and lock is bounded, and a file answers.
    async fn in_time<T>(
        &self,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        question.await
    }

    fn answer<'a, T: 'a>(
        &'a self,
        question: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(self.in_time(question))
    }

    fn new_watch(&self) -> Answer<'_, Box<dyn Watch>> {
        Box::pin(async move {
            self.file.check()?;
            let watch = watch::FileWatch::new(&self.connect, self.file.clone()).await?;
            Ok(Box::new(watch) as Box<dyn Watch>)
        })
    }

    async fn close_all(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Whether a connection has no transaction of its last user left.
///
/// When the disk fails, SQLite rolls back by itself. The driver's own rollback then fails, and it
/// counts a transaction that is none: such a connection would refuse everything for good. A new
/// one takes its place.
pub(crate) fn is_at_rest(connection: &sqlx::sqlite::SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

fn connect_options(path: &Path, options: StoreOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(options.patience)
        .row_buffer_size(ROWS)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match options.durability {
            // NORMAL loses acknowledged commits when the power fails.
            Durability::Full => SqliteSynchronous::Full,
            Durability::Off => SqliteSynchronous::Off,
        })
}
