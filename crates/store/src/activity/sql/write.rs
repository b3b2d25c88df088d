//! Writes what was folded.

use std::collections::HashMap;

use sqlx::{Row as _, query, query_scalar};

use super::statement::{FULL, Statement, Values};
use super::{Connection, Db, cell};
use crate::activity::fold::{Change, HourTally, Names, Sheet, Tally};
use crate::activity::journal::JournalOperation;
use crate::activity::{ActivityError, ActivitySubject, Caller};

/// Threads and nodes report out of order: an older use never covers a newer one.
macro_rules! newest_use {
    () => {
        " DO UPDATE SET lines = s.lines + excluded.lines, \
         last_instance = CASE WHEN excluded.last_at >= s.last_at \
           THEN excluded.last_instance ELSE s.last_instance END, \
         last_address = CASE WHEN excluded.last_at >= s.last_at \
           THEN excluded.last_address ELSE s.last_address END, \
         last_agent = CASE WHEN excluded.last_at >= s.last_at \
           THEN excluded.last_agent ELSE s.last_agent END, \
         last_at = CASE WHEN excluded.last_at >= s.last_at \
           THEN excluded.last_at ELSE s.last_at END"
    };
}

// What a token has of a caller stays empty.
static TOKENS: Statement = Statement::new(
    "INSERT INTO activity_subject AS s (token, caller, instance, credential, standing, username, \
     agent, lines, last_at, last_instance, last_address, last_agent) VALUES ",
    "(?, 0, '', '', '', '', '', ?, ?, ?, ?, ?)",
    concat!(" ON CONFLICT (token)", newest_use!(), " RETURNING token, id"),
);

static HOURS: Statement = Statement::new(
    "INSERT INTO activity_hour AS h (caller, hour, subject, requests, refused, bytes_in, \
     bytes_out, upstream_micros) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?)",
    " ON CONFLICT (caller, hour, subject) DO UPDATE SET \
     requests = h.requests + excluded.requests, refused = h.refused + excluded.refused, \
     bytes_in = h.bytes_in + excluded.bytes_in, bytes_out = h.bytes_out + excluded.bytes_out, \
     upstream_micros = h.upstream_micros + excluded.upstream_micros",
);

static REFUSALS: Statement = Statement::new(
    "INSERT INTO activity_refusal AS r (subject, hour, reason, count) VALUES ",
    "(?, ?, ?, ?)",
    " ON CONFLICT (subject, hour, reason) DO UPDATE SET count = r.count + excluded.count",
);

static OBSERVED: Statement = Statement::new(
    "INSERT INTO activity_observed AS o (subject, hour, credential, count) VALUES ",
    "(?, ?, ?, ?)",
    " ON CONFLICT (subject, hour, credential) DO UPDATE SET count = o.count + excluded.count",
);

static SHEETS: Statement = Statement::new(
    "INSERT INTO activity_sheet (subject, first_at, lines, body) VALUES ",
    "(?, ?, ?, ?)",
    "",
);

/// Writes a change. The caller commits.
pub(super) async fn change(
    connection: &mut Connection,
    change: &Change,
) -> Result<(), ActivityError> {
    let ids = subjects(connection, change).await?;
    hours(connection, change, &ids).await?;
    parts(connection, change, &ids).await?;
    log(connection, change, &ids).await?;
    dropped(connection, change).await
}

/// Finds or makes the row of each subject, with its last use, and gives their ids in order. Tokens
/// go many in a statement: each statement is a way to the database's thread and back.
async fn subjects(connection: &mut Connection, change: &Change) -> Result<Vec<i64>, ActivityError> {
    let is_token =
        |(subject, _): &&(ActivitySubject, Tally)| matches!(subject, ActivitySubject::Token(_));
    let tokens = change.subjects.iter().take_while(is_token).count();
    let (tokens, callers) = change.subjects.split_at_checked(tokens).unwrap_or_default();
    let mut ids = Vec::with_capacity(change.subjects.len());
    for rows in Statement::portions(tokens) {
        token_rows(connection, &change.names, rows, &mut ids).await?;
    }
    for (subject, tally) in callers {
        if let ActivitySubject::Caller(of) = subject {
            ids.push(caller(connection, &change.names, of, tally).await?);
        }
    }
    Ok(ids)
}

async fn token_rows(
    connection: &mut Connection,
    names: &Names,
    rows: &[(ActivitySubject, Tally)],
    ids: &mut Vec<i64>,
) -> Result<(), ActivityError> {
    let mut values = Values::default();
    let mut tokens = Vec::with_capacity(rows.len());
    for (subject, tally) in rows {
        let ActivitySubject::Token(token) = subject else { continue };
        tokens.push(token.as_bytes());
        values.put(token.as_bytes().as_slice())?;
        values.put(i64::from(tally.lines))?;
        values.put(tally.last_at.as_millis())?;
        values.put(names.get(tally.last_instance))?;
        values.put(tally.last_address.to_string())?;
        values.put(names.get(tally.last_agent))?;
    }
    let mut found = HashMap::with_capacity(rows.len());
    for row in values.fetch(connection, &TOKENS, rows.len()).await? {
        found.insert(row.try_get::<Vec<u8>, _>("token")?, row.try_get::<i64, _>("id")?);
    }
    for token in tokens {
        let id = found.get(token.as_slice()).ok_or(sqlx::Error::RowNotFound)?;
        ids.push(*id);
    }
    Ok(())
}

/// Finds or makes a caller's row. They are few, and their number an hour is bounded.
async fn caller(
    connection: &mut Connection,
    names: &Names,
    of: &Caller,
    tally: &Tally,
) -> Result<i64, ActivityError> {
    const UPSERT: &str = concat!(
        "INSERT INTO activity_subject AS s (token, caller, instance, credential, mark, standing, \
         username, agent, lines, last_at, last_instance, last_address, last_agent) \
         VALUES (NULL, 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (instance, credential, mark, standing, username, agent) WHERE caller = 1",
        newest_use!(),
        " RETURNING id",
    );
    let (standing, username) = of.user.parts();
    let id = query_scalar::<Db, i64>(UPSERT)
        .bind(of.instance.as_str())
        .bind(of.presented.as_str())
        .bind(&of.mark)
        .bind(standing)
        .bind(username)
        .bind(&of.agent)
        .bind(i64::from(tally.lines))
        .bind(tally.last_at.as_millis())
        .bind(names.get(tally.last_instance))
        .bind(tally.last_address.to_string())
        .bind(names.get(tally.last_agent))
        .fetch_one(connection)
        .await?;
    Ok(id)
}

async fn hours(
    connection: &mut Connection,
    change: &Change,
    ids: &[i64],
) -> Result<(), ActivityError> {
    let rows: Vec<_> = by_hour(change, ids).collect();
    for rows in Statement::portions(&rows) {
        let mut values = Values::default();
        for (id, subject, hour) in rows {
            values.put(i64::from(matches!(subject, ActivitySubject::Caller(_))))?;
            values.put(hour.hour.as_i64())?;
            values.put(*id)?;
            values.put(cell(hour.counts.requests))?;
            values.put(cell(hour.counts.refused))?;
            values.put(cell(hour.counts.bytes_in))?;
            values.put(cell(hour.counts.bytes_out))?;
            values.put(cell(hour.counts.upstream_micros))?;
        }
        values.run(connection, &HOURS, rows.len()).await?;
    }
    Ok(())
}

/// Refusals by reason, and what was observed by its name.
async fn parts(
    connection: &mut Connection,
    change: &Change,
    ids: &[i64],
) -> Result<(), ActivityError> {
    let refusals: Vec<_> = by_hour(change, ids)
        .flat_map(|(id, _, hour)| {
            let named = |(reason, count): &(u32, u64)| (change.names.get(*reason), *count);
            hour.refusals().iter().map(named).map(move |part| (id, hour.hour, part))
        })
        .collect();
    let observed: Vec<_> = by_hour(change, ids)
        .flat_map(|(id, _, hour)| {
            let parts = hour.observed().iter().map(|(what, count)| (what.as_str(), *count));
            parts.map(move |part| (id, hour.hour, part))
        })
        .collect();
    for (statement, rows) in [(&REFUSALS, refusals), (&OBSERVED, observed)] {
        for rows in Statement::portions(&rows) {
            let mut values = Values::default();
            for (id, hour, (name, count)) in rows {
                values.put(*id)?;
                values.put(hour.as_i64())?;
                values.put(*name)?;
                values.put(cell(*count))?;
            }
            values.run(connection, statement, rows.len()).await?;
        }
    }
    Ok(())
}

fn by_hour<'a>(
    change: &'a Change,
    ids: &'a [i64],
) -> impl Iterator<Item = (i64, &'a ActivitySubject, &'a HourTally)> {
    ids.iter()
        .zip(&change.subjects)
        .flat_map(|(&id, (subject, tally))| tally.hours().map(move |hour| (id, subject, hour)))
}

/// Finds or makes the row of an operation's name. Almost all are there already, and looking
/// writes no page.
pub(super) async fn operation(
    connection: &mut Connection,
    name: &JournalOperation<'_>,
) -> Result<i64, ActivityError> {
    const FIND: &str = "SELECT id FROM activity_operation WHERE instance = $1 AND family = $2 \
        AND resource = $3 AND action = $4 AND method = $5";
    const MAKE: &str = "INSERT INTO activity_operation (instance, family, resource, action, \
        method) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (instance, family, resource, action, method) \
        DO UPDATE SET method = excluded.method RETURNING id";
    let ask = |text: &'static str| {
        query_scalar::<Db, i64>(text)
            .bind(name.instance.as_str())
            .bind(name.family)
            .bind(name.resource)
            .bind(name.action)
            .bind(name.method)
    };
    if let Some(id) = ask(FIND).fetch_optional(&mut *connection).await? {
        return Ok(id);
    }
    Ok(ask(MAKE).fetch_one(connection).await?)
}

async fn log(
    connection: &mut Connection,
    change: &Change,
    ids: &[i64],
) -> Result<(), ActivityError> {
    let mut sheets = change.log.sheets();
    let mut waiting: Vec<Sheet> = Vec::new();
    loop {
        // As many as go into a statement.
        waiting.extend(sheets.by_ref().take(FULL - waiting.len()));
        let rows = Statement::portion(waiting.len());
        if rows == 0 {
            break;
        }
        let mut values = Values::default();
        for sheet in waiting.drain(..rows) {
            values.put(*ids.get(sheet.subject).ok_or(sqlx::Error::RowNotFound)?)?;
            values.put(sheet.first_at.as_millis())?;
            values.put(cell(sheet.lines as u64))?;
            values.put(sheet.body)?;
        }
        values.run(connection, &SHEETS, rows).await?;
    }
    if change.log.len() > 0 {
        query::<Db>("UPDATE activity_log SET lines = lines + $1 WHERE one = 1")
            .bind(cell(change.log.len() as u64))
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn dropped(connection: &mut Connection, change: &Change) -> Result<(), ActivityError> {
    for (hour, dropped) in &change.dropped {
        query::<Db>(
            "INSERT INTO activity_dropped AS d (hour, requests, lines) VALUES ($1, $2, $3) \
             ON CONFLICT (hour) DO UPDATE SET requests = d.requests + excluded.requests, \
             lines = d.lines + excluded.lines",
        )
        .bind(hour.as_i64())
        .bind(cell(dropped.requests))
        .bind(cell(dropped.lines))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
