//! Groups; their members only for administrators.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::page;
use crate::jira::answer::{Fault, Outcome, ok};
use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::state::{Person, World};

/// A group in short.
pub(crate) fn bean(call: &Call, name: &str) -> Value {
    json!({ "name": name, "self": format!("{}/rest/api/2/group?groupname={name}", call.base) })
}

pub(crate) async fn read(call: Call) -> Outcome {
    let world = call.shared.world();
    let (name, members) = members_of(&call, &world)?;
    let beans = Beans { world: &world, base: &call.base };
    let items: Vec<Value> = members.iter().map(|person| beans.person(person).into()).collect();
    let last = items.len().saturating_sub(1);
    Ok(ok(&json!({
        "name": name,
        "self": format!("{}/rest/api/2/group?groupname={name}", call.base),
        "users": {
            "size": items.len(), "items": items, "max-results": 50, "start-index": 0,
            "end-index": last,
        },
        "expand": "users",
    })))
}

pub(crate) async fn members(call: Call) -> Outcome {
    let world = call.shared.world();
    let (name, members) = members_of(&call, &world)?;
    let inactive = call.params.first("includeInactiveUsers") == Some("true");
    let (start, most) = page(&call.params, 50, 50);
    let beans = Beans { world: &world, base: &call.base };
    let all: Vec<&&Person> =
        members.iter().filter(|person| person.account.active || inactive).collect();
    let total = all.len();
    let values: Vec<Value> =
        all.into_iter().skip(start).take(most).map(|person| beans.person(person).into()).collect();
    Ok(ok(&json!({
        "self": format!("{}/rest/api/2/group/member?groupname={name}", call.base),
        "maxResults": most, "startAt": start, "total": total,
        "isLast": start + values.len() >= total, "values": values,
    })))
}

fn members_of<'a>(call: &Call, world: &'a World) -> Result<(String, Vec<&'a Person>), Fault> {
    call.signed_in()?;
    if !call.is_administrator(world) {
        return Err(Fault::forbidden("User is not an administrator."));
    }
    let name = call.params.first("groupname").unwrap_or_default();
    if !names(world).contains(name) {
        let said = format!("The group named '{name}' does not exist.");
        return Err(Fault::not_found(&said));
    }
    let is_in = |person: &&Person| person.account.groups.iter().any(|own| own == name);
    Ok((name.to_owned(), world.people.values().filter(is_in).collect()))
}

fn names(world: &World) -> BTreeSet<String> {
    world.people.values().flat_map(|person| person.account.groups.iter().cloned()).collect()
}

pub(crate) async fn pick(call: Call) -> Outcome {
    call.signed_in()?;
    let wanted = call.params.first("query").unwrap_or_default().to_lowercase();
    let (_, most) = page(&call.params, 20, 1000);
    let all: Vec<String> = names(&call.shared.world())
        .into_iter()
        .filter(|name| name.to_lowercase().contains(&wanted))
        .collect();
    let total = all.len();
    let groups: Vec<Map<String, Value>> = all
        .into_iter()
        .take(most)
        .map(|name| {
            let mut group = Map::new();
            group.insert("html".into(), name.clone().into());
            group.insert("name".into(), name.into());
            group.insert("labels".into(), json!([]));
            group
        })
        .collect();
    let header = format!("Showing {} of {total} matching groups", groups.len());
    Ok(ok(&json!({ "header": header, "total": total, "groups": groups })))
}
