//! What callers without a token presented, in short.

use std::cmp::Reverse;
use std::collections::HashMap;

use gatepass_model::Timestamp;
use sqlx::{QueryBuilder, query_as};

use super::read::undecodable;
use super::{Connection, Db};
use crate::activity::{ActivityError, BusyCaller, CallerUser, Presented, PresentedUsage, UnixHour};

/// A caller's row, and his requests.
type Counted = (i64, u64);

/// See
/// [`ActivityReader::callers_by_presented`](crate::activity::ActivityReader::callers_by_presented).
///
/// All hours of all callers are gone through once; more than sums is read of those alone that are
/// named.
pub(in crate::activity) async fn usage(
    connection: &mut Connection,
    since: UnixHour,
    named: usize,
) -> Result<Vec<PresentedUsage>, ActivityError> {
    // Callers in one text, since the driver takes its time for each row.
    let rows: Vec<(String, String, String)> = query_as::<Db, _>(
        "SELECT s.instance, s.credential, \
                string_agg(CAST(t.subject AS TEXT) || ' ' || CAST(t.total AS TEXT), ',') \
         FROM (SELECT subject, SUM(requests) AS total FROM activity_hour \
               WHERE caller = 1 AND hour >= $1 GROUP BY subject) t \
         JOIN activity_subject s ON s.id = t.subject \
         GROUP BY s.instance, s.credential ORDER BY s.instance, s.credential",
    )
    .bind(since.as_i64())
    .fetch_all(&mut *connection)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    let mut busiest = Vec::new();
    for (instance, presented, callers) in &rows {
        let mut callers = counted(callers)?;
        let usage = PresentedUsage {
            instance: instance.parse().map_err(|_| undecodable("instance"))?,
            presented: Presented::find(presented).ok_or_else(|| undecodable("credential"))?,
            requests: callers.iter().map(|(_, requests)| requests).sum(),
            callers: callers.len() as u64,
            busiest: Vec::new(),
        };
        callers.sort_unstable_by_key(|(id, requests)| (Reverse(*requests), *id));
        callers.truncate(named);
        busiest.extend(callers.into_iter().map(|caller| (found.len(), caller)));
        found.push(usage);
    }
    let ids: Vec<i64> = busiest.iter().map(|(_, (id, _))| *id).collect();
    let mut callers = known(connection, &ids).await?;
    for (place, (id, requests)) in busiest {
        if let (Some(usage), Some(caller)) = (found.get_mut(place), callers.remove(&id)) {
            usage.busiest.push(BusyCaller { requests, ..caller });
        }
    }
    Ok(found)
}

/// `17 250,18 3`: rows, and requests.
fn counted(text: &str) -> Result<Vec<Counted>, ActivityError> {
    let one = |one: &str| {
        let (id, requests) = one.split_once(' ')?;
        Some((id.parse().ok()?, requests.parse().ok()?))
    };
    text.split(',').map(one).collect::<Option<_>>().ok_or_else(|| undecodable("requests"))
}

/// These callers by their rows, with no requests.
async fn known(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<HashMap<i64, BusyCaller>, ActivityError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut text = QueryBuilder::<Db>::new(
        "SELECT id, mark, standing, username, agent, last_at FROM activity_subject WHERE id IN (",
    );
    let mut list = text.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    text.push(")");
    let rows: Vec<(i64, String, String, String, String, i64)> =
        text.build_query_as().persistent(false).fetch_all(connection).await?;
    let mut callers = HashMap::with_capacity(rows.len());
    for (id, mark, standing, username, agent, last_at) in rows {
        let user = CallerUser::from_parts(&standing, username);
        let user = user.ok_or_else(|| undecodable("standing"))?;
        let last_at = Timestamp::from_millis(last_at);
        callers.insert(id, BusyCaller { mark, user, agent, requests: 0, last_at });
    }
    Ok(callers)
}
