//! Where a store stands.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::postgres_url::{InvalidPostgresUrl, PostgresUrl};

/// Where a store stands. Read from a text, a relative file counts from the working folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// A file of SQLite's.
    Sqlite(PathBuf),
    /// A database of PostgreSQL's.
    Postgres {
        /// Where, and as whom; with the password, if it stands there.
        url: PostgresUrl,
        /// The file that holds the password; only where the URL has none. Not read yet.
        password_file: Option<PathBuf>,
    },
}

/// Why a text is no address of a store. It quotes nothing of it: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStoreLocation {
    /// Neither kind.
    #[error("write it as sqlite:gatepass.db or postgres://gatepass@db.example.com/gatepass")]
    Kind,
    /// What stands behind `sqlite:` is no file.
    #[error("it must name a file, without parameters; write it as sqlite:gatepass.db")]
    File,
    /// It is no address of a database of PostgreSQL's.
    #[error(transparent)]
    Postgres(#[from] InvalidPostgresUrl),
}

/// For people, without a password: `/var/lib/gatepass.db`, `postgres://gate@db/gatepass`.
impl fmt::Display for StoreLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(out),
            Self::Postgres { url, .. } => url.fmt(out),
        }
    }
}

impl FromStr for StoreLocation {
    type Err = InvalidStoreLocation;

    /// Of `sqlite:gatepass.db`, `sqlite:///var/lib/gatepass.db`, `postgres://…`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if PostgresUrl::is_meant(text) {
            return Ok(Self::Postgres { url: text.parse()?, password_file: None });
        }
        let path = text.strip_prefix("sqlite:").ok_or(InvalidStoreLocation::Kind)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || path.contains(['?', '#', '\0']) {
            return Err(InvalidStoreLocation::File);
        }
        Ok(Self::Sqlite(path.into()))
    }
}
