//! What can go wrong, as far as a caller treats it differently.

use std::error::Error;

/// Why the store did not do what was asked. Nothing was changed, but for
/// [`StoreError::Unavailable`] while writing: then the change may stand or not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be reached, is locked, full, or broken for now. Serving goes on without it.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Somebody else changed it first, or what was to be made exists. Read again, then decide.
    #[error("it was changed by somebody else in the meantime")]
    Conflict,
    /// What was to be changed is not there.
    #[error("there is no such thing in the store")]
    NotFound,
    /// What is stored can't be read back. It must be treated as not there, and reported.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The database was written by a newer Gatepass.
    #[error("the database has schema {schema}, which this version of Gatepass does not know")]
    TooNew {
        /// The newest schema that was found.
        schema: i64,
    },
    /// A value that not every database can keep: text with a NUL in it, a system part that is
    /// not among [`SYSTEM_PARTS`](crate::SYSTEM_PARTS).
    #[error("{0} can't be stored")]
    Unstorable(&'static str),
    /// A line of the audit record can't be chained: see
    /// [`AuditLog::seal_audit_with`](crate::AuditLog::seal_audit_with).
    #[error("nothing is changed without a key to chain the audit record with")]
    NoSeal,
    /// The `store.url` is none that is understood. Here it is without a password.
    #[error(
        "{0:?} is not the address of a store; write it as sqlite:gatepass.db or as \
         postgres://user@host/database"
    )]
    BadUrl(String),
    /// What was to be filled has something in it already.
    #[error("there is something in {place} already")]
    Occupied {
        /// Where, without a password.
        place: String,
    },
}

/// Something stored that can't be read back. Safe to log: it names, but never quotes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} in the store can't be read: {problem}")]
pub struct Corruption {
    /// What: `token tok_…`, `policy`.
    pub what: String,
    /// What is wrong with it.
    pub problem: String,
}

impl StoreError {
    /// A [`StoreError::Unavailable`] for a reason of our own.
    pub(crate) fn unavailable(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(reason.into())
    }
}

/// How the driver's errors are sorted.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database)
                if database.is_unique_violation() || is_rival(database.code().as_deref()) =>
            {
                Self::Conflict
            }
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::ColumnDecode { index, .. } => {
                Corruption { what: format!("column {index}"), problem: "wrong type".to_owned() }
                    .into()
            }
            sqlx::Error::Decode(_) => {
                Corruption { what: "a row".to_owned(), problem: "wrong type".to_owned() }.into()
            }
            _ => Self::unavailable(error),
        }
    }
}

/// PostgreSQL's `serialization_failure` and `deadlock_detected`: nothing was done, for the sake of
/// another transaction.
fn is_rival(code: Option<&str>) -> bool {
    matches!(code, Some("40001" | "40P01"))
}
