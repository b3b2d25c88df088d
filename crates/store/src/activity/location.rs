//! Where activity is kept.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::{
    ActivityReader, ActivityStore, PostgresActivityReader, PostgresActivityStore, Retention,
    SqliteActivityReader, SqliteActivityStore,
};
use crate::{StoreError, address};

/// Where activity is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum ActivityLocation {
    /// An SQLite file.
    File(PathBuf),
    /// Tables of its own in the database at this address, which may be that of the store.
    Url(String),
}

/// Without a password.
impl fmt::Display for ActivityLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Url(url) => out.write_str(&address::shown(url)),
        }
    }
}

/// Without a password.
impl fmt::Debug for ActivityLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ActivityLocation({self})")
    }
}

/// Opens activity for writing and reading, makes it where there is none, and brings its tables
/// up to date.
pub async fn open(
    location: &ActivityLocation,
    retention: Retention,
) -> Result<Arc<dyn ActivityStore>, StoreError> {
    match location {
        ActivityLocation::File(path) => {
            let opened = SqliteActivityStore::open(path, retention).await;
            Ok(Arc::new(opened.map_err(StoreError::unavailable)?))
        }
        ActivityLocation::Url(url) => {
            Ok(Arc::new(PostgresActivityStore::open(url, retention).await?))
        }
    }
}

/// Opens activity for reading only; creates nothing. Where there is none yet, nothing has
/// happened.
pub async fn open_reader(
    location: &ActivityLocation,
) -> Result<Arc<dyn ActivityReader>, StoreError> {
    match location {
        ActivityLocation::File(path) => {
            let opened = SqliteActivityReader::open(path).await;
            Ok(Arc::new(opened.map_err(StoreError::unavailable)?))
        }
        ActivityLocation::Url(url) => Ok(Arc::new(PostgresActivityReader::open(url).await?)),
    }
}
