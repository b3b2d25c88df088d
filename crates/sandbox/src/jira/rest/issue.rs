//! Issues: create, read, edit, delete.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::issue_fields;
use crate::jira::bean::{Beans, FieldChoice};
use crate::jira::call::{Body, Call};
use crate::jira::catalogue::{first_issue_type, first_status, middle_priority};
use crate::jira::state::{Comment, Issue, World};
use crate::site::answer::{Fault, Outcome, json, ok};

pub(crate) async fn read(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let choice = FieldChoice::new(call.params.list("fields"), "*all");
    let beans = Beans { world: &world, base: &call.base };
    Ok(ok(&beans.issue(issue, &choice, &call.params.list("expand"))))
}

pub(crate) async fn create(call: Call, Body(body): Body) -> Outcome {
    let author = call.signed_in()?;
    let mut world = call.shared.world();
    let id = make(&mut world, author, &body, call.now)?;
    Ok(json(StatusCode::CREATED, &short(&call, &world, id)))
}

/// Makes what can be made, and says why the others can't.
pub(crate) async fn create_many(call: Call, Body(body): Body) -> Outcome {
    let author = call.signed_in()?;
    let wanted = body.get("issueUpdates").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut world = call.shared.world();
    let (mut issues, mut errors) = (Vec::new(), Vec::new());
    for (index, one) in wanted.iter().enumerate() {
        let none = Map::new();
        match make(&mut world, author, one.as_object().unwrap_or(&none), call.now) {
            Ok(id) => issues.push(short(&call, &world, id)),
            Err(fault) => errors.push(json!({
                "status": fault.status.as_u16(), "elementErrors": fault.body,
                "failedElementNumber": index,
            })),
        }
    }
    let none_made = issues.is_empty() && !errors.is_empty();
    let status = if none_made { StatusCode::BAD_REQUEST } else { StatusCode::CREATED };
    Ok(json(status, &json!({ "issues": issues, "errors": errors })))
}

fn short(call: &Call, world: &World, id: u64) -> Value {
    let beans = Beans { world, base: &call.base };
    world.issues.get(&id).map_or(Value::Null, |issue| beans.issue_in_short(issue).into())
}

/// A new issue's id.
fn make(
    world: &mut World,
    author: &str,
    body: &Map<String, Value>,
    now: i64,
) -> Result<u64, Fault> {
    let none = Map::new();
    let fields = body.get("fields").and_then(Value::as_object).unwrap_or(&none);
    let mut issue = blank(author, now);
    let mut errors = issue_fields::set(world, &mut issue, fields);
    for (name, said) in [
        ("project", "project is required"),
        ("issuetype", "issue type is required"),
        ("summary", "You must specify a summary of the issue."),
    ] {
        if !fields.contains_key(name) {
            errors.insert(name.to_owned(), said.into());
        }
    }
    if !errors.is_empty() {
        return Err(Fault::fields(&errors));
    }
    issue.id = world.next_id();
    issue.number = world.next_number(&issue.project);
    let id = issue.id;
    world.issues.insert(id, issue);
    Ok(id)
}

fn blank(author: &str, now: i64) -> Issue {
    Issue {
        id: 0,
        project: String::new(),
        number: 0,
        kind: first_issue_type(),
        status: first_status(),
        priority: middle_priority(),
        summary: String::new(),
        description: None,
        labels: Vec::new(),
        assignee: None,
        reporter: Some(author.to_owned()),
        created: now,
        updated: now,
        comments: Vec::new(),
        worklogs: Vec::new(),
        watchers: BTreeSet::from([author.to_owned()]),
        voters: BTreeSet::new(),
    }
}

pub(crate) async fn edit(call: Call, Path(key): Path<String>, Body(body): Body) -> Outcome {
    let mut world = call.shared.world();
    apply(&call, &mut world, &key, &body)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `fields` and `update` of a body, all or nothing.
pub(super) fn apply(
    call: &Call,
    world: &mut World,
    key: &str,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    let mut issue = call.issue(world, key)?.clone();
    let author = call.signed_in()?.to_owned();
    let none = Map::new();
    let part = |name: &str| body.get(name).and_then(Value::as_object).unwrap_or(&none);
    let errors = issue_fields::set(world, &mut issue, part("fields"));
    if !errors.is_empty() {
        return Err(Fault::fields(&errors));
    }
    let comments = issue_fields::update(world, &mut issue, part("update"))
        .map_err(|errors| Fault::fields(&errors))?;
    for body in comments {
        let (id, author) = (world.next_id(), author.clone());
        let (created, updated_by) = (call.now, author.clone());
        let comment = Comment { id, author, body, created, updated: created, updated_by };
        issue.comments.push(comment);
    }
    issue.updated = call.now;
    world.issues.insert(issue.id, issue);
    Ok(())
}

pub(crate) async fn assign(call: Call, Path(key): Path<String>, Body(body): Body) -> Outcome {
    let mut world = call.shared.world();
    let wanted = issue_fields::person(&world, &Value::Object(body));
    let wanted = wanted.map_err(|said| Fault::field("assignee", &said))?;
    call.change(&mut world, &key, |issue, _| {
        issue.assignee = wanted;
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The reporter, the project's lead and administrators may.
pub(crate) async fn delete(call: Call, Path(key): Path<String>) -> Outcome {
    let mut world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let caller = call.signed_in()?;
    let lead = world.project(&issue.project).is_some_and(|project| project.lead == caller);
    if issue.reporter.as_deref() != Some(caller) && !lead && !call.is_administrator(&world) {
        let said = "You do not have permission to delete issues in this project.";
        return Err(Fault::forbidden(said));
    }
    let id = issue.id;
    world.issues.remove(&id);
    world.attachments.retain(|_, file| file.issue != id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// No issue here has any.
pub(crate) async fn remote_links(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    call.issue(&world, &key)?;
    Ok(ok(&json!([])))
}
