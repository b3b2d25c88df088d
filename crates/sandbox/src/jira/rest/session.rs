//! `/rest/auth/1/session`: signing in by JSON (fact C5).

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::jira::bean::in_query;
use crate::jira::call::{Body, Call};
use crate::jira::state::World;
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::auth::Wrong;
use crate::site::front::turned;
use crate::site::sign_in::{refused, signed_in, signed_out};
use crate::site::time;

pub(crate) async fn read(call: Call) -> Outcome {
    let said = "Client must be authenticated to access this resource.";
    let nobody = || Fault::plain(StatusCode::UNAUTHORIZED, said);
    let name = call.caller.username.as_deref().ok_or_else(nobody)?;
    let world = call.shared.world();
    Ok(ok(&json!({
        "self": format!("{}/rest/api/latest/user?username={}", call.base, in_query(name)),
        "name": name,
        "loginInfo": login_info(&world, name),
    })))
}

pub(crate) async fn open(call: Call, Body(body): Body) -> Outcome {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut world = call.shared.world();
    match world.check_password(text("username"), text("password"), call.now) {
        Ok(username) => {
            let session = world.open_session(&username);
            let answer = ok(&json!({
                "session": { "name": "JSESSIONID", "value": session },
                "loginInfo": login_info(&world, &username),
            }));
            Ok(turned(answer, signed_in(username, session)))
        }
        Err(wrong) => Ok(turned(refusal(wrong), refused(wrong))),
    }
}

pub(crate) async fn end(call: Call) -> Outcome {
    call.signed_in()?;
    if let Some(session) = &call.caller.session {
        call.shared.world().sessions.remove(session);
    }
    Ok(turned(StatusCode::NO_CONTENT, signed_out()))
}

pub(crate) async fn end_websudo(call: Call) -> Outcome {
    call.signed_in()?;
    if let Some(session) = &call.caller.session {
        call.shared.world().end_administering(session);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn refusal(wrong: Wrong) -> Fault {
    match wrong {
        Wrong::Failed => Fault::say(StatusCode::UNAUTHORIZED, &["Login failed"]),
        Wrong::Denied => Fault::forbidden(
            "Login denied, a CAPTCHA must be solved on the login page before the next attempt.",
        ),
    }
}

fn login_info(world: &World, username: &str) -> Value {
    let Some(person) = world.person(username) else { return Value::Null };
    json!({
        "failedLoginCount": person.failures,
        "loginCount": person.logins,
        "previousLoginTime": person.last_login.map(time::write),
    })
}
