//! Adds a batch.

use std::collections::HashMap;

use gatepass_model::TokenId;
use sqlx::{QueryBuilder, query, query_scalar};

use super::{Connection, Db, cell, text as kept};
use crate::activity::{
    ActivityBatch, ActivityError, ActivitySubject, Caller, LoggedOperation, SubjectActivity,
};

/// Rows in one statement: 12 values each stay below the limit of 32,766 of SQLite.
const ROWS: usize = 250;

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

/// Adds a batch. The caller commits.
pub(in crate::activity) async fn batch(
    connection: &mut Connection,
    batch: &ActivityBatch,
) -> Result<(), ActivityError> {
    let mut lines = vec![0_u64; batch.subjects.len()];
    for request in &batch.requests {
        *lines.get_mut(request.subject).ok_or(ActivityError::Dangling)? += 1;
    }
    let subjects = subjects(connection, batch, &lines).await?;
    hours(connection, batch, &subjects).await?;
    refusals(connection, batch, &subjects).await?;
    observed(connection, batch, &subjects).await?;

    let mut operations = Vec::with_capacity(batch.operations.len());
    for name in &batch.operations {
        operations.push(operation(connection, name).await?);
    }
    requests(connection, batch, &subjects, &operations).await?;
    dropped(connection, batch).await
}

/// Finds or makes the row of each subject, with its last use, and gives their ids in order. Tokens
/// go many in a statement: each statement is a way to the database's thread and back.
async fn subjects(
    connection: &mut Connection,
    batch: &ActivityBatch,
    lines: &[u64],
) -> Result<Vec<i64>, ActivityError> {
    let mut ids = vec![0; batch.subjects.len()];
    let mut tokens = Vec::with_capacity(batch.subjects.len());
    for ((activity, &lines), id) in batch.subjects.iter().zip(lines).zip(&mut ids) {
        match &activity.subject {
            ActivitySubject::Token(token) => tokens.push((*token, activity, lines, id)),
            ActivitySubject::Caller(of) => *id = caller(connection, of, activity, lines).await?,
        }
    }
    for rows in tokens.chunks_mut(ROWS) {
        let mut found = token_rows(connection, rows).await?;
        for (token, _, _, id) in rows {
            **id =
                found.remove(TokenId::as_bytes(token).as_slice()).ok_or(ActivityError::Dangling)?;
        }
    }
    Ok(ids)
}

/// A token, what it did, how many lines of the log are its own, and the place for its id.
type TokenRow<'a> = (TokenId, &'a SubjectActivity, u64, &'a mut i64);

async fn token_rows(
    connection: &mut Connection,
    rows: &[TokenRow<'_>],
) -> Result<HashMap<Vec<u8>, i64>, ActivityError> {
    let mut text = QueryBuilder::<Db>::new(
        "INSERT INTO activity_subject AS s (token, caller, instance, credential, standing, username, \
         agent, lines, last_at, last_instance, last_address, last_agent) ",
    );
    text.push_values(rows, |mut row, (token, activity, lines, _)| {
        let last = &activity.last;
        // What a token has of a caller stays empty.
        row.push_bind(TokenId::as_bytes(token).to_vec())
            .push("0, '', '', '', '', ''")
            .push_bind(cell(*lines))
            .push_bind(last.at.as_millis())
            .push_bind(last.instance.as_str())
            .push_bind(last.address.to_string())
            .push_bind(kept(&last.agent));
    });
    text.push(concat!(" ON CONFLICT (token)", newest_use!(), " RETURNING token, id"));
    let rows = text
        .build_query_as::<(Vec<u8>, i64)>()
        .persistent(rows.len() == ROWS)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Finds or makes a caller's row. They are few, and their number an hour is bounded.
async fn caller(
    connection: &mut Connection,
    of: &Caller,
    activity: &SubjectActivity,
    lines: u64,
) -> Result<i64, ActivityError> {
    const UPSERT: &str = concat!(
        "INSERT INTO activity_subject AS s (token, caller, instance, credential, standing, username, \
         agent, lines, last_at, last_instance, last_address, last_agent) \
         VALUES (NULL, 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (instance, credential, standing, username, agent) WHERE caller = 1",
        newest_use!(),
        " RETURNING id",
    );
    let (standing, username) = of.user.parts();
    let last = &activity.last;
    let id = query_scalar::<Db, i64>(UPSERT)
        .bind(of.instance.as_str())
        .bind(of.presented.as_str())
        .bind(standing)
        .bind(kept(username))
        .bind(kept(&of.agent))
        .bind(cell(lines))
        .bind(last.at.as_millis())
        .bind(last.instance.as_str())
        .bind(last.address.to_string())
        .bind(kept(&last.agent))
        .fetch_one(connection)
        .await?;
    Ok(id)
}

async fn hours(
    connection: &mut Connection,
    batch: &ActivityBatch,
    subjects: &[i64],
) -> Result<(), ActivityError> {
    let rows: Vec<_> = by_hour(batch, subjects).collect();
    for rows in rows.chunks(ROWS) {
        let mut text = QueryBuilder::<Db>::new(
            "INSERT INTO activity_hour AS h (subject, hour, caller, requests, refused, bytes_in, \
             bytes_out, upstream_micros) ",
        );
        text.push_values(rows, |mut row, (id, activity, hour)| {
            let caller = matches!(activity.subject, ActivitySubject::Caller(_));
            row.push_bind(*id)
                .push_bind(hour.hour.as_i64())
                .push_bind(i64::from(caller))
                .push_bind(cell(hour.counts.requests))
                .push_bind(cell(hour.counts.refused))
                .push_bind(cell(hour.counts.bytes_in))
                .push_bind(cell(hour.counts.bytes_out))
                .push_bind(cell(hour.counts.upstream_micros));
        });
        text.push(
            " ON CONFLICT (subject, hour) DO UPDATE SET \
             requests = h.requests + excluded.requests, refused = h.refused + excluded.refused, \
             bytes_in = h.bytes_in + excluded.bytes_in, \
             bytes_out = h.bytes_out + excluded.bytes_out, \
             upstream_micros = h.upstream_micros + excluded.upstream_micros",
        );
        run(connection, text, rows.len()).await?;
    }
    Ok(())
}

async fn refusals(
    connection: &mut Connection,
    batch: &ActivityBatch,
    subjects: &[i64],
) -> Result<(), ActivityError> {
    let rows: Vec<_> = by_hour(batch, subjects)
        .flat_map(|(id, _, hour)| {
            hour.refusals.iter().map(move |(reason, count)| (id, hour.hour, reason, *count))
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        let mut text = QueryBuilder::<Db>::new(
            "INSERT INTO activity_refusal AS r (subject, hour, reason, count) ",
        );
        text.push_values(rows, |mut row, (id, hour, reason, count)| {
            row.push_bind(*id)
                .push_bind(hour.as_i64())
                .push_bind(reason.as_str())
                .push_bind(cell(*count));
        });
        text.push(
            " ON CONFLICT (subject, hour, reason) DO UPDATE SET count = r.count + excluded.count",
        );
        run(connection, text, rows.len()).await?;
    }
    Ok(())
}

async fn observed(
    connection: &mut Connection,
    batch: &ActivityBatch,
    subjects: &[i64],
) -> Result<(), ActivityError> {
    let rows: Vec<_> = by_hour(batch, subjects)
        .flat_map(|(id, _, hour)| {
            hour.observed.iter().map(move |(kind, count)| (id, hour.hour, kind, *count))
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        let mut text = QueryBuilder::<Db>::new(
            "INSERT INTO activity_observed AS o (subject, hour, credential, count) ",
        );
        text.push_values(rows, |mut row, (id, hour, kind, count)| {
            row.push_bind(*id)
                .push_bind(hour.as_i64())
                .push_bind(kind.as_str())
                .push_bind(cell(*count));
        });
        text.push(
            " ON CONFLICT (subject, hour, credential) \
             DO UPDATE SET count = o.count + excluded.count",
        );
        run(connection, text, rows.len()).await?;
    }
    Ok(())
}

fn by_hour<'a>(
    batch: &'a ActivityBatch,
    subjects: &'a [i64],
) -> impl Iterator<Item = (i64, &'a SubjectActivity, &'a crate::activity::HourActivity)> {
    subjects
        .iter()
        .zip(&batch.subjects)
        .flat_map(|(&id, activity)| activity.hours.iter().map(move |hour| (id, activity, hour)))
}

/// Finds or makes the row of an operation's name. Almost all are there already, and looking
/// writes no page.
async fn operation(
    connection: &mut Connection,
    name: &LoggedOperation,
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
            .bind(name.family.as_str())
            .bind(&name.resource)
            .bind(&name.action)
            .bind(name.method.as_str())
    };
    if let Some(id) = ask(FIND).fetch_optional(&mut *connection).await? {
        return Ok(id);
    }
    Ok(ask(MAKE).fetch_one(connection).await?)
}

async fn requests(
    connection: &mut Connection,
    batch: &ActivityBatch,
    subjects: &[i64],
    operations: &[i64],
) -> Result<(), ActivityError> {
    let place = |places: &[i64], at: usize| places.get(at).copied().ok_or(ActivityError::Dangling);
    let mut rows = Vec::with_capacity(batch.requests.len());
    for line in &batch.requests {
        rows.push((place(subjects, line.subject)?, place(operations, line.operation)?, line));
    }
    for rows in rows.chunks(ROWS) {
        let mut text = QueryBuilder::<Db>::new(
            "INSERT INTO activity_request (subject, operation, at, project, status, reason, \
             bytes_in, bytes_out, upstream_micros, duration_micros, request_id) ",
        );
        text.push_values(rows, |mut row, (subject, operation, line)| {
            row.push_bind(*subject)
                .push_bind(*operation)
                .push_bind(line.at.as_millis())
                .push_bind(line.project.as_deref().map(kept))
                .push_bind(i64::from(line.status))
                .push_bind(line.reason.map(gatepass_model::Reason::as_str))
                .push_bind(cell(line.bytes_in))
                .push_bind(cell(line.bytes_out))
                .push_bind(cell(line.upstream_micros))
                .push_bind(cell(line.duration_micros))
                .push_bind(line.request_id.to_be_bytes().to_vec());
        });
        run(connection, text, rows.len()).await?;
    }
    if !rows.is_empty() {
        query::<Db>("UPDATE activity_log SET lines = lines + $1 WHERE one = 1")
            .bind(cell(rows.len() as u64))
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn dropped(connection: &mut Connection, batch: &ActivityBatch) -> Result<(), ActivityError> {
    for (hour, dropped) in &batch.dropped {
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

/// Runs a statement of many rows. Only full ones are worth keeping prepared: the others have a
/// text of their own each time.
async fn run(
    connection: &mut Connection,
    mut text: QueryBuilder<Db>,
    rows: usize,
) -> Result<(), ActivityError> {
    text.build().persistent(rows == ROWS).execute(connection).await?;
    Ok(())
}
