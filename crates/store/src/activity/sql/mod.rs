//! SQL that runs on each database: `$1` for values, no function that only one of them has. It
//! is compiled below the module of each, for that module's `Db`.

mod journal;
mod many;
mod outside;
mod presented;
pub(super) mod prune;
mod read;
mod serve;
mod statement;
mod write;

use super::Db;

/// A connection, within a transaction or not.
type Connection = <Db as sqlx::Database>::Connection;

/// Most of one number in one fold. Far beyond what a minute can bring, and far below where a
/// sum in the database would overflow.
const LARGEST: u64 = 1 << 50;

/// As the database counts.
fn cell(number: u64) -> i64 {
    i64::try_from(number.min(LARGEST)).unwrap_or(i64::MAX)
}

/// Back from the database; it holds no negative numbers.
fn number(cell: i64) -> u64 {
    u64::try_from(cell).unwrap_or_default()
}
