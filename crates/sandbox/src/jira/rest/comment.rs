//! Comments of an issue.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::page;
use crate::jira::bean::Beans;
use crate::jira::call::{Body, Call};
use crate::jira::state::{Comment, Issue, World};
use crate::site::answer::{Fault, Outcome, json, ok};

pub(crate) async fn list(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let (start, most) = page(&call.params, 1_048_576, 1_048_576);
    Ok(ok(&Beans { world: &world, base: &call.base }.comments(issue, start, most)))
}

pub(crate) async fn read(call: Call, Path((key, id)): Path<(String, String)>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let comment = find(issue, &id)?;
    Ok(ok(&Beans { world: &world, base: &call.base }.comment(issue, comment)))
}

pub(crate) async fn add(call: Call, Path(key): Path<String>, Body(body): Body) -> Outcome {
    let body = text(&body)?;
    let mut world = call.shared.world();
    let id = world.next_id();
    call.change(&mut world, &key, |issue, author| {
        let (author, created) = (author.to_owned(), call.now);
        let updated_by = author.clone();
        let comment = Comment { id, author, body, created, updated: created, updated_by };
        issue.comments.push(comment);
        Ok(())
    })?;
    shown(&call, &world, &key, id, StatusCode::CREATED)
}

pub(crate) async fn edit(
    call: Call,
    Path((key, id)): Path<(String, String)>,
    Body(body): Body,
) -> Outcome {
    let body = text(&body)?;
    let mut world = call.shared.world();
    let administers = call.is_administrator(&world);
    let number = call.change(&mut world, &key, |issue, caller| {
        let index = own(issue, &id, caller, administers, "edit")?;
        let comment = issue.comments.get_mut(index).ok_or_else(|| missing(&id))?;
        (comment.body, comment.updated) = (body, call.now);
        caller.clone_into(&mut comment.updated_by);
        Ok(comment.id)
    })?;
    shown(&call, &world, &key, number, StatusCode::OK)
}

pub(crate) async fn delete(call: Call, Path((key, id)): Path<(String, String)>) -> Outcome {
    let mut world = call.shared.world();
    let administers = call.is_administrator(&world);
    call.change(&mut world, &key, |issue, caller| {
        let index = own(issue, &id, caller, administers, "delete")?;
        issue.comments.remove(index);
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn shown(call: &Call, world: &World, key: &str, id: u64, status: StatusCode) -> Outcome {
    let issue = call.issue(world, key)?;
    let comment = find(issue, &id.to_string())?;
    Ok(json(status, &Beans { world, base: &call.base }.comment(issue, comment)))
}

fn text(body: &Map<String, Value>) -> Result<String, Fault> {
    let text = body.get("body").and_then(Value::as_str).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Fault::field("comment", "Comment body can not be empty!"));
    }
    Ok(text.to_owned())
}

fn missing(id: &str) -> Fault {
    Fault::not_found(&format!("Can not find a comment for the id: {id}."))
}

fn find<'a>(issue: &'a Issue, id: &str) -> Result<&'a Comment, Fault> {
    issue.comments.iter().find(|own| own.id.to_string() == id).ok_or_else(|| missing(id))
}

/// Where the comment stands, when the caller wrote it or administers.
fn own(
    issue: &Issue,
    id: &str,
    caller: &str,
    administers: bool,
    verb: &str,
) -> Result<usize, Fault> {
    let comment = find(issue, id)?;
    if comment.author != caller && !administers {
        let said = format!("You do not have permission to {verb} comment with id: {id}");
        return Err(Fault::forbidden(&said));
    }
    issue.comments.iter().position(|other| other.id == comment.id).ok_or_else(|| missing(id))
}
