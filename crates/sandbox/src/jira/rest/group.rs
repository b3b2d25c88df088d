//! Groups; their members only for administrators.

use serde_json::{Map, Value, json};

use super::page;
use crate::jira::bean::{Beans, in_query};
use crate::jira::call::Call;
use crate::jira::state::World;
use crate::site::answer::{Fault, Outcome, escape, ok};
use crate::site::people::Members;

/// People that are shown at once.
const PAGE: usize = 50;

fn link(call: &Call, resource: &str, name: &str) -> String {
    format!("{}/rest/api/2/{resource}?groupname={}", call.base, in_query(name))
}

/// A group in short.
pub(crate) fn bean(call: &Call, name: &str) -> Value {
    json!({ "name": name, "self": link(call, "group", name) })
}

fn people<'a>(call: &Call, world: &World, names: impl Iterator<Item = &'a String>) -> Vec<Value> {
    let beans = Beans { world, base: &call.base };
    names.map(|name| beans.user(Some(name))).collect()
}

pub(crate) async fn read(call: Call) -> Outcome {
    let world = call.shared.world();
    let (name, members) = members_of(&call, &world)?;
    let items = people(&call, &world, members.all.iter().take(PAGE));
    let last = items.len().saturating_sub(1);
    Ok(ok(&json!({
        "name": name,
        "self": link(&call, "group", name),
        "users": {
            "size": members.all.len(), "items": items, "max-results": PAGE, "start-index": 0,
            "end-index": last,
        },
        "expand": "users",
    })))
}

/// A page costs what is on it, however large the group is and wherever the page begins.
pub(crate) async fn members(call: Call) -> Outcome {
    let world = call.shared.world();
    let (name, members) = members_of(&call, &world)?;
    let inactive = call.params.first("includeInactiveUsers") == Some("true");
    let all = if inactive { &members.all } else { &members.active };
    let (start, most) = page(&call.params, PAGE, PAGE);
    let rest = all.get(start..).unwrap_or_default();
    let values = people(&call, &world, rest.iter().take(most));
    let mut bean = json!({
        "self": link(&call, "group/member", name),
        "maxResults": most, "startAt": start, "total": all.len(),
        "isLast": rest.len() <= values.len(), "values": values,
    });
    if rest.len() > most && most > 0 {
        let own = link(&call, "group/member", name);
        let next = format!(
            "{own}&includeInactiveUsers={inactive}&maxResults={most}&startAt={}",
            start + most
        );
        if let Some(bean) = bean.as_object_mut() {
            bean.insert("nextPage".into(), next.into());
        }
    }
    Ok(ok(&bean))
}

fn members_of<'a>(call: &'a Call, world: &'a World) -> Result<(&'a str, &'a Members), Fault> {
    call.signed_in()?;
    if !call.is_administrator(world) {
        return Err(Fault::forbidden("User is not an administrator."));
    }
    let name = call.params.first("groupname").unwrap_or_default();
    let unknown = || Fault::not_found(&format!("The group named '{name}' does not exist."));
    Ok((name, world.people.members(name).ok_or_else(unknown)?))
}

pub(crate) async fn pick(call: Call) -> Outcome {
    call.signed_in()?;
    let wanted = call.params.first("query").unwrap_or_default().to_lowercase();
    let (_, most) = page(&call.params, 20, 1000);
    let world = call.shared.world();
    let all: Vec<&String> =
        world.people.groups().iter().filter(|name| name.to_lowercase().contains(&wanted)).collect();
    let total = all.len();
    let groups: Vec<Map<String, Value>> = all
        .into_iter()
        .take(most)
        .map(|name| {
            let mut group = Map::new();
            group.insert("html".into(), escape(name).into());
            group.insert("name".into(), name.clone().into());
            group.insert("labels".into(), json!([]));
            group
        })
        .collect();
    let header = format!("Showing {} of {total} matching groups", groups.len());
    Ok(ok(&json!({ "header": header, "total": total, "groups": groups })))
}
