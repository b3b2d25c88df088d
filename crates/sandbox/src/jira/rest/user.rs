//! People: oneself, one, some.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::page;
use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::state::World;
use crate::site::answer::{Fault, Outcome, escape, ok};
use crate::site::people::Person;

pub(crate) async fn myself(call: Call) -> Outcome {
    let said = "Client must be authenticated to access this resource.";
    let nobody = || Fault::plain(StatusCode::UNAUTHORIZED, said);
    let name = call.caller.username.as_deref().ok_or_else(nobody)?;
    let world = call.shared.world();
    let person = world.person(name).ok_or_else(nobody)?;
    Ok(ok(&whole(&call, &world, person).into()))
}

pub(crate) async fn read(call: Call) -> Outcome {
    call.signed_in()?;
    let world = call.shared.world();
    let (name, key) = (call.params.first("username"), call.params.first("key"));
    let found = match (name, key) {
        (Some(name), _) => world.person(name),
        (None, Some(key)) => world.people.with_key(key),
        (None, None) => {
            let said = "Either the 'username' or the 'key' query parameter need to be provided";
            return Err(Fault::not_found(said));
        }
    };
    let wanted = name.or(key).unwrap_or_default();
    let person = found
        .ok_or_else(|| Fault::not_found(&format!("The user named '{wanted}' does not exist")))?;
    Ok(ok(&whole(&call, &world, person).into()))
}

/// Somebody with groups and roles; both are empty lists where they are not asked for.
fn whole(call: &Call, world: &World, person: &Person) -> Map<String, Value> {
    let expand = call.params.list("expand");
    let mut bean = Beans { world, base: &call.base }.person(person);
    let groups: Vec<Value> = if expand.contains(&"groups") {
        person.account.groups.iter().map(|name| super::group::bean(call, name)).collect()
    } else {
        Vec::new()
    };
    let count = person.account.groups.len();
    bean.insert("groups".into(), json!({ "size": count, "items": groups }));
    let roles = if expand.contains(&"applicationRoles") {
        json!([{ "key": "jira-software", "name": "Jira Software" }])
    } else {
        json!([])
    };
    bean.insert("applicationRoles".into(), json!({ "size": 1, "items": roles }));
    bean.insert("expand".into(), "groups,applicationRoles".into());
    bean
}

/// `user/search` and `user/assignable/search`: by a part of name, display name or mail address.
pub(crate) async fn search(call: Call) -> Outcome {
    call.signed_in()?;
    let wanted = call.params.first("username").or_else(|| call.params.first("query"));
    let is_assignable =
        call.params.first("project").is_some() || call.params.first("issueKey").is_some();
    let Some(wanted) = wanted.or(is_assignable.then_some("")) else {
        let said = "The username query parameter was not provided";
        return Err(Fault::bad_request(said));
    };
    let inactive = call.params.first("includeInactive") == Some("true");
    // Fact B: at most 100 since Jira 10.
    let (start, most) = page(&call.params, 50, 100);
    let world = call.shared.world();
    let beans = Beans { world: &world, base: &call.base };
    let found: Vec<Value> = find(&world, wanted)
        .filter(|person| person.account.active || inactive)
        .skip(start)
        .take(most)
        .map(|person| beans.person(person).into())
        .collect();
    Ok(ok(&found.into()))
}

/// `.` finds everybody: an old habit of scripts.
fn find<'a>(world: &'a World, wanted: &str) -> impl Iterator<Item = &'a Person> {
    let wanted = if wanted == "." { String::new() } else { wanted.to_lowercase() };
    world.people.iter().filter(move |person| {
        let account = &person.account;
        [&account.username, &account.display_name, &account.email]
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    })
}

pub(crate) async fn pick(call: Call) -> Outcome {
    call.signed_in()?;
    let wanted = call.params.first("query").unwrap_or_default();
    let (_, most) = page(&call.params, 50, 100);
    let world = call.shared.world();
    let all: Vec<Value> = find(&world, wanted)
        .filter(|person| person.account.active)
        .map(|person| {
            let account = &person.account;
            let line =
                format!("{} - {} ({})", account.display_name, account.email, account.username);
            json!({
                "name": account.username, "key": person.key, "html": escape(&line),
                "displayName": account.display_name,
            })
        })
        .collect();
    let total = all.len();
    let users: Vec<Value> = all.into_iter().take(most).collect();
    let header = format!("Showing {} of {total} matching users", users.len());
    Ok(ok(&json!({ "users": users, "total": total, "header": header })))
}
