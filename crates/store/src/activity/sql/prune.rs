//! Deletes what need not be kept, some at a time.

use gatepass_model::Timestamp;
use sqlx::{QueryBuilder, Row as _, query, query_as, query_scalar};

#[cfg(test)]
use super::super::HOUR_KEY;
use super::{Connection, Db, cell, number};
use crate::activity::{
    ActivityError, Pruned, REQUESTS_PER_CALLER, REQUESTS_PER_TOKEN, Retention, UnixHour,
};

/// Most sheets that a step deletes because the log is full.
const SHEETS: i64 = 4_000;
/// Most subjects whose logs a step cuts.
const SUBJECTS: i64 = 200;
/// Most hours that a step deletes.
const HOURS: i64 = 500;

// A subject is cut only when it is a quarter over, so that not every fold cuts it again: more than
// a sheet, for whole sheets go. The same numbers stand in the indices of the migration, which serve
// these two texts only as long as they are the same.
const OVERFULL_TOKENS: &str = "SELECT id FROM activity_subject \
    WHERE caller = 0 AND lines > 1250 ORDER BY lines DESC LIMIT $1";
const OVERFULL_CALLERS: &str = "SELECT id FROM activity_subject \
    WHERE caller = 1 AND lines > 12500 ORDER BY lines DESC LIMIT $1";

const OLD_HOURS: &str = "SELECT subject, hour FROM activity_hour \
    WHERE caller = $1 AND hour < $2 ORDER BY hour LIMIT $3";
const IDLE_CALLERS: &str = "DELETE FROM activity_subject WHERE id IN \
    (SELECT s.id FROM activity_subject s \
     WHERE s.caller = 1 AND s.lines = 0 AND s.last_at < $1 AND NOT EXISTS \
     (SELECT 1 FROM activity_hour h WHERE h.subject = s.id) ORDER BY s.last_at LIMIT $2)";

/// What each question reads, for a test that asks the database for its plan.
#[cfg(test)]
pub(in crate::activity) const PLANS: [(&str, &str); 4] = [
    (OVERFULL_TOKENS, "activity_subject_overfull_token"),
    (OVERFULL_CALLERS, "activity_subject_overfull_caller"),
    (OLD_HOURS, HOUR_KEY),
    (IDLE_CALLERS, "activity_subject_idle_caller"),
];

/// One step. The caller commits.
pub(in crate::activity) async fn step(
    connection: &mut Connection,
    retention: Retention,
    now: Timestamp,
) -> Result<Pruned, ActivityError> {
    let mut pruned = Pruned::default();
    overfull(connection, OVERFULL_TOKENS, REQUESTS_PER_TOKEN, &mut pruned).await?;
    overfull(connection, OVERFULL_CALLERS, REQUESTS_PER_CALLER, &mut pruned).await?;
    oldest_requests(connection, retention.requests, &mut pruned).await?;
    let this_hour = UnixHour::of(now);
    let tokens_until = this_hour.minus(retention.token_hours);
    let callers_until = this_hour.minus(retention.caller_hours);
    hours(connection, 0, tokens_until, &mut pruned).await?;
    hours(connection, 1, callers_until, &mut pruned).await?;
    idle_callers(connection, callers_until, &mut pruned).await?;
    dropped(connection, tokens_until, &mut pruned).await?;
    Ok(pruned)
}

/// Cuts the logs of subjects that have too many requests in it: whole sheets, as long as `keep` are
/// left.
async fn overfull(
    connection: &mut Connection,
    find: &'static str,
    keep: u32,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let subjects: Vec<i64> =
        query_scalar::<Db, i64>(find).bind(SUBJECTS).fetch_all(&mut *connection).await?;
    if subjects.is_empty() {
        return Ok(());
    }
    pruned.more |= at_limit(subjects.len(), SUBJECTS);
    let mut text = QueryBuilder::<Db>::new(
        "DELETE FROM activity_sheet WHERE id IN \
         (SELECT id FROM (SELECT id, SUM(lines) OVER (PARTITION BY subject ORDER BY id DESC) \
          - lines AS newer FROM activity_sheet WHERE subject IN ",
    );
    list(&mut text, &subjects);
    text.push(") AS s WHERE newer >= ").push_bind(i64::from(keep)).push(") RETURNING lines");
    let gone: Vec<i64> =
        text.build_query_scalar().persistent(false).fetch_all(&mut *connection).await?;
    let mut text = QueryBuilder::<Db>::new(
        "UPDATE activity_subject SET lines = \
         (SELECT CAST(COALESCE(SUM(s.lines), 0) AS BIGINT) FROM activity_sheet s \
          WHERE s.subject = activity_subject.id) WHERE id IN ",
    );
    list(&mut text, &subjects);
    text.build().persistent(false).execute(&mut *connection).await?;
    shorten_log(connection, gone.iter().copied().map(number).sum()).await?;
    pruned.rows += gone.len() as u64;
    Ok(())
}

fn list(text: &mut QueryBuilder<Db>, numbers: &[i64]) {
    text.push("(");
    let mut list = text.separated(", ");
    for number in numbers {
        list.push_bind(*number);
    }
    text.push(")");
}

/// Deletes the oldest sheets of all, as long as `keep` requests are left.
async fn oldest_requests(
    connection: &mut Connection,
    keep: u64,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let lines = query_scalar::<Db, i64>("SELECT lines FROM activity_log WHERE one = 1")
        .fetch_one(&mut *connection)
        .await?;
    let surplus = number(lines).saturating_sub(keep);
    if surplus == 0 {
        return Ok(());
    }
    let sheets =
        query_as::<Db, (i64, i64)>("SELECT id, lines FROM activity_sheet ORDER BY id LIMIT $1")
            .bind(SHEETS)
            .fetch_all(&mut *connection)
            .await?;
    let (mut last, mut gone, mut rows) = (None, 0, 0);
    for (id, lines) in &sheets {
        if gone + number(*lines) > surplus {
            break;
        }
        gone += number(*lines);
        rows += 1;
        last = Some(*id);
    }
    pruned.more |= rows == sheets.len() && at_limit(rows, SHEETS);
    let Some(last) = last else { return Ok(()) };
    // Of a token `lines` stays too high, which is found when it is cut; to keep the lines of all
    // right would cost as much as writing them. A caller goes when he has none.
    query::<Db>(
        "UPDATE activity_subject SET lines = lines - \
         (SELECT CAST(SUM(s.lines) AS BIGINT) FROM activity_sheet s \
          WHERE s.subject = activity_subject.id AND s.id <= $1) \
         WHERE caller = 1 AND id IN (SELECT subject FROM activity_sheet WHERE id <= $1)",
    )
    .bind(last)
    .execute(&mut *connection)
    .await?;
    query::<Db>("DELETE FROM activity_sheet WHERE id <= $1")
        .bind(last)
        .execute(&mut *connection)
        .await?;
    shorten_log(connection, gone).await?;
    pruned.rows += rows as u64;
    Ok(())
}

async fn shorten_log(connection: &mut Connection, by: u64) -> Result<(), ActivityError> {
    query::<Db>("UPDATE activity_log SET lines = lines - $1 WHERE one = 1")
        .bind(cell(by))
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes hours before `until`, with their refusals and observations.
async fn hours(
    connection: &mut Connection,
    caller: i64,
    until: UnixHour,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let rows = query::<Db>(OLD_HOURS)
        .bind(caller)
        .bind(until.as_i64())
        .bind(HOURS)
        .fetch_all(&mut *connection)
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    pruned.more |= at_limit(rows.len(), HOURS);
    let mut keys = Vec::with_capacity(rows.len());
    for row in &rows {
        keys.push((row.try_get::<i64, _>("subject")?, row.try_get::<i64, _>("hour")?));
    }
    for table in ["activity_refusal", "activity_observed", "activity_hour"] {
        let mut text = QueryBuilder::<Db>::new(format!("DELETE FROM {table} "));
        text.push("WHERE (subject, hour) IN (");
        text.push_values(&keys, |mut row, (subject, hour)| {
            row.push_bind(*subject).push_bind(*hour);
        });
        text.push(")");
        let gone = text.build().persistent(false).execute(&mut *connection).await?;
        pruned.rows += gone.rows_affected();
    }
    Ok(())
}

/// Deletes callers of whom nothing else is left.
async fn idle_callers(
    connection: &mut Connection,
    until: UnixHour,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let gone = query::<Db>(IDLE_CALLERS)
        .bind(until.start().as_millis())
        .bind(HOURS)
        .execute(connection)
        .await?
        .rows_affected();
    pruned.more |= gone >= HOURS.unsigned_abs();
    pruned.rows += gone;
    Ok(())
}

async fn dropped(
    connection: &mut Connection,
    until: UnixHour,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let gone = query::<Db>("DELETE FROM activity_dropped WHERE hour < $1")
        .bind(until.as_i64())
        .execute(connection)
        .await?;
    pruned.rows += gone.rows_affected();
    Ok(())
}

fn at_limit(found: usize, limit: i64) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= limit)
}
