//! SQL that runs on each database: `$1` for values, no function that only one of them has. It
//! is compiled below the module of each, for that module's `Db`.

pub(super) mod prune;
mod read;
mod serve;
mod write;

use std::borrow::Cow;

use super::Db;

/// A connection, within a transaction or not.
type Connection = <Db as sqlx::Database>::Connection;

/// Most of one number in one batch. Far beyond what a second can bring, and far below where a
/// sum in the database would overflow.
const LARGEST: u64 = 1 << 50;

/// As the database counts.
fn cell(number: u64) -> i64 {
    i64::try_from(number.min(LARGEST)).unwrap_or(i64::MAX)
}

/// As every database can keep it. A caller may name himself with a NUL, which PostgreSQL refuses,
/// and with it a batch of everybody's.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// Back from the database; it holds no negative numbers.
fn number(cell: i64) -> u64 {
    u64::try_from(cell).unwrap_or_default()
}
