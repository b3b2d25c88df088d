//! The journal: puts blocks in, and folds them into the tables.

use std::collections::HashMap;

use gatepass_model::Timestamp;
use sqlx::{Row as _, query, query_scalar};

use super::statement::{Statement, Values};
use super::{Connection, Db, cell, number, read, write};
use crate::activity::fold::{FOLD_BYTES, Fold};
use crate::activity::journal::{Entry, JournalContent, JournalOperation};
use crate::activity::{ActivityError, Dropped, Folded, JournalBlock};

static APPEND: Statement = Statement::new(
    "INSERT INTO activity_journal (at, format, events, crc, body) VALUES ",
    "(?, ?, ?, ?, ?)",
    "",
);

/// Adds blocks. One is one statement, which commits itself; for several the caller does.
pub(in crate::activity) async fn append(
    connection: &mut Connection,
    blocks: &[JournalBlock],
) -> Result<(), ActivityError> {
    for blocks in Statement::portions(blocks) {
        let mut values = Values::default();
        for block in blocks {
            values.put(block.at.as_millis())?;
            values.put(block.format)?;
            values.put(cell(block.events))?;
            values.put(i64::from(block.crc))?;
            values.put(block.body.as_slice())?;
        }
        values.run(connection, &APPEND, blocks.len()).await?;
    }
    Ok(())
}

/// Whether there is something to fold.
pub(in crate::activity) async fn has_blocks(
    connection: &mut Connection,
) -> Result<bool, ActivityError> {
    let found = query_scalar::<Db, i64>("SELECT id FROM activity_journal LIMIT 1")
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// One step: takes blocks out, up to [`FOLD_BYTES`], and writes what is in them. The caller
/// commits, and until then nobody else may do the same.
pub(in crate::activity) async fn fold(
    connection: &mut Connection,
) -> Result<Folded, ActivityError> {
    let (mut fold, mut folded) = (Fold::default(), Folded::default());
    let mut rows = HashMap::new();
    let mut bytes = 0;
    while let Some(block) = take_oldest(connection).await? {
        folded.blocks += 1;
        bytes += block.body.len();
        let Some(content) = block.open() else {
            let lost = Dropped { requests: block.events, lines: block.events };
            tracing::error!(
                format = block.format,
                requests = block.events,
                "a block of the activity's journal can't be read; it is counted as dropped"
            );
            folded.dropped.add(lost);
            fold.add_dropped(block.at, lost);
            continue;
        };
        for hour in fold.unknown_hours(&content) {
            fold.begin_hour(hour, &read::callers_of_hour(connection, hour).await?);
        }
        let rows = operations(connection, &content, &mut rows).await?;
        fold.add(block.at, &content, &rows);
        if bytes >= FOLD_BYTES {
            folded.more = true;
            break;
        }
    }
    if !fold.is_empty() {
        write::change(connection, &fold.into_change()).await?;
    }
    Ok(folded)
}

/// Blocks are taken one by one, for one of them may be as large as all others.
async fn take_oldest(connection: &mut Connection) -> Result<Option<JournalBlock>, ActivityError> {
    let row = query::<Db>(
        "DELETE FROM activity_journal WHERE id = (SELECT MIN(id) FROM activity_journal) \
         RETURNING at, format, events, crc, body",
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(JournalBlock {
        at: Timestamp::from_millis(row.try_get("at")?),
        events: number(row.try_get("events")?),
        format: row.try_get("format")?,
        // What is no CRC fits nothing.
        crc: u32::try_from(row.try_get::<i64, _>("crc")?).unwrap_or_default(),
        body: row.try_get("body")?,
    }))
}

/// An operation that was looked up: instance, family, resource, action and method.
type Name = (String, String, String, String, String);

/// The row of each operation in a block; those of the blocks before are `known`.
async fn operations<'a>(
    connection: &mut Connection,
    content: &'a JournalContent<'a>,
    known: &mut HashMap<Name, i64>,
) -> Result<HashMap<&'a JournalOperation<'a>, i64>, ActivityError> {
    let mut rows = HashMap::new();
    for entry in &content.entries {
        let Entry::Operation(operation) = entry else { continue };
        let name = (
            operation.instance.to_string(),
            operation.family.to_owned(),
            operation.resource.to_owned(),
            operation.action.to_owned(),
            operation.method.to_owned(),
        );
        let row = match known.get(&name) {
            Some(row) => *row,
            None => write::operation(connection, operation).await?,
        };
        known.insert(name, row);
        rows.insert(operation, row);
    }
    Ok(rows)
}
