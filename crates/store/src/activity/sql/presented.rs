//! What callers without a token presented, in short.

use std::cmp::Reverse;
use std::collections::HashMap;

use gatepass_model::Timestamp;
use sqlx::{QueryBuilder, query_as, query_scalar};

use super::read::undecodable;
use super::{Connection, Db};
use crate::activity::{ActivityError, BusyCaller, CallerUser, Presented, PresentedUsage, UnixHour};

/// A caller's row, and his requests.
type Counted = (i64, u64);

/// See
/// [`ActivityReader::callers_by_presented`](crate::activity::ActivityReader::callers_by_presented).
///
/// All hours of all callers are gone through once, and all callers; more than sums is read of those
/// alone that are named. They are summed up here: to bring them into an order by caller takes SQLite
/// more than all the rest.
pub(in crate::activity) async fn usage(
    connection: &mut Connection,
    since: UnixHour,
    named: usize,
) -> Result<Vec<PresentedUsage>, ActivityError> {
    let requests = requests(connection, since).await?;
    // By an index in this order; callers in one text, since the driver takes its time for each row.
    let rows: Vec<(String, String, String)> = query_as::<Db, _>(
        "SELECT instance, credential, string_agg(CAST(id AS TEXT), ',') \
         FROM activity_subject WHERE caller = 1 \
         GROUP BY instance, credential ORDER BY instance, credential",
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut found, mut busiest) = (Vec::with_capacity(rows.len()), Vec::new());
    for (instance, presented, ids) in &rows {
        let mut callers = counted(ids, &requests)?;
        if callers.is_empty() {
            continue;
        }
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

/// How many requests each caller made since then, by his row.
async fn requests(
    connection: &mut Connection,
    since: UnixHour,
) -> Result<HashMap<i64, u64>, ActivityError> {
    let hours: Vec<String> = query_scalar::<Db, String>(
        "SELECT string_agg(CAST(subject AS TEXT) || ' ' || CAST(requests AS TEXT), ',') \
         FROM activity_hour WHERE caller = 1 AND hour >= $1 GROUP BY hour",
    )
    .bind(since.as_i64())
    .fetch_all(&mut *connection)
    .await?;
    let mut requests: HashMap<i64, u64> = HashMap::new();
    let read = |one: &str| {
        let (id, count) = one.split_once(' ')?;
        Some((id.parse::<i64>().ok()?, count.parse::<u64>().ok()?))
    };
    for one in hours.iter().flat_map(|hour| hour.split(',')) {
        let (id, count) = read(one).ok_or_else(|| undecodable("requests"))?;
        let sum = requests.entry(id).or_default();
        *sum = sum.saturating_add(count);
    }
    Ok(requests)
}

/// Those of the rows `17,18` that made requests.
fn counted(ids: &str, requests: &HashMap<i64, u64>) -> Result<Vec<Counted>, ActivityError> {
    let mut callers = Vec::new();
    for id in ids.split(',') {
        let id: i64 = id.parse().map_err(|_| undecodable("subject"))?;
        callers.extend(requests.get(&id).map(|count| (id, *count)));
    }
    Ok(callers)
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
