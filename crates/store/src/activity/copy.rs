//! Copies of all activity, into another database or into a file that is kept.

mod tables;

use std::path::Path;

use super::{ActivityLocation, PostgresActivityStore, Retention, SqliteActivityStore};
use crate::copy::{NewFile, vacuum_into};
use crate::sql::postgres;
use crate::transfer::{Rows, pour};
use crate::{Copied, StoreError};

/// Copies all activity at `from` to `to`, as [`crate::copy`] does with the store. Where there is
/// none yet at `from`, nothing is copied.
pub async fn copy(from: &ActivityLocation, to: &ActivityLocation) -> Result<Copied, StoreError> {
    if !exists(from).await? {
        return Ok(Copied::default());
    }
    let (source, target) = (Opened::at(from).await?, Opened::at(to).await?);
    let copied = copy_between(&source, &target, to).await;
    source.close().await?;
    target.close().await?;
    copied
}

async fn copy_between(
    source: &Opened,
    target: &Opened,
    to: &ActivityLocation,
) -> Result<Copied, StoreError> {
    let mut reading = source.begin_reading().await?;
    let mut writing = target.begin_writing().await?;
    if writing.number(tables::TRACES).await? != 0 {
        return Err(StoreError::Occupied { place: to.to_string() });
    }
    let copied = pour(&mut *reading, &mut *writing, &tables::TABLES).await?;
    writing.commit().await?;
    Ok(copied)
}

/// Writes all activity at `from` into a new SQLite file, as [`crate::backup`] does with the store.
/// Where there is none yet, it makes no file and says `false`.
pub async fn backup(from: &ActivityLocation, to: &Path) -> Result<bool, StoreError> {
    if !exists(from).await? {
        return Ok(false);
    }
    let file = NewFile::beside(to)?;
    match from {
        ActivityLocation::File(path) => vacuum_into(path, &file).await?,
        ActivityLocation::Url(_) => {
            copy(from, &ActivityLocation::File(file.path().to_owned())).await?;
        }
    }
    file.put_in_place()?;
    Ok(true)
}

/// Whether there is any.
async fn exists(location: &ActivityLocation) -> Result<bool, StoreError> {
    match location {
        ActivityLocation::File(path) => Ok(path.metadata().is_ok_and(|meta| meta.len() > 0)),
        ActivityLocation::Url(url) => postgres::has_table(url, "activity_log").await,
    }
}

enum Opened {
    File(SqliteActivityStore),
    Database(PostgresActivityStore),
}

impl Opened {
    async fn at(location: &ActivityLocation) -> Result<Self, StoreError> {
        let keep = Retention::default();
        Ok(match location {
            ActivityLocation::File(path) => Self::File(
                SqliteActivityStore::open(path, keep).await.map_err(StoreError::unavailable)?,
            ),
            ActivityLocation::Url(url) => {
                Self::Database(PostgresActivityStore::open(url, keep).await?)
            }
        })
    }

    async fn begin_reading(&self) -> Result<Box<dyn Rows>, StoreError> {
        Ok(match self {
            Self::File(store) => Box::new(store.begin_read().await?),
            Self::Database(store) => Box::new(store.begin_read().await?),
        })
    }

    async fn begin_writing(&self) -> Result<Box<dyn Rows>, StoreError> {
        let failed = StoreError::unavailable;
        Ok(match self {
            Self::File(store) => Box::new(store.begin_write().await.map_err(failed)?),
            Self::Database(store) => Box::new(store.begin_write().await.map_err(failed)?),
        })
    }

    async fn close(self) -> Result<(), StoreError> {
        use super::ActivityStore as _;
        match self {
            Self::File(store) => store.close().await,
            Self::Database(store) => store.close().await,
        }
        .map_err(StoreError::unavailable)
    }
}
