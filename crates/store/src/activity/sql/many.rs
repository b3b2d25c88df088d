//! Answers questions about many tokens at once.

use gatepass_model::{Timestamp, TokenId};
use sqlx::{QueryBuilder, Row as _, query_as};

use super::read::{Part, last_use, parts, undecodable};
use super::{Connection, Db};
use crate::activity::{ActivityError, LAST_USES, LastUse, TokenRefusals, UnixHour};

type Row = <Db as sqlx::Database>::Row;

/// So many tokens go into one statement.
const PORTION: usize = 1_000;
/// So many tokens are read by one statement where all are asked for.
const STEP: i64 = 20_000;

/// See [`ActivityReader::last_uses_of`](crate::activity::ActivityReader::last_uses_of).
pub(in crate::activity) async fn last_uses_of(
    connection: &mut Connection,
    tokens: &[TokenId],
) -> Result<Vec<(TokenId, LastUse)>, ActivityError> {
    let columns = "token, last_at, last_instance, last_address, last_agent";
    let mut uses = Vec::new();
    for portion in tokens.chunks(PORTION) {
        for row in subjects(connection, columns, portion).await? {
            uses.push((token(row.try_get("token")?)?, last_use(&row)?));
        }
    }
    Ok(uses)
}

/// See [`ActivityReader::refusals_of`](crate::activity::ActivityReader::refusals_of).
pub(in crate::activity) async fn refusals_of(
    connection: &mut Connection,
    tokens: &[TokenId],
    since: Timestamp,
) -> Result<Vec<TokenRefusals>, ActivityError> {
    let mut refusals = Vec::new();
    for portion in tokens.chunks(PORTION) {
        let mut found = Vec::new();
        for row in subjects(connection, "id, token", portion).await? {
            found.push((row.try_get::<i64, _>("id")?, token(row.try_get("token")?)?));
        }
        let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
        let mut reasons = parts(connection, Part::Refusal, &ids, UnixHour::of(since)).await?;
        for (id, token) in found {
            let reasons = reasons.remove(&id);
            refusals.extend(reasons.map(|reasons| TokenRefusals { token, reasons }));
        }
    }
    Ok(refusals)
}

/// See [`ActivityReader::all_last_uses`](crate::activity::ActivityReader::all_last_uses).
pub(in crate::activity) async fn all_last_uses(
    connection: &mut Connection,
) -> Result<Vec<(TokenId, Timestamp)>, ActivityError> {
    let mut uses = Vec::new();
    let mut after = 0_i64;
    loop {
        // In steps: the rows of all of them would take several times the room of the answer.
        let rows: Vec<(i64, Vec<u8>, i64)> = query_as::<Db, _>(
            "SELECT id, token, last_at FROM activity_subject \
             WHERE id > $1 AND token IS NOT NULL ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(STEP)
        .fetch_all(&mut *connection)
        .await?;
        let Some((last, _, _)) = rows.last() else { return Ok(uses) };
        after = *last;
        if uses.len() + rows.len() > LAST_USES {
            return Err(ActivityError::TooMany { most: LAST_USES });
        }
        for (_, id, at) in rows {
            uses.push((token(&id)?, Timestamp::from_millis(at)));
        }
    }
}

/// Those of these tokens that were ever used.
async fn subjects(
    connection: &mut Connection,
    columns: &'static str,
    tokens: &[TokenId],
) -> Result<Vec<Row>, ActivityError> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut text =
        QueryBuilder::<Db>::new(format!("SELECT {columns} FROM activity_subject WHERE token IN ("));
    let mut list = text.separated(", ");
    for token in tokens {
        list.push_bind(token.as_bytes().to_vec());
    }
    text.push(") ORDER BY token");
    Ok(text.build().persistent(false).fetch_all(connection).await?)
}

fn token(id: &[u8]) -> Result<TokenId, ActivityError> {
    let bytes = id.try_into().map_err(|_| undecodable("token"))?;
    Ok(TokenId::from_bytes(bytes))
}
