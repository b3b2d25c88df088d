//! The JSON of people, projects and repositories, and of pages of a list.

use serde_json::{Value, json};

use super::fault;
use super::state::{Call, Project, Repository};
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::people::Person;

fn links(call: &Call, path: &str) -> Value {
    json!({ "self": [{ "href": format!("{}{path}", call.base) }] })
}

/// Fact B.
pub(super) fn user(call: &Call, person: &Person) -> Value {
    let account = &person.account;
    json!({
        "name": account.username,
        "emailAddress": account.email,
        "active": account.active,
        "displayName": account.display_name,
        "id": person.id,
        "slug": person.key,
        "type": "NORMAL",
        "links": links(call, &format!("/users/{}", person.key)),
    })
}

pub(super) fn project(call: &Call, project: &Project, is_public: Public) -> Value {
    json!({
        "key": project.key, "id": project.id, "name": project.name, "public": is_public.0,
        "type": "NORMAL", "links": links(call, &format!("/projects/{}", project.key)),
    })
}

/// Whether somebody who did not sign in may see it.
#[derive(Clone, Copy)]
pub(super) struct Public(pub(super) bool);

pub(super) fn repository(
    call: &Call,
    within: &Project,
    repository: &Repository,
    is_public: Public,
) -> Value {
    let own = format!("/projects/{}/repos/{}/browse", within.key, repository.slug);
    json!({
        "slug": repository.slug, "id": repository.id, "name": repository.name, "scmId": "git",
        "state": "AVAILABLE", "forkable": true, "public": is_public.0,
        "project": project(call, within, is_public), "links": links(call, &own),
    })
}

/// Items that a page has unless another number is asked for.
const USUAL: usize = 25;
/// The most that a page may have (fact G).
const MOST: usize = 1000;

/// A page of a list, by `start` and `limit` of the query.
pub(super) fn paged<T>(call: &Call, all: &[T], bean: impl Fn(&T) -> Value) -> Outcome {
    let (start, limit) = (number(call, "start", 0)?, number(call, "limit", USUAL)?.min(MOST));
    let rest = all.get(start..).unwrap_or_default();
    let values: Vec<Value> = rest.iter().take(limit).map(bean).collect();
    let is_last = values.len() == rest.len();
    let next = (!is_last).then(|| start.saturating_add(values.len()));
    Ok(ok(&json!({
        "size": values.len(), "limit": limit, "isLastPage": is_last, "values": values,
        "start": start, "nextPageStart": next,
    })))
}

fn number(call: &Call, name: &str, otherwise: usize) -> Result<usize, Fault> {
    let wrong = |_| fault::invalid(&format!("{name} must be a number that is not below zero"));
    call.params.first(name).map_or(Ok(otherwise), |text| text.parse().map_err(wrong))
}
