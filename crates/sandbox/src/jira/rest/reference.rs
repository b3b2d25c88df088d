//! What there is in every Jira: the server, fields, types, statuses, priorities.

use axum::extract::Path;
use serde_json::{Value, json};

use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::catalogue::{
    CATEGORIES, FIELDS, Field, ISSUE_TYPES, PRIORITIES, STATUSES, find_issue_type, find_priority,
    find_status,
};
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::time;

/// Open to everybody, as in Jira.
pub(crate) async fn server_info(call: Call) -> Outcome {
    let [major, minor, patch] = call.shared.setup.version;
    let build = u32::from(major) * 1_000_000 + u32::from(minor) * 10_000 + u32::from(patch);
    Ok(ok(&json!({
        "baseUrl": call.base, "version": format!("{major}.{minor}.{patch}"),
        "versionNumbers": [major, minor, patch],
        "deploymentType": "Server", "buildNumber": build,
        "buildDate": "2026-06-01T00:00:00.000+0000",
        "databaseBuildNumber": build, "serverTime": time::write(call.now),
        "scmInfo": "0000000000000000000000000000000000000000", "serverTitle": "Stand-in Jira",
    })))
}

pub(crate) async fn fields() -> Outcome {
    Ok(ok(&FIELDS.iter().map(field).collect()))
}

fn field(field: &Field) -> Value {
    json!({
        "id": field.id, "name": field.name, "custom": false, "orderable": true,
        "navigable": field.navigable, "searchable": !field.clauses.is_empty(),
        "clauseNames": field.clauses, "schema": schema(field),
    })
}

/// A field's type, as issue metadata shows it too.
pub(crate) fn schema(field: &Field) -> Value {
    let mut schema = json!({ "type": field.kind, "system": field.id });
    if let (Some(items), Some(schema)) = (field.items, schema.as_object_mut()) {
        schema.insert("items".into(), items.into());
    }
    schema
}

/// Runs `make` with what renders beans.
fn with(call: &Call, make: impl FnOnce(&Beans<'_>) -> Option<Value>, missing: &str) -> Outcome {
    let world = call.shared.world();
    let value = make(&Beans { world: &world, base: &call.base });
    value.map(|value| ok(&value)).ok_or_else(|| Fault::not_found(missing))
}

pub(crate) async fn issue_types(call: Call) -> Outcome {
    with(&call, |beans| Some(ISSUE_TYPES.iter().map(|kind| beans.issue_type(kind)).collect()), "")
}

pub(crate) async fn issue_type(call: Call, Path(id): Path<String>) -> Outcome {
    let missing = format!("The issue type with id '{id}' does not exist");
    with(&call, |beans| find_issue_type(&id).map(|kind| beans.issue_type(kind)), &missing)
}

pub(crate) async fn statuses(call: Call) -> Outcome {
    with(&call, |beans| Some(STATUSES.iter().map(|status| beans.status(status)).collect()), "")
}

pub(crate) async fn status(call: Call, Path(id): Path<String>) -> Outcome {
    let missing = format!("The status with id '{id}' does not exist");
    with(&call, |beans| find_status(&id).map(|status| beans.status(status)), &missing)
}

pub(crate) async fn priorities(call: Call) -> Outcome {
    with(&call, |beans| Some(PRIORITIES.iter().map(|own| beans.priority(own)).collect()), "")
}

pub(crate) async fn priority(call: Call, Path(id): Path<String>) -> Outcome {
    let missing = format!("The priority with id '{id}' does not exist");
    with(&call, |beans| find_priority(&id).map(|own| beans.priority(own)), &missing)
}

pub(crate) async fn resolutions(call: Call) -> Outcome {
    with(&call, |beans| Some(json!([beans.resolution()])), "")
}

pub(crate) async fn categories(call: Call) -> Outcome {
    let all: Vec<Value> = CATEGORIES
        .iter()
        .map(|own| {
            json!({
                "self": format!("{}/rest/api/2/statuscategory/{}", call.base, own.id),
                "id": own.id, "key": own.key, "colorName": own.color, "name": own.name,
            })
        })
        .collect();
    Ok(ok(&all.into()))
}

pub(crate) async fn link_types(call: Call) -> Outcome {
    let kinds = [
        ("10000", "Blocks", "is blocked by", "blocks"),
        ("10003", "Relates", "relates to", "relates to"),
    ];
    let all: Vec<Value> = kinds
        .iter()
        .map(|(id, name, inward, outward)| {
            json!({
                "id": id, "name": name, "inward": inward, "outward": outward,
                "self": format!("{}/rest/api/2/issueLinkType/{id}", call.base),
            })
        })
        .collect();
    Ok(ok(&json!({ "issueLinkTypes": all })))
}
