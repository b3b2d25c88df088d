//! SQL: one text for all databases, in `queries`, compiled once for each of them.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use sqlx::migrate::MigrateError;

use crate::StoreError;

pub(crate) fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(schema) | MigrateError::VersionTooNew(schema, _) => {
            StoreError::TooNew { schema }
        }
        MigrateError::Execute(error) => error.into(),
        error => StoreError::unavailable(error),
    }
}
