//! Time logged on an issue.

use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::jira::bean::Beans;
use crate::jira::call::{Body, Call};
use crate::jira::state::Worklog;
use crate::site::answer::{Fault, Outcome, json, ok};
use crate::site::time;

pub(crate) async fn list(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    Ok(ok(&Beans { world: &world, base: &call.base }.worklogs(issue)))
}

pub(crate) async fn add(call: Call, Path(key): Path<String>, Body(body): Body) -> Outcome {
    let seconds = seconds(&body)
        .ok_or_else(|| Fault::field("timeLogged", "You must indicate the time spent working."))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut world = call.shared.world();
    let id = world.next_id();
    let log = call.change(&mut world, &key, |issue, author| {
        let log = Worklog {
            id,
            author: author.to_owned(),
            comment: text("comment").unwrap_or_default(),
            started: text("started").unwrap_or_else(|| time::write(call.now)),
            seconds,
            created: call.now,
        };
        issue.worklogs.push(log.clone());
        Ok(log)
    })?;
    let issue = call.issue(&world, &key)?;
    let bean = Beans { world: &world, base: &call.base }.worklog(issue, &log);
    Ok(json(StatusCode::CREATED, &bean))
}

/// `timeSpentSeconds`, or `timeSpent` like `1d 2h 30m` (a day has 8 hours, a week 5 days).
fn seconds(body: &Map<String, Value>) -> Option<u64> {
    if let Some(seconds) = body.get("timeSpentSeconds").and_then(Value::as_u64) {
        return Some(seconds).filter(|seconds| *seconds > 0);
    }
    let mut sum: u64 = 0;
    for part in body.get("timeSpent")?.as_str()?.split_whitespace() {
        let unit = part.chars().last()?;
        let count: u64 = part.strip_suffix(unit)?.parse().ok()?;
        let each = match unit {
            'w' => 5 * 8 * 3600,
            'd' => 8 * 3600,
            'h' => 3600,
            'm' => 60,
            _ => return None,
        };
        sum = sum.checked_add(count.checked_mul(each)?)?;
    }
    Some(sum).filter(|sum| *sum > 0)
}
