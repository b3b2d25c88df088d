//! Deletes what need not be kept, some at a time.

use gatepass_model::Timestamp;
use sqlx::{QueryBuilder, Row as _, query, query_scalar};

use super::{Connection, Db, cell, number};
use crate::activity::{
    ActivityError, Pruned, REQUESTS_PER_CALLER, REQUESTS_PER_TOKEN, Retention, UnixHour,
};

/// Most requests that a step deletes because the log is full.
const LINES: u64 = 4_000;
/// Most subjects whose requests a step cuts. A cut of a token is of 100 rows and what one batch
/// brought.
const SUBJECTS: i64 = 16;
/// Most hours that a step deletes.
const HOURS: i64 = 500;

// A subject is cut only when it is a tenth over, so that not every request costs a deletion.
// The same numbers stand in the indices of the migration, which serve these two texts only as
// long as they are the same.
const OVERFULL_TOKENS: &str = "SELECT id FROM activity_subject \
    WHERE caller = 0 AND lines > 1100 ORDER BY lines DESC LIMIT $1";
const OVERFULL_CALLERS: &str = "SELECT id FROM activity_subject \
    WHERE caller = 1 AND lines > 11000 ORDER BY lines DESC LIMIT $1";

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
    (OLD_HOURS, "activity_hour_age"),
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

/// Cuts the logs of subjects that have too many requests in it.
async fn overfull(
    connection: &mut Connection,
    find: &'static str,
    keep: u32,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let subjects: Vec<i64> =
        query_scalar::<Db, i64>(find).bind(SUBJECTS).fetch_all(&mut *connection).await?;
    pruned.more |= at_limit(subjects.len(), SUBJECTS);
    for subject in subjects {
        let gone = query::<Db>(
            "DELETE FROM activity_request WHERE subject = $1 AND id <= \
             (SELECT id FROM activity_request WHERE subject = $1 \
              ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(subject)
        .bind(i64::from(keep))
        .execute(&mut *connection)
        .await?
        .rows_affected();
        query::<Db>("UPDATE activity_subject SET lines = $2 WHERE id = $1")
            .bind(subject)
            .bind(i64::from(keep))
            .execute(&mut *connection)
            .await?;
        shorten_log(connection, gone).await?;
        pruned.rows += gone;
    }
    Ok(())
}

/// Deletes the oldest requests of all beyond `keep`.
async fn oldest_requests(
    connection: &mut Connection,
    keep: u64,
    pruned: &mut Pruned,
) -> Result<(), ActivityError> {
    let lines = query_scalar::<Db, i64>("SELECT lines FROM activity_log WHERE one = 1")
        .fetch_one(&mut *connection)
        .await?;
    let surplus = number(lines).saturating_sub(keep);
    let now = surplus.min(LINES);
    if now == 0 {
        return Ok(());
    }
    pruned.more |= surplus > now;
    let last =
        query_scalar::<Db, i64>("SELECT id FROM activity_request ORDER BY id LIMIT 1 OFFSET $1")
            .bind(cell(now - 1))
            .fetch_optional(&mut *connection)
            .await?;
    // Fewer rows than counted: the count is mended, not believed.
    let last = last.unwrap_or(i64::MAX);
    query::<Db>(
        "UPDATE activity_subject SET lines = lines - \
         (SELECT COUNT(*) FROM activity_request r \
          WHERE r.subject = activity_subject.id AND r.id <= $1) \
         WHERE id IN (SELECT subject FROM activity_request WHERE id <= $1)",
    )
    .bind(last)
    .execute(&mut *connection)
    .await?;
    let gone = query::<Db>("DELETE FROM activity_request WHERE id <= $1")
        .bind(last)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    shorten_log(connection, now.max(gone)).await?;
    pruned.rows += gone;
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
