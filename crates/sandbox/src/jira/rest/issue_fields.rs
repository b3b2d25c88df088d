//! The fields that a caller may set, checked as Jira checks them.

use serde_json::{Map, Value};

use crate::jira::catalogue::{find_issue_type, find_priority};
use crate::jira::state::{Issue, World};

/// Jira's limit of a summary, in characters.
const LONGEST_SUMMARY: usize = 255;

/// Sets fields, and says what is wrong with each that can't be set. An issue with errors is not
/// to be kept.
pub(super) fn set(
    world: &World,
    issue: &mut Issue,
    fields: &Map<String, Value>,
) -> Map<String, Value> {
    let mut errors = Map::new();
    for (name, value) in fields {
        if let Err(said) = set_one(world, issue, name, value) {
            errors.insert(name.clone(), said.into());
        }
    }
    errors
}

fn set_one(world: &World, issue: &mut Issue, name: &str, value: &Value) -> Result<(), String> {
    match name {
        "summary" => issue.summary = summary(value)?,
        "description" => issue.description = text(value)?.filter(|text| !text.is_empty()),
        "labels" => issue.labels = labels(value)?,
        "assignee" => issue.assignee = person(world, value)?,
        "reporter" => {
            let said = "The reporter specified is not a user.";
            let reporter = person(world, value).map_err(|_| said.to_owned())?;
            issue.reporter = Some(reporter.ok_or("Reporter is required.")?);
        }
        "priority" => {
            let said = || "The priority selected is invalid.".to_owned();
            issue.priority = reference(value).and_then(find_priority).ok_or_else(said)?;
        }
        "issuetype" => {
            let said = || "valid issue type is required".to_owned();
            issue.kind = reference(value).and_then(find_issue_type).ok_or_else(said)?;
        }
        "project" => {
            let key = value.get("key").or_else(|| value.get("id")).and_then(Value::as_str);
            let project = key.and_then(|key| world.project(key));
            // Only on creation is an issue without a project; it does not move later.
            match project {
                Some(project) if issue.project.is_empty() => issue.project.clone_from(&project.key),
                Some(project) if issue.project == project.key => {}
                _ => return Err("valid project is required".to_owned()),
            }
        }
        _ => return Err(unknown(name)),
    }
    Ok(())
}

fn unknown(name: &str) -> String {
    format!("Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
}

fn summary(value: &Value) -> Result<String, String> {
    let summary = text(value)?.unwrap_or_default();
    if summary.trim().is_empty() {
        Err("You must specify a summary of the issue.".to_owned())
    } else if summary.contains(['\n', '\r']) {
        Err("The summary is invalid because it contains newline characters.".to_owned())
    } else if summary.chars().count() > LONGEST_SUMMARY {
        Err(format!("Summary must be less than {LONGEST_SUMMARY} characters."))
    } else {
        Ok(summary)
    }
}

fn text(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err("Operation value must be a string".to_owned()),
    }
}

fn labels(value: &Value) -> Result<Vec<String>, String> {
    let Value::Array(all) = value else { return Err("data was not an array".to_owned()) };
    let mut labels: Vec<String> = Vec::new();
    for label in all {
        let label = label.as_str().ok_or("Operation value must be a string")?;
        check_label(label)?;
        if !labels.iter().any(|own| own == label) {
            labels.push(label.to_owned());
        }
    }
    Ok(labels)
}

fn check_label(label: &str) -> Result<(), String> {
    if label.contains(' ') {
        return Err(format!("The label '{label}' contains spaces which is invalid."));
    }
    Ok(())
}

/// `null`, or an object with `name` or `key` of somebody active.
pub(super) fn person(world: &World, value: &Value) -> Result<Option<String>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let part = |name: &str| value.get(name).and_then(Value::as_str);
    let found = match (part("name"), part("key")) {
        (Some(""), _) => return Ok(None),
        (Some(name), _) => world.person(name),
        (None, Some(key)) => world.people.with_key(key),
        (None, None) => return Err("expected 'name' property to be a string".to_owned()),
    };
    let wanted = part("name").or(part("key")).unwrap_or_default();
    found
        .filter(|person| person.account.active)
        .map(|person| Some(person.account.username.to_lowercase()))
        .ok_or_else(|| format!("User '{wanted}' does not exist."))
}

/// The `id` or `name` of an object.
fn reference(value: &Value) -> Option<&str> {
    value.get("id").or_else(|| value.get("name")).and_then(Value::as_str)
}

/// `update`: `{"labels":[{"add":"x"},{"remove":"y"}],"summary":[{"set":"z"}]}`. Comments are not
/// fields: their texts are given back.
pub(super) fn update(
    world: &World,
    issue: &mut Issue,
    update: &Map<String, Value>,
) -> Result<Vec<String>, Map<String, Value>> {
    let (mut errors, mut comments) = (Map::new(), Vec::new());
    for (name, operations) in update {
        for operation in operations.as_array().map(Vec::as_slice).unwrap_or_default() {
            let done = match name.as_str() {
                "comment" => comment(operation).map(|text| comments.push(text)),
                "labels" => change_labels(issue, operation),
                _ => match operation.get("set") {
                    Some(value) => set_one(world, issue, name, value),
                    None => Err(unknown(name)),
                },
            };
            if let Err(said) = done {
                errors.insert(name.clone(), said.into());
            }
        }
    }
    if errors.is_empty() { Ok(comments) } else { Err(errors) }
}

fn comment(operation: &Value) -> Result<String, String> {
    let body = operation.get("add").and_then(|add| add.get("body")).and_then(Value::as_str);
    body.filter(|body| !body.trim().is_empty())
        .map(str::to_owned)
        .ok_or_else(|| "Comment body can not be empty!".to_owned())
}

fn change_labels(issue: &mut Issue, operation: &Value) -> Result<(), String> {
    let part = |name: &str| operation.get(name).and_then(Value::as_str);
    if let Some(all) = operation.get("set") {
        issue.labels = labels(all)?;
    } else if let Some(label) = part("add") {
        check_label(label)?;
        if !issue.labels.iter().any(|own| own == label) {
            issue.labels.push(label.to_owned());
        }
    } else if let Some(label) = part("remove") {
        issue.labels.retain(|own| own != label);
    } else {
        return Err("expected an object with 'add', 'remove' or 'set'".to_owned());
    }
    Ok(())
}
