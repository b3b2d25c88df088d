//! Copies of a whole store, into another database or into a file that is kept.

mod file;
mod tables;

use std::path::Path;

use gatepass_model::Timestamp;

pub(crate) use file::{NewFile, vacuum_into};
use tables::TABLES;

use crate::sql::{postgres, sqlite};
use crate::transfer::{Rows, pour};
use crate::{Answer, Copied, PostgresStore, SqliteStore, Store, StoreError, StoreOptions, address};

/// A store whose rows can be taken out and put in.
pub(crate) trait Copyable: Store {
    /// One moment of it.
    fn begin_reading(&self) -> Answer<'_, Box<dyn Rows>>;

    /// Keeps other changes out until it ends.
    fn begin_writing(&self) -> Answer<'_, Box<dyn Rows>>;
}

/// Copies the store at `from` into the one at `to`, as it is at one moment, in either direction
/// between SQLite and PostgreSQL: handles, revisions, the audit record and the policy stay what they
/// are, so that gates may go on with the copy. The nodes are not copied; those that run on the
/// copy sign in by themselves.
///
/// The copy is there whole or not at all. [`StoreError::Occupied`] when there is anything at
/// `to`: a store where nothing was ever done is made, or filled. What is changed at `from`
/// meanwhile is not in the copy, so gates had better not run.
pub async fn copy(from: &str, to: &str, now: Timestamp) -> Result<Copied, StoreError> {
    if !exists(from).await? {
        return Err(missing(from));
    }
    let source = open(from, now).await?;
    let target = open(to, now).await?;
    let copied = copy_between(&*source, &*target, to).await;
    source.close().await?;
    target.close().await?;
    copied
}

async fn copy_between(
    source: &dyn Copyable,
    target: &dyn Copyable,
    to: &str,
) -> Result<Copied, StoreError> {
    let mut reading = source.begin_reading().await?;
    let mut writing = target.begin_writing().await?;
    if writing.number(tables::TRACES).await? != 0 {
        return Err(StoreError::Occupied { place: address::shown(to) });
    }
    let copied = pour(&mut *reading, &mut *writing, &TABLES).await?;
    writing.commit().await?;
    Ok(copied)
}

/// Writes the store at `url`, as it is at one moment, into a new SQLite file, which its user alone
/// may read. Gates may run meanwhile. It is there whole or not at all, and on disk.
///
/// [`StoreError::Occupied`] when there is something at `to`.
pub async fn backup(url: &str, to: &Path) -> Result<(), StoreError> {
    if !exists(url).await? {
        return Err(missing(url));
    }
    let file = NewFile::beside(to)?;
    if postgres::is_address(url) {
        // Dates the first policy, which that of the copy takes the place of.
        copy(url, &file.url()?, Timestamp::EPOCH).await?;
    } else {
        vacuum_into(&sqlite::path_of(url)?, &file).await?;
    }
    file.put_in_place()
}

/// Whether there is a store. It is not made for having been asked for.
async fn exists(url: &str) -> Result<bool, StoreError> {
    if postgres::is_address(url) {
        return postgres::has_table(url, "change_counter").await;
    }
    Ok(sqlite::path_of(url)?.metadata().is_ok_and(|meta| meta.len() > 0))
}

fn missing(url: &str) -> StoreError {
    StoreError::unavailable(format!("there is no store at {}", address::shown(url)))
}

/// With patience: nobody waits for the answer to a request.
pub(crate) fn options() -> StoreOptions {
    let patience = std::time::Duration::from_secs(30);
    StoreOptions { patience, notifications: false, ..StoreOptions::default() }
}

async fn open(url: &str, now: Timestamp) -> Result<Box<dyn Copyable>, StoreError> {
    if postgres::is_address(url) {
        return Ok(Box::new(PostgresStore::open(url, options(), now).await?));
    }
    Ok(Box::new(SqliteStore::open(url, options(), now).await?))
}
