//! The queries: one text for all databases.
//!
//! `$1` parameters in order; writes in a transaction with a commit (outside of one, SQLite
//! gives RETURNING's row although the commit failed); numbers that are computed are CAST to
//! BIGINT; NULLs are ordered by word; JSON is opaque text. Whoever includes this module has a
//! `Database`, its `Db`, and says what beginning, announcing and answering mean there.

mod audit;
mod credential;
mod feed;
mod key;
mod load;
mod node;
mod person;
pub(super) mod policy;
mod rows;
mod search;
mod session;
mod token;

use sqlx::{Transaction, query, query_scalar};

use super::{Database, Db, HEX_ID};
use crate::{Answer, KeysNamed, Store};

impl Store for Database {
    fn is_pristine(&self) -> Answer<'_, bool> {
        self.answer(async move {
            let rows: i64 = query_scalar(
                "SELECT CAST((SELECT COUNT(*) FROM (SELECT 1 FROM token LIMIT 1) AS t)
                    + (SELECT COUNT(*) FROM (SELECT 1 FROM upstream_credential LIMIT 1) AS u)
                    + (SELECT COUNT(*) FROM (SELECT 1 FROM audit LIMIT 1) AS a) AS BIGINT)",
            )
            .fetch_one(&self.readers()?)
            .await?;
            Ok(rows == 0)
        })
    }

    fn keys_named(&self) -> Answer<'_, KeysNamed> {
        self.answer(key::named(self))
    }

    fn close(&self) -> Answer<'_, ()> {
        self.answer(async move {
            self.close_all().await;
            Ok(())
        })
    }
}

/// How many rows a page has: what was asked for, between 1 and 1,000.
fn page_size(asked: u32) -> i64 {
    i64::from(asked.clamp(1, 1000))
}

/// A number that a database counted.
fn count(column: i64) -> u64 {
    column.unsigned_abs()
}
