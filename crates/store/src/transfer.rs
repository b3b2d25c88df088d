//! Rows as they are, from one database to another: for copies, whatever the two are.

use crate::{Answer, StoreError};

/// So many rows are in memory at once.
const CHUNK: u32 = 500;

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    Bytes,
}

/// A table that is copied.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Those of its primary key come first, in order.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns the key has.
    pub(crate) key: usize,
    /// Whether the database numbers the rows: it must go on behind the last one.
    pub(crate) is_numbered: bool,
}

impl Table {
    /// The columns of the primary key.
    pub(crate) fn key_columns(&self) -> &'static [(&'static str, Kind)] {
        self.columns.get(..self.key).unwrap_or_default()
    }
}

/// A value, as it stands in its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A row: its cells in the order of the table's columns.
pub(crate) type Row = Vec<Cell>;

/// One transaction of a database, which reads or writes rows.
pub(crate) trait Rows: Send {
    /// The rows behind a row, in the order of the key.
    fn read<'a>(
        &'a mut self,
        table: &'static Table,
        after: Option<&'a Row>,
        limit: u32,
    ) -> Answer<'a, Vec<Row>>;

    /// Adds rows.
    fn write<'a>(&'a mut self, table: &'static Table, rows: &'a [Row]) -> Answer<'a, ()>;

    /// Takes all rows away.
    fn clear(&mut self, table: &'static Table) -> Answer<'_, ()>;

    /// How many rows there are.
    fn count(&mut self, table: &'static Table) -> Answer<'_, u64>;

    /// A number that a query gives; 0 when it gives none.
    fn number<'a>(&'a mut self, query: &'static str) -> Answer<'a, i64>;

    /// Has a numbered table go on behind its last row.
    fn continue_numbers(&mut self, table: &'static Table) -> Answer<'_, ()>;

    /// Ends it.
    fn commit(self: Box<Self>) -> Answer<'static, ()>;
}

/// What a copy has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Each table's name and how many rows of it were copied.
    pub tables: Vec<(&'static str, u64)>,
}

impl Copied {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Copies the tables whole, in the place of what is there, and counts them on both sides. The
/// caller commits.
pub(crate) async fn pour(
    source: &mut dyn Rows,
    target: &mut dyn Rows,
    tables: &'static [Table],
) -> Result<Copied, StoreError> {
    let mut copied = Copied::default();
    for table in tables {
        target.clear(table).await?;
        let mut last: Option<Row> = None;
        loop {
            let rows = source.read(table, last.as_ref(), CHUNK).await?;
            if rows.is_empty() {
                break;
            }
            target.write(table, &rows).await?;
            last = rows.into_iter().next_back();
        }
        let (there, here) = (source.count(table).await?, target.count(table).await?);
        if there != here {
            let reason = format!("{here} of {there} rows of {} were copied", table.name);
            return Err(StoreError::unavailable(reason));
        }
        if table.is_numbered {
            target.continue_numbers(table).await?;
        }
        copied.tables.push((table.name, here));
    }
    Ok(copied)
}
