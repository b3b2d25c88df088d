//! `/rest/pat/latest/tokens`: a person's own native tokens. Who calls by one may make more.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use crate::site::Product;
use crate::site::answer::{Fault, Outcome, json, ok};
use crate::site::call::{Body, Call};
use crate::site::native_token::NativeToken;
use crate::site::settings::NativeTokenLimits;
use crate::site::time;

pub(super) fn signed_in<W: Product>(call: &Call<W>) -> Result<&str, Fault> {
    let said = "Client must be authenticated to access this resource.";
    let nobody = || Fault::plain(StatusCode::UNAUTHORIZED, said);
    call.caller.username.as_deref().ok_or_else(nobody)
}

pub(crate) async fn list<W: Product>(call: Call<W>) -> Outcome {
    let own = call.shared.world().native_tokens_of(signed_in(&call)?);
    Ok(ok(&own.iter().map(|token| Value::Object(bean(token))).collect()))
}

pub(crate) async fn create<W: Product>(call: Call<W>, Body(body): Body) -> Outcome {
    let owner = signed_in(&call)?;
    let limits = &call.shared.setup.native_token_limits;
    let name = read_name(&body, limits)?;
    let days = read_days(&body, limits)?;
    let mut world = call.shared.world();
    let own = world.native_tokens_of(owner);
    if own.iter().filter(|token| !token.has_expired(call.now)).count() >= limits.most_per_person {
        let most = limits.most_per_person;
        return Err(refuse(&format!("You have reached the maximum number of tokens ({most}).")));
    }
    let (token, raw) = world.mint_native_token(owner, name, days, call.now);
    let mut bean = bean(&token);
    bean.insert("rawToken".into(), raw.into());
    Ok(json(StatusCode::CREATED, &bean.into()))
}

fn refuse(said: &str) -> Fault {
    Fault::plain(StatusCode::BAD_REQUEST, said)
}

fn read_name<'a>(
    body: &'a Map<String, Value>,
    limits: &NativeTokenLimits,
) -> Result<&'a str, Fault> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() {
        return Err(refuse("Token name is required."));
    }
    if name.chars().count() > limits.longest_name {
        let most = limits.longest_name;
        return Err(refuse(&format!("Token name must not be longer than {most} characters.")));
    }
    Ok(name)
}

/// `None`: it does not end.
fn read_days(body: &Map<String, Value>, limits: &NativeTokenLimits) -> Result<Option<i64>, Fault> {
    let most = i64::from(limits.longest_days);
    match body.get("expirationDuration") {
        None | Some(Value::Null) if limits.may_be_eternal => Ok(None),
        None | Some(Value::Null) => Err(refuse("Tokens must have an expiry date.")),
        Some(days) => match days.as_i64() {
            Some(days) if (1..=most).contains(&days) => Ok(Some(days)),
            _ => Err(refuse(&format!("Expiration duration must be from 1 to {most} days."))),
        },
    }
}

/// Somebody else's is as if it were not there.
pub(crate) async fn revoke<W: Product>(call: Call<W>, Path(id): Path<String>) -> Outcome {
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
