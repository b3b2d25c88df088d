//! Projects.

use axum::extract::Path;
use serde_json::{Map, Value, json};

use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::catalogue::{ISSUE_TYPES, STATUSES};
use crate::jira::state::{Project, World};
use crate::site::answer::{Fault, Outcome, ok};

/// The project with this key or id, when the caller may see it; else 404, as if it were not there.
pub(crate) fn find<'a>(call: &Call, world: &'a World, key: &str) -> Result<&'a Project, Fault> {
    world
        .project(key)
        .filter(|_| call.may_read(world))
        .ok_or_else(|| Fault::not_found(&format!("No project could be found with key '{key}'.")))
}

pub(crate) async fn list(call: Call) -> Outcome {
    let world = call.shared.world();
    if !call.may_read(&world) {
        return Ok(ok(&json!([])));
    }
    let beans = Beans { world: &world, base: &call.base };
    let all: Vec<Map<String, Value>> =
        world.projects.iter().map(|project| beans.project(project)).collect();
    Ok(ok(&json!(all)))
}

pub(crate) async fn read(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let project = find(&call, &world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let types: Vec<Value> = ISSUE_TYPES.iter().map(|kind| beans.issue_type(kind)).collect();
    let mut bean = beans.project(project);
    bean.insert("expand".into(), "description,lead,url,projectKeys".into());
    bean.insert("description".into(), "".into());
    bean.insert("lead".into(), beans.user(Some(&project.lead)));
    bean.insert("issueTypes".into(), types.into());
    bean.insert("components".into(), json!([]));
    bean.insert("versions".into(), json!([]));
    bean.insert("assigneeType".into(), "UNASSIGNED".into());
    bean.insert("archived".into(), false.into());
    bean.insert("roles".into(), json!({}));
    Ok(ok(&bean.into()))
}

pub(crate) async fn statuses(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    find(&call, &world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let statuses: Vec<Value> = STATUSES.iter().map(|status| beans.status(status)).collect();
    let all: Vec<Value> = ISSUE_TYPES
        .iter()
        .map(|kind| {
            let mut bean = beans.issue_type(kind);
            if let Some(bean) = bean.as_object_mut() {
                bean.insert("statuses".into(), statuses.clone().into());
            }
            bean
        })
        .collect();
    Ok(ok(&all.into()))
}

/// Components and versions: no project here has any.
pub(crate) async fn nothing(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    find(&call, &world, &key)?;
    Ok(ok(&json!([])))
}
