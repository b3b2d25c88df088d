//! Answers questions.

use std::cmp::Reverse;
use std::collections::HashMap;

use gatepass_model::{InstanceName, Timestamp, TokenId};
use sqlx::{QueryBuilder, Row as _, query, query_scalar};

use super::{Connection, Db, number};
use crate::activity::fold::sheet::{self, Line};
use crate::activity::{
    ActivityError, Caller, CallerUsage, CallerUser, Counts, Dropped, HourUsage, LastUse, Presented,
    REQUESTS_PER_TOKEN, RecentRequest, TokenUsage, UnixHour,
};

type Row = <Db as sqlx::Database>::Row;

/// Most callers in one answer.
pub(super) const CALLERS: u32 = 1_000;

/// See [`ActivityReader::usage_of_token`](crate::activity::ActivityReader::usage_of_token).
pub(in crate::activity) async fn usage_of_token(
    connection: &mut Connection,
    token: TokenId,
    since: Timestamp,
) -> Result<TokenUsage, ActivityError> {
    let found = query::<Db>(
        "SELECT id, last_at, last_instance, last_address, last_agent \
         FROM activity_subject WHERE token = $1",
    )
    .bind(token.as_bytes().as_slice())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(found) = found else { return Ok(TokenUsage::default()) };
    let subject: i64 = found.try_get("id")?;
    let since = UnixHour::of(since);
    let rows = query::<Db>(
        "SELECT hour, requests, refused, bytes_in, bytes_out, upstream_micros \
         FROM activity_hour WHERE subject = $1 AND hour >= $2 ORDER BY hour",
    )
    .bind(subject)
    .bind(since.as_i64())
    .fetch_all(&mut *connection)
    .await?;
    let mut usage = TokenUsage { last: Some(last_use(&found)?), ..TokenUsage::default() };
    for row in &rows {
        let hour = UnixHour::from_i64(row.try_get("hour")?);
        let counts = counts(row)?;
        usage.total.add(&counts);
        usage.hours.push(HourUsage { hour, counts });
    }
    let mut refusals = parts(connection, Part::Refusal, &[subject], since).await?;
    usage.refusals = refusals.remove(&subject).unwrap_or_default();
    Ok(usage)
}

/// See [`ActivityReader::recent_requests`](crate::activity::ActivityReader::recent_requests).
///
/// All that are kept are looked at: one that took an hour is in the newest sheet.
pub(in crate::activity) async fn recent_requests(
    connection: &mut Connection,
    token: TokenId,
    limit: u32,
) -> Result<Vec<RecentRequest>, ActivityError> {
    let sheets = query::<Db>(
        "SELECT h.first_at, h.lines, h.body FROM activity_subject s \
         JOIN activity_sheet h ON h.subject = s.id WHERE s.token = $1 ORDER BY h.id DESC LIMIT $2",
    )
    .bind(token.as_bytes().as_slice())
    .bind(i64::from(REQUESTS_PER_TOKEN))
    .fetch_all(&mut *connection)
    .await?;
    let operations = operations(connection).await?;
    let mut found = Vec::new();
    for sheet in &sheets {
        let first = Timestamp::from_millis(sheet.try_get("first_at")?);
        let lines =
            sheet::lines(first, sheet.try_get("body")?).ok_or_else(|| undecodable("body"))?;
        for line in lines.iter().rev() {
            let operation = operations.get(&line.operation);
            found.push(recent(line, operation.ok_or_else(|| undecodable("operation"))?));
        }
        if found.len() >= REQUESTS_PER_TOKEN as usize {
            break;
        }
    }
    found.truncate(REQUESTS_PER_TOKEN as usize);
    found.sort_by_key(|request| Reverse(request.at));
    found.truncate(limit as usize);
    Ok(found)
}

fn recent(line: &Line<'_>, operation: &[String; 5]) -> RecentRequest {
    let [instance, family, resource, action, method] = operation.clone();
    RecentRequest {
        at: line.at,
        instance,
        family,
        resource,
        action,
        method,
        project: line.project.map(str::to_owned),
        status: line.status,
        reason: line.reason.map(str::to_owned),
        bytes_in: line.bytes_in,
        bytes_out: line.bytes_out,
        upstream_micros: line.upstream_micros,
        duration_micros: line.duration_micros,
        request_id: u128::from_be_bytes(line.request_id),
    }
}

/// The names of all operations, by their rows: as many as the catalogue has, about.
async fn operations(
    connection: &mut Connection,
) -> Result<HashMap<i64, [String; 5]>, ActivityError> {
    let rows = query::<Db>(
        "SELECT id, instance, family, resource, action, method FROM activity_operation",
    )
    .fetch_all(connection)
    .await?;
    let mut names = HashMap::with_capacity(rows.len());
    for row in &rows {
        let text = |column: &str| row.try_get::<String, _>(column);
        let name = [
            text("instance")?,
            text("family")?,
            text("resource")?,
            text("action")?,
            text("method")?,
        ];
        names.insert(row.try_get("id")?, name);
    }
    Ok(names)
}

/// See [`ActivityReader::callers`](crate::activity::ActivityReader::callers).
pub(in crate::activity) async fn callers(
    connection: &mut Connection,
    instance: Option<&InstanceName>,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<CallerUsage>, ActivityError> {
    let since = UnixHour::of(since);
    let ids = busiest(connection, instance, since, limit.min(CALLERS)).await?;
    usages(connection, ids, since).await
}

/// What these callers did, in the order of `ids`.
pub(super) async fn usages(
    connection: &mut Connection,
    ids: Vec<i64>,
    since: UnixHour,
) -> Result<Vec<CallerUsage>, ActivityError> {
    let mut rows = HashMap::with_capacity(ids.len());
    for row in sums(connection, &ids, since).await? {
        rows.insert(row.try_get::<i64, _>("id")?, row);
    }
    let mut refusals = parts(connection, Part::Refusal, &ids, since).await?;
    let mut observed = parts(connection, Part::Observed, &ids, since).await?;
    let mut found = Vec::with_capacity(rows.len());
    for id in ids {
        let Some(row) = rows.get(&id) else { continue };
        found.push(CallerUsage {
            caller: caller(row)?,
            total: counts(row)?,
            refusals: refusals.remove(&id).unwrap_or_default(),
            observed: observed.remove(&id).unwrap_or_default(),
            last: last_use(row)?,
        });
    }
    Ok(found)
}

/// Callers by their requests, the busiest first. Nothing else is summed up here: all hours of all
/// callers are gone through.
async fn busiest(
    connection: &mut Connection,
    instance: Option<&InstanceName>,
    since: UnixHour,
    limit: u32,
) -> Result<Vec<i64>, ActivityError> {
    // The sum has a name of its own: PostgreSQL would sort by the column otherwise.
    let ids = query_scalar::<Db, i64>(
        "SELECT s.id FROM (SELECT subject, SUM(requests) AS total \
                FROM activity_hour WHERE caller = 1 AND hour >= $1 GROUP BY subject) t \
         JOIN activity_subject s ON s.id = t.subject \
         WHERE ($2 = '' OR s.instance = $2) \
         ORDER BY t.total DESC, s.id LIMIT $3",
    )
    .bind(since.as_i64())
    .bind(instance.map_or("", InstanceName::as_str))
    .bind(i64::from(limit));
    Ok(ids.fetch_all(connection).await?)
}

/// All that is counted of these callers.
async fn sums(
    connection: &mut Connection,
    callers: &[i64],
    since: UnixHour,
) -> Result<Vec<Row>, ActivityError> {
    if callers.is_empty() {
        return Ok(Vec::new());
    }
    let columns = ["requests", "refused", "bytes_in", "bytes_out", "upstream_micros"];
    let sums = columns.map(|name| format!("CAST(SUM({name}) AS BIGINT) AS {name}"));
    let mut text = QueryBuilder::<Db>::new(format!(
        "SELECT s.id, s.instance, s.credential, s.mark, s.standing, s.username, s.agent, \
         s.last_at, s.last_instance, s.last_address, s.last_agent, t.requests, t.refused, \
         t.bytes_in, t.bytes_out, t.upstream_micros \
         FROM (SELECT subject, {} FROM activity_hour WHERE hour >= ",
        sums.join(", ")
    ));
    text.push_bind(since.as_i64()).push(" AND subject IN (");
    let mut list = text.separated(", ");
    for caller in callers {
        list.push_bind(*caller);
    }
    text.push(") GROUP BY subject) t JOIN activity_subject s ON s.id = t.subject");
    Ok(text.build().persistent(false).fetch_all(connection).await?)
}

/// See [`ActivityReader::dropped`](crate::activity::ActivityReader::dropped).
pub(in crate::activity) async fn dropped(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Dropped, ActivityError> {
    let row = query::<Db>(
        "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT) AS requests, \
         CAST(COALESCE(SUM(lines), 0) AS BIGINT) AS lines \
         FROM activity_dropped WHERE hour >= $1",
    )
    .bind(UnixHour::of(since).as_i64())
    .fetch_one(connection)
    .await?;
    Ok(Dropped { requests: number(row.try_get("requests")?), lines: number(row.try_get("lines")?) })
}

/// See [`ActivityStore::callers_of_hour`](crate::activity::ActivityStore::callers_of_hour).
pub(in crate::activity) async fn callers_of_hour(
    connection: &mut Connection,
    hour: UnixHour,
) -> Result<Vec<Caller>, ActivityError> {
    let rows = query::<Db>(
        "SELECT s.instance, s.credential, s.mark, s.standing, s.username, s.agent \
         FROM activity_hour h JOIN activity_subject s ON s.id = h.subject \
         WHERE h.caller = 1 AND h.hour = $1 AND s.standing <> 'other'",
    )
    .bind(hour.as_i64())
    .fetch_all(connection)
    .await?;
    rows.iter().map(caller).collect()
}

/// A table of counts by name.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Refusal,
    Observed,
}

/// Sums by subject and name, the largest first.
pub(super) async fn parts(
    connection: &mut Connection,
    part: Part,
    subjects: &[i64],
    since: UnixHour,
) -> Result<HashMap<i64, Vec<(String, u64)>>, ActivityError> {
    let mut sums: HashMap<i64, Vec<(String, u64)>> = HashMap::new();
    if subjects.is_empty() {
        return Ok(sums);
    }
    let (table, name) = match part {
        Part::Refusal => ("activity_refusal", "reason"),
        Part::Observed => ("activity_observed", "credential"),
    };
    let mut text = QueryBuilder::<Db>::new(format!(
        "SELECT subject, {name} AS name, CAST(SUM(count) AS BIGINT) AS total FROM {table} \
         WHERE hour >= "
    ));
    text.push_bind(since.as_i64()).push(" AND subject IN (");
    let mut list = text.separated(", ");
    for subject in subjects {
        list.push_bind(*subject);
    }
    text.push(format!(") GROUP BY subject, {name} ORDER BY total DESC, name"));
    for row in text.build().persistent(false).fetch_all(connection).await? {
        let total = number(row.try_get("total")?);
        sums.entry(row.try_get("subject")?).or_default().push((row.try_get("name")?, total));
    }
    Ok(sums)
}

fn counts(row: &Row) -> Result<Counts, ActivityError> {
    Ok(Counts {
        requests: number(row.try_get("requests")?),
        refused: number(row.try_get("refused")?),
        bytes_in: number(row.try_get("bytes_in")?),
        bytes_out: number(row.try_get("bytes_out")?),
        upstream_micros: number(row.try_get("upstream_micros")?),
    })
}

pub(super) fn last_use(row: &Row) -> Result<LastUse, ActivityError> {
    let address: &str = row.try_get("last_address")?;
    Ok(LastUse {
        at: Timestamp::from_millis(row.try_get("last_at")?),
        instance: instance(row, "last_instance")?,
        address: address.parse().map_err(|_| undecodable("last_address"))?,
        agent: row.try_get("last_agent")?,
    })
}

fn caller(row: &Row) -> Result<Caller, ActivityError> {
    let presented = Presented::find(row.try_get("credential")?);
    let user = CallerUser::from_parts(row.try_get("standing")?, row.try_get("username")?);
    Ok(Caller {
        instance: instance(row, "instance")?,
        presented: presented.ok_or_else(|| undecodable("credential"))?,
        mark: row.try_get("mark")?,
        user: user.ok_or_else(|| undecodable("standing"))?,
        agent: row.try_get("agent")?,
    })
}

fn instance(row: &Row, column: &'static str) -> Result<InstanceName, ActivityError> {
    let name: &str = row.try_get(column)?;
    name.parse().map_err(|_| undecodable(column))
}

/// A value that this program did not write.
pub(super) fn undecodable(column: &'static str) -> ActivityError {
    ActivityError::Failed(format!("unknown value in the column {column}").into())
}
