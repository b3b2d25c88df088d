//! Rows as they are, for copies.

use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Transaction, query, query_scalar};

use super::super::CONTINUE_NUMBERS;
use super::{Database, Db, count};
use crate::transfer::{Cell, Kind, Row, Rows, Table};
use crate::{Answer, StoreError};

type DbRow = <Db as sqlx::Database>::Row;

impl crate::copy::Copyable for Database {
    fn begin_reading(&self) -> Answer<'_, Box<dyn Rows>> {
        Box::pin(async move { Ok(Box::new(self.begin_read().await?) as Box<dyn Rows>) })
    }

    fn begin_writing(&self) -> Answer<'_, Box<dyn Rows>> {
        Box::pin(async move {
            let mut write = self.begin_write().await?;
            // Other changes wait from here on.
            query("UPDATE change_counter SET seq = seq").execute(&mut *write).await?;
            Ok(Box::new(write) as Box<dyn Rows>)
        })
    }
}

impl Rows for Transaction<'static, Db> {
    fn read<'a>(
        &'a mut self,
        table: &'static Table,
        after: Option<&'a Row>,
        limit: u32,
    ) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let key = names(table.key_columns());
            let columns = names(table.columns);
            let mut text = QueryBuilder::<Db>::new(format!("SELECT {columns} FROM {}", table.name));
            if let Some(after) = after {
                text.push(format!(" WHERE ({key}) > ("));
                let mut list = text.separated(", ");
                for cell in after.iter().take(table.key) {
                    match cell {
                        Cell::Number(value) => list.push_bind(*value),
                        Cell::Text(value) => list.push_bind(value.clone()),
                        Cell::Bytes(value) => list.push_bind(value.clone()),
                    };
                }
                text.push(")");
            }
            text.push(format!(" ORDER BY {key} LIMIT ")).push_bind(i64::from(limit));
            let rows = text.build().fetch_all(&mut **self).await?;
            rows.iter().map(|row| cells(table, row)).collect()
        })
    }

    fn write<'a>(&'a mut self, table: &'static Table, rows: &'a [Row]) -> Answer<'a, ()> {
        Box::pin(async move {
            let columns = names(table.columns);
            let mut text =
                QueryBuilder::<Db>::new(format!("INSERT INTO {} ({columns}) ", table.name));
            text.push_values(rows, |mut values, row| {
                for cell in row {
                    match cell {
                        Cell::Number(value) => values.push_bind(*value),
                        Cell::Text(value) => values.push_bind(value.clone()),
                        Cell::Bytes(value) => values.push_bind(value.clone()),
                    };
                }
            });
            text.build().persistent(false).execute(&mut **self).await?;
            Ok(())
        })
    }

    fn clear(&mut self, table: &'static Table) -> Answer<'_, ()> {
        Box::pin(async move {
            let text = AssertSqlSafe(format!("DELETE FROM {}", table.name));
            query(text).execute(&mut **self).await?;
            Ok(())
        })
    }

    fn count(&mut self, table: &'static Table) -> Answer<'_, u64> {
        Box::pin(async move {
            let text = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {}", table.name);
            let rows: i64 = query_scalar(AssertSqlSafe(text)).fetch_one(&mut **self).await?;
            Ok(count(rows))
        })
    }

    fn number<'a>(&'a mut self, query: &'static str) -> Answer<'a, i64> {
        Box::pin(async move {
            let number: Option<i64> = query_scalar(query).fetch_optional(&mut **self).await?;
            Ok(number.unwrap_or_default())
        })
    }

    fn continue_numbers(&mut self, table: &'static Table) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(text) = CONTINUE_NUMBERS {
                let text = AssertSqlSafe(text.replace("{table}", table.name));
                query(text).execute(&mut **self).await?;
            }
            Ok(())
        })
    }

    fn commit(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(async move { Ok((*self).commit().await?) })
    }
}

fn names(columns: &[(&'static str, Kind)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn cells(table: &Table, row: &DbRow) -> Result<Row, StoreError> {
    let cell = |(place, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Number => Cell::Number(row.try_get(place)?),
            Kind::Text => Cell::Text(row.try_get(place)?),
            Kind::Bytes => Cell::Bytes(row.try_get(place)?),
        })
    };
    table.columns.iter().enumerate().map(cell).collect()
}
