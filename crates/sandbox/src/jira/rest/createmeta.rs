//! What can be set on a new issue, or an existing one.

use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{page, project};
use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::catalogue::{FIELDS, ISSUE_TYPES, PRIORITIES, find_issue_type};
use crate::jira::rest::reference::schema;
use crate::site::answer::{Fault, Outcome, ok};

/// The fields that can be set, and whether they must be.
const SETTABLE: &[(&str, bool)] = &[
    ("summary", true),
    ("issuetype", true),
    ("project", true),
    ("description", false),
    ("priority", false),
    ("labels", false),
    ("assignee", false),
    ("reporter", false),
];

/// `issue/createmeta` went away with Jira 9; what is left looks for an issue of that name.
pub(crate) async fn whole() -> Outcome {
    Err(Fault::say(StatusCode::NOT_FOUND, &["Issue Does Not Exist"]))
}

pub(crate) async fn types(call: Call, Path(key): Path<String>) -> Outcome {
    call.signed_in()?;
    let world = call.shared.world();
    project::find(&call, &world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let all = ISSUE_TYPES.iter().map(|kind| beans.issue_type(kind)).collect();
    Ok(ok(&paged(&call, all)))
}

pub(crate) async fn fields(call: Call, Path((key, id)): Path<(String, String)>) -> Outcome {
    call.signed_in()?;
    let world = call.shared.world();
    project::find(&call, &world, &key)?;
    if find_issue_type(&id).is_none() {
        let said = format!("The issue type with id '{id}' does not exist");
        return Err(Fault::not_found(&said));
    }
    let beans = Beans { world: &world, base: &call.base };
    let all = bean(&beans).into_iter().map(|(_, field)| field).collect();
    Ok(ok(&paged(&call, all)))
}

pub(crate) async fn edit(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    call.issue(&world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let fields: Map<String, Value> = if call.caller.username.is_some() {
        bean(&beans)
            .into_iter()
            .filter(|(id, _)| *id != "project")
            .map(|(id, field)| (id.to_owned(), field))
            .collect()
    } else {
        Map::new()
    };
    Ok(ok(&json!({ "fields": fields })))
}

fn paged(call: &Call, all: Vec<Value>) -> Value {
    let (start, most) = page(&call.params, 50, 200);
    let total = all.len();
    let values: Vec<Value> = all.into_iter().skip(start).take(most).collect();
    json!({
        "maxResults": most, "startAt": start, "total": total,
        "isLast": start + values.len() >= total, "values": values,
    })
}

fn bean(beans: &Beans<'_>) -> Vec<(&'static str, Value)> {
    SETTABLE
        .iter()
        .filter_map(|(id, is_required)| {
            let field = FIELDS.iter().find(|field| field.id == *id)?;
            let mut bean = json!({
                "fieldId": field.id, "name": field.name, "required": is_required,
                "schema": schema(field), "operations": ["set"], "hasDefaultValue": false,
            });
            let allowed: Vec<Value> = match *id {
                "priority" => PRIORITIES.iter().map(|own| beans.priority(own)).collect(),
                "issuetype" => ISSUE_TYPES.iter().map(|own| beans.issue_type(own)).collect(),
                _ => Vec::new(),
            };
            if let (Some(bean), false) = (bean.as_object_mut(), allowed.is_empty()) {
                bean.insert("allowedValues".into(), allowed.into());
            }
            Some((*id, bean))
        })
        .collect()
}
