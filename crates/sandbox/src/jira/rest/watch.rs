//! Watchers and votes.

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::jira::bean::Beans;
use crate::jira::call::Call;
use crate::jira::state::Issue;
use crate::site::answer::{Fault, Outcome, ok};

pub(crate) async fn watchers(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let all: Vec<Value> = issue.watchers.iter().map(|name| beans.user(Some(name))).collect();
    let is_own = call.caller.username.as_ref().is_some_and(|own| issue.watchers.contains(own));
    Ok(ok(&json!({
        "self": format!("{}/rest/api/2/issue/{}/watchers", call.base, issue.key()),
        "isWatching": is_own, "watchCount": all.len(), "watchers": all,
    })))
}

/// The body is a name as a JSON string; without one it is the caller.
pub(crate) async fn watch(call: Call, Path(key): Path<String>, request: Request) -> Outcome {
    let body = axum::body::to_bytes(request.into_body(), 4096).await.unwrap_or_default();
    let named = serde_json::from_slice::<String>(&body).ok();
    let mut world = call.shared.world();
    let named = match named {
        Some(name) if world.person(&name).is_none() => {
            let said = format!("The user '{name}' does not exist");
            return Err(Fault::bad_request(&said));
        }
        named => named.map(|name| name.to_lowercase()),
    };
    call.change(&mut world, &key, |issue, caller| {
        issue.watchers.insert(named.unwrap_or_else(|| caller.to_owned()));
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn unwatch(call: Call, Path(key): Path<String>) -> Outcome {
    let named = call.params.first("username").map(str::to_lowercase);
    let mut world = call.shared.world();
    call.change(&mut world, &key, |issue, caller| {
        issue.watchers.remove(named.as_deref().unwrap_or(caller));
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn votes(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    let beans = Beans { world: &world, base: &call.base };
    let all: Vec<Value> = issue.voters.iter().map(|name| beans.user(Some(name))).collect();
    let is_own = call.caller.username.as_ref().is_some_and(|own| issue.voters.contains(own));
    Ok(ok(&json!({
        "self": format!("{}/rest/api/2/issue/{}/votes", call.base, issue.key()),
        "hasVoted": is_own, "votes": all.len(), "voters": all,
    })))
}

pub(crate) async fn vote(call: Call, Path(key): Path<String>) -> Outcome {
    change_votes(&call, &key, |issue, caller| {
        if issue.reporter.as_deref() == Some(caller) {
            return Err(Fault::not_found("You cannot vote for an issue you have reported."));
        }
        issue.voters.insert(caller.to_owned());
        Ok(())
    })
}

pub(crate) async fn unvote(call: Call, Path(key): Path<String>) -> Outcome {
    change_votes(&call, &key, |issue, caller| {
        let said = "Cannot remove a vote for an issue that the user has not already voted for.";
        if issue.voters.remove(caller) { Ok(()) } else { Err(Fault::not_found(said)) }
    })
}

fn change_votes(
    call: &Call,
    key: &str,
    change: impl FnOnce(&mut Issue, &str) -> Result<(), Fault>,
) -> Outcome {
    call.change(&mut call.shared.world(), key, change)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
