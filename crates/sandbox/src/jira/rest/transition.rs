//! Moving issues from status to status.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::issue;
use crate::jira::bean::Beans;
use crate::jira::call::{Body, Call};
use crate::jira::catalogue::STATUSES;
use crate::site::answer::{Fault, Outcome, ok};

pub(crate) async fn list(call: Call, Path(key): Path<String>) -> Outcome {
    let world = call.shared.world();
    let issue = call.issue(&world, &key)?;
    // Nobody has no moves.
    let all = match call.caller.username {
        Some(_) => Beans { world: &world, base: &call.base }.transitions(issue),
        None => json!([]),
    };
    Ok(ok(&json!({ "expand": "transitions", "transitions": all })))
}

pub(crate) async fn run(call: Call, Path(key): Path<String>, Body(body): Body) -> Outcome {
    let mut world = call.shared.world();
    let from = call.issue(&world, &key)?.status;
    call.signed_in()?;
    let wanted = body.get("transition").and_then(|transition| transition.get("id"));
    // Both `"21"` and `21` are in use.
    let wanted = match wanted {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(Fault::bad_request("Missing 'transition' identifier")),
    };
    let open = |status: &&_| *status != from;
    let Some(to) = STATUSES.iter().filter(open).find(|status| status.transition == wanted) else {
        let said = format!(
            "It seems that you have tried to perform a workflow operation ({wanted}) that is not \
             valid for the current state of this issue ({key})."
        );
        return Err(Fault::bad_request(&said));
    };
    issue::apply(&call, &mut world, &key, &body)?;
    call.change(&mut world, &key, |issue, _| {
        issue.status = to;
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
