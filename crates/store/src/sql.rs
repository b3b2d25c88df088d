//! SQL: one text for all databases, in `queries`, compiled once for each of them.

pub(crate) mod sqlite;
