//! Finding issues.

use serde_json::{Map, Value, json};

use super::page;
use crate::jira::bean::{Beans, FieldChoice};
use crate::jira::call::{Body, Call};
use crate::jira::jql;
use crate::jira::state::{Issue, World};
use crate::site::answer::{Fault, Outcome, ok};

/// `jira.search.views.default.max`: who asks for more silently gets this many (fact G).
const MOST: usize = 1000;

pub(crate) async fn by_query(call: Call) -> Outcome {
    let text = call.params.first("jql").unwrap_or_default();
    let choice = FieldChoice::new(call.params.list("fields"), "*navigable");
    let range = page(&call.params, 50, MOST);
    search(&call, text, range, &choice, &call.params.list("expand"))
}

pub(crate) async fn by_body(call: Call, Body(body): Body) -> Outcome {
    let number = |name: &str| body.get(name).and_then(Value::as_i64);
    let start = number("startAt").and_then(|start| usize::try_from(start).ok()).unwrap_or(0);
    let most = number("maxResults").map_or(50, |most| usize::try_from(most).unwrap_or(MOST));
    let choice = FieldChoice::new(texts(&body, "fields"), "*navigable");
    let text = body.get("jql").and_then(Value::as_str).unwrap_or_default();
    search(&call, text, (start, most.min(MOST)), &choice, &texts(&body, "expand"))
}

/// A list of strings, or one string with commas.
fn texts<'a>(body: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    match body.get(name) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split(',').map(str::trim).collect(),
        _ => Vec::new(),
    }
}

fn search(
    call: &Call,
    text: &str,
    (start, most): (usize, usize),
    choice: &FieldChoice,
    expand: &[&str],
) -> Outcome {
    let world = call.shared.world();
    let found = find(call, &world, text)?;
    let beans = Beans { world: &world, base: &call.base };
    let issues: Vec<Value> = found
        .iter()
        .skip(start)
        .take(most)
        .map(|issue| beans.issue(issue, choice, expand))
        .collect();
    Ok(ok(&json!({
        "expand": "schema,names", "startAt": start, "maxResults": most, "total": found.len(),
        "issues": issues,
    })))
}

/// What fits; nothing for somebody who may not read.
fn find<'a>(call: &Call, world: &'a World, text: &str) -> Result<Vec<&'a Issue>, Fault> {
    let query = jql::compile(text, world, call.caller.username.as_deref(), call.now);
    let query = query.map_err(|messages| {
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        Fault::say(axum::http::StatusCode::BAD_REQUEST, &messages)
    })?;
    Ok(if call.may_read(world) { query.run(world) } else { Vec::new() })
}

/// `issue/picker`: by a part of key or summary.
pub(crate) async fn pick(call: Call) -> Outcome {
    let wanted = call.params.first("query").unwrap_or_default().to_lowercase();
    let world = call.shared.world();
    let jql = call.params.first("currentJQL").unwrap_or_default();
    let issues: Vec<Value> = find(&call, &world, jql)?
        .into_iter()
        .filter(|issue| {
            let line = format!("{} {}", issue.key(), issue.summary).to_lowercase();
            line.contains(&wanted)
        })
        .take(20)
        .map(|issue| {
            json!({
                "key": issue.key(), "keyHtml": issue.key(), "img": "/images/icons/issue.svg",
                "summary": crate::site::answer::escape(&issue.summary),
                "summaryText": issue.summary,
            })
        })
        .collect();
    let sub = format!("Showing {0} of {0} matching issues", issues.len());
    Ok(ok(&json!({
        "sections": [{ "id": "cs", "label": "Current Search", "sub": sub, "issues": issues }],
    })))
}
