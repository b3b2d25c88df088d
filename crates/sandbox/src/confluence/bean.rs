//! The JSON of people, groups, spaces and pages, and of pages of a list.

use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::fault;
use super::state::{Call, Page, Space};
use crate::site::answer::{Outcome, ok};
use crate::site::people::Person;

/// Text as it stands in the path or query of a link.
pub(super) fn in_link(text: &str) -> percent_encoding::PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

fn picture(call: &Call) -> Value {
    let path = format!("{}/images/icons/profilepics/default.svg", call.context_path());
    json!({ "path": path, "width": 48, "height": 48, "isDefault": true })
}

/// Fact B: the Person of somebody.
pub(super) fn person(call: &Call, person: &Person) -> Value {
    let account = &person.account;
    json!({
        "type": "known",
        "username": account.username,
        "userKey": person.key,
        "profilePicture": picture(call),
        "displayName": account.display_name,
        "_links": {
            "base": call.base,
            "context": call.context_path(),
            "self": format!("{}/rest/api/user?key={}", call.base, person.key),
        },
        "_expandable": { "status": "" },
    })
}

/// The Person of nobody.
pub(super) fn anonymous(call: &Call) -> Value {
    json!({
        "type": "anonymous",
        "profilePicture": picture(call),
        "displayName": "Anonymous",
        "_links": {
            "base": call.base,
            "context": call.context_path(),
            "self": format!("{}/rest/api/user/anonymous", call.base),
        },
    })
}

pub(super) fn group(call: &Call, name: &str) -> Value {
    let own = format!("{}/rest/api/group/{}", call.base, in_link(name));
    json!({ "type": "group", "name": name, "_links": { "self": own } })
}

pub(super) fn space(call: &Call, space: &Space) -> Value {
    let own = format!("{}/rest/api/space/{}", call.base, space.key);
    json!({
        "id": space.id, "key": space.key, "name": space.name,
        "type": "global", "status": "current",
        "_links": { "webui": format!("/display/{}", space.key), "self": own },
        "_expandable": { "metadata": "", "icon": "", "description": "", "homepage": "" },
    })
}

pub(super) fn page(call: &Call, page: &Page) -> Value {
    let own = format!("{}/rest/api/content/{}", call.base, page.id);
    json!({
        "id": page.id.to_string(), "type": "page", "status": "current", "title": page.title,
        "_links": { "webui": format!("/pages/viewpage.action?pageId={}", page.id), "self": own },
        "_expandable": { "space": format!("/rest/api/space/{}", page.space) },
    })
}

/// A page of a list, of at most 200: `start` and `limit` of the query, of which `limit` may be left
/// out. `own` is the resource, from `/rest` on and with its own parameters.
pub(super) fn paged<T>(
    call: &Call,
    own: &str,
    usual: usize,
    all: &[T],
    bean: impl Fn(&T) -> Value,
) -> Outcome {
    let Some((start, limit)) = window(call, usual) else {
        let said = "start and limit must be whole numbers, and not below zero";
        return Err(fault::of(StatusCode::BAD_REQUEST, said));
    };
    Ok(list(call, own, (start, limit), all, bean))
}

/// The most that a page may have.
const MOST: usize = 200;

fn window(call: &Call, usual: usize) -> Option<(usize, usize)> {
    let number = |name: &str, otherwise: usize| match call.params.first(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok(),
    };
    Some((number("start", 0)?, number("limit", usual)?.min(MOST)))
}

fn list<T>(
    call: &Call,
    own: &str,
    (start, limit): (usize, usize),
    all: &[T],
    bean: impl Fn(&T) -> Value,
) -> Response {
    let rest = all.get(start..).unwrap_or_default();
    let results: Vec<Value> = rest.iter().take(limit).map(bean).collect();
    let mark = if own.contains('?') { '&' } else { '?' };
    let mut links = json!({
        "base": call.base, "context": call.context_path(), "self": format!("{}{own}", call.base),
    });
    if rest.len() > results.len()
        && limit > 0
        && let Some(links) = links.as_object_mut()
    {
        let next = format!("{own}{mark}limit={limit}&start={}", start.saturating_add(limit));
        links.insert("next".into(), next.into());
    }
    let size = results.len();
    ok(&json!({
        "results": results, "start": start, "limit": limit, "size": size, "_links": links,
    }))
}
