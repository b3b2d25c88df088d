//! Statements of many rows.

use std::fmt::Write as _;
use std::sync::OnceLock;

use sqlx::{Arguments as _, Database, Encode, Type, query_with};

use super::super::VALUES_ARE_NUMBERED;
use super::{Connection, Db};
use crate::activity::ActivityError;

/// So many rows go into one statement: a full one, or else one of fewer. 8 values of each row stay
/// far below the 32,766 of SQLite.
const ROWS: [usize; 4] = [FULL, 100, 10, 1];

/// The most rows of one statement.
pub(super) const FULL: usize = 1_000;

/// A statement with a row of values that is repeated. Its texts are made once and stay: a database
/// keeps what it has prepared by the text.
pub(super) struct Statement {
    head: &'static str,
    /// A row, with `?` for each value.
    row: &'static str,
    tail: &'static str,
    texts: [OnceLock<String>; ROWS.len()],
}

impl Statement {
    pub(super) const fn new(head: &'static str, row: &'static str, tail: &'static str) -> Self {
        Self { head, row, tail, texts: [const { OnceLock::new() }; ROWS.len()] }
    }

    /// How many of so many rows go into the next statement.
    pub(super) fn portion(rows: usize) -> usize {
        ROWS.into_iter().find(|size| *size <= rows).unwrap_or_default()
    }

    /// The rows in portions of which there is a text.
    pub(super) fn portions<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
        std::iter::from_fn(move || {
            let (portion, rest) = rows.split_at_checked(Self::portion(rows.len()))?;
            rows = rest;
            Some(portion).filter(|portion| !portion.is_empty())
        })
    }

    /// The text for a portion of so many rows.
    pub(super) fn text(&'static self, rows: usize) -> &'static str {
        let mut texts = ROWS.iter().zip(&self.texts);
        let Some((_, text)) = texts.find(|(size, _)| **size == rows) else { return "" };
        text.get_or_init(|| {
            let mut text = self.head.to_owned();
            let mut values = 0;
            for row in 0..rows {
                text.push_str(if row == 0 { "" } else { ", " });
                let mut parts = self.row.split('?');
                text.push_str(parts.next().unwrap_or_default());
                for part in parts {
                    values += 1;
                    // Writing into a text does not fail.
                    let _ = if VALUES_ARE_NUMBERED {
                        write!(text, "${values}{part}")
                    } else {
                        write!(text, "?{part}")
                    };
                }
            }
            text.push_str(self.tail);
            text
        })
    }
}

/// The values of a statement. Put in one by one: to bind them to a query moves the query each time.
#[derive(Default)]
pub(super) struct Values(<Db as Database>::Arguments);

impl Values {
    pub(super) fn put<'a, T>(&mut self, value: T) -> Result<(), ActivityError>
    where
        T: Encode<'a, Db> + Type<Db>,
    {
        Ok(self.0.add(value).map_err(sqlx::Error::Encode)?)
    }

    /// Runs a statement of so many rows with them.
    pub(super) async fn run(
        self,
        connection: &mut Connection,
        statement: &'static Statement,
        rows: usize,
    ) -> Result<(), ActivityError> {
        query_with::<Db, _>(statement.text(rows), self.0).execute(connection).await?;
        Ok(())
    }

    /// The same, and gives the rows that it returns.
    pub(super) async fn fetch(
        self,
        connection: &mut Connection,
        statement: &'static Statement,
        rows: usize,
    ) -> Result<Vec<<Db as Database>::Row>, ActivityError> {
        Ok(query_with::<Db, _>(statement.text(rows), self.0).fetch_all(connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PAIRS: Statement = Statement::new("PUT ", "(?, 0, ?)", " END");

    #[test]
    fn values_are_numbered_and_each_row_is_in_one_portion() {
        let (two, last) = if VALUES_ARE_NUMBERED {
            ("PUT ($1, 0, $2), ($3, 0, $4), (", ", ($199, 0, $200) END")
        } else {
            ("PUT (?, 0, ?), (?, 0, ?), (", ", (?, 0, ?) END")
        };
        assert!(PAIRS.text(10).starts_with(two));
        assert!(PAIRS.text(100).ends_with(last));
        let rows: Vec<u32> = (0..1_223).collect();
        let portions: Vec<_> = Statement::portions(&rows).collect();
        let sizes: Vec<_> = portions.iter().map(|portion| portion.len()).collect();
        assert_eq!(sizes, [1_000, 100, 100, 10, 10, 1, 1, 1]);
        assert_eq!(portions.concat(), rows);
    }
}
