//! What callers did with a session outside of pages.

use gatepass_model::InstanceName;
use sqlx::{query_as, query_scalar};

use super::read::{CALLERS, undecodable, usages};
use super::{Connection, Db, number};
use crate::activity::{ActivityError, CallerUsage, UnixHour};

/// See [`ActivityReader::outside_pages`](crate::activity::ActivityReader::outside_pages).
pub(in crate::activity) async fn pages(
    connection: &mut Connection,
    since: UnixHour,
) -> Result<Vec<(InstanceName, u64)>, ActivityError> {
    // The name is written out, so that the index of these rows alone is seen to fit; and summed up
    // by subject first, as they stand in it.
    let rows: Vec<(String, i64)> = query_as::<Db, _>(
        "SELECT s.instance, CAST(SUM(o.total) AS BIGINT) \
         FROM (SELECT subject, SUM(count) AS total FROM activity_observed \
               WHERE credential = 'session_outside_page' AND hour >= $1 GROUP BY subject) o \
         JOIN activity_subject s ON s.id = o.subject \
         GROUP BY s.instance ORDER BY s.instance",
    )
    .bind(since.as_i64())
    .fetch_all(connection)
    .await?;
    let read = |(instance, count): (String, i64)| {
        let instance = instance.parse().map_err(|_| undecodable("instance"))?;
        Ok((instance, number(count)))
    };
    rows.into_iter().map(read).collect()
}

/// See
/// [`ActivityReader::callers_outside_pages`](crate::activity::ActivityReader::callers_outside_pages).
pub(in crate::activity) async fn callers(
    connection: &mut Connection,
    instance: &InstanceName,
    since: UnixHour,
    limit: u32,
) -> Result<Vec<CallerUsage>, ActivityError> {
    let ids = query_scalar::<Db, i64>(
        "SELECT s.id FROM (SELECT subject, SUM(count) AS total FROM activity_observed \
               WHERE credential = 'session_outside_page' AND hour >= $1 GROUP BY subject) o \
         JOIN activity_subject s ON s.id = o.subject \
         WHERE s.instance = $2 ORDER BY o.total DESC, s.id LIMIT $3",
    )
    .bind(since.as_i64())
    .bind(instance.as_str())
    .bind(i64::from(limit.min(CALLERS)));
    let ids = ids.fetch_all(&mut *connection).await?;
    usages(connection, ids, since).await
}
