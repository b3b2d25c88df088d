//! `/rest/pat/latest/tokens`: a person's own native tokens. Who calls by one may make more.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use crate::jira::answer::{Fault, Outcome, json, ok};
use crate::jira::call::{Body, Call};
use crate::jira::native_token::{LONGEST_DAYS, LONGEST_NAME, NativeToken, TOKENS_PER_PERSON};
use crate::jira::time;

fn signed_in(call: &Call) -> Result<&str, Fault> {
    let said = "Client must be authenticated to access this resource.";
    let nobody = || Fault::plain(StatusCode::UNAUTHORIZED, said);
    call.caller.username.as_deref().ok_or_else(nobody)
}

pub(crate) async fn list(call: Call) -> Outcome {
    let own = call.shared.world().native_tokens_of(signed_in(&call)?);
    Ok(ok(&own.iter().map(|token| Value::Object(bean(token))).collect()))
}

pub(crate) async fn create(call: Call, Body(body): Body) -> Outcome {
    let owner = signed_in(&call)?;
    let refuse = |said: &str| Err(Fault::plain(StatusCode::BAD_REQUEST, said));
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() {
        return refuse("Token name is required.");
    } else if name.chars().count() > LONGEST_NAME {
        return refuse("Token name is too long.");
    }
    let days = match body.get("expirationDuration") {
        None | Some(Value::Null) => None,
        Some(days) => match days.as_i64() {
            Some(days) if (1..=LONGEST_DAYS).contains(&days) => Some(days),
            _ => return refuse("Expiration duration is not within the allowed range."),
        },
    };
    let mut world = call.shared.world();
    if world.native_tokens_of(owner).len() >= TOKENS_PER_PERSON {
        return refuse("The maximum number of tokens has been reached.");
    }
    let (token, raw) = world.mint_native_token(owner, name, days, call.now);
    let mut bean = bean(&token);
    bean.insert("rawToken".into(), raw.into());
    Ok(json(StatusCode::CREATED, &bean.into()))
}

/// Somebody else's is as if it were not there.
pub(crate) async fn revoke(call: Call, Path(id): Path<String>) -> Outcome {
    let owner = signed_in(&call)?;
    let mut world = call.shared.world();
    let id = id.parse().unwrap_or(0);
    if world.native_tokens.get(&id).is_none_or(|token| token.owner != owner) {
        return Err(Fault::plain(StatusCode::NOT_FOUND, "Token not found."));
    }
    world.native_tokens.remove(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn bean(token: &NativeToken) -> Map<String, Value> {
    let mut bean = Map::new();
    bean.insert("id".into(), token.id.into());
    bean.insert("name".into(), token.name.clone().into());
    bean.insert("createdAt".into(), time::write(token.created).into());
    bean.insert("expiringAt".into(), json!(token.expires.map(time::write)));
    bean.insert("lastAccessedAt".into(), json!(token.last_used.map(time::write)));
    bean
}
