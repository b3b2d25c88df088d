//! `/rest/access-tokens/latest/users/{slug}`: a person's own HTTP access tokens (fact A2). Nobody
//! makes or sees another's, an administrator neither.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};

use super::signed_in;
use crate::bitbucket::bean::{paged, user};
use crate::bitbucket::state::{Call, World};
use crate::bitbucket::{fault, permission};
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::call::Body;
use crate::site::native_token::NativeToken;
use crate::site::people::Person;
use crate::site::seen::Identified;
use crate::site::settings::NativeTokenLimits;
use crate::site::time::DAY;

/// Who calls, when the tokens are his. A token is not let near tokens, its own neither.
fn owner<'a>(call: &Call, world: &'a World, slug: &str) -> Result<&'a Person, Fault> {
    let person = signed_in(call, world)?;
    let is_own = person.key == slug.to_lowercase();
    if is_own && call.caller.how != Identified::NativeToken {
        return Ok(person);
    }
    Err(fault::not_permitted())
}

/// One of the owner's. Another's is as if it were not there.
fn find(world: &World, owner: &Person, id: &str) -> Result<NativeToken, Fault> {
    let found = id.parse().ok().and_then(|id: u64| world.native_tokens.get(&id));
    let own = found.filter(|token| token.owner == owner.account.username);
    own.cloned().ok_or_else(|| fault::no_token(id))
}

pub(crate) async fn list(call: Call, Path(slug): Path<String>) -> Outcome {
    let world = call.shared.world();
    let person = owner(&call, &world, &slug)?;
    let own = world.native_tokens_of(&person.account.username);
    paged(&call, &own, |token| bean(&call, person, token).into())
}

pub(crate) async fn read(call: Call, Path((slug, id)): Path<(String, String)>) -> Outcome {
    let world = call.shared.world();
    let person = owner(&call, &world, &slug)?;
    let token = find(&world, person, &id)?;
    Ok(ok(&bean(&call, person, &token).into()))
}

pub(crate) async fn revoke(call: Call, Path((slug, id)): Path<(String, String)>) -> Outcome {
    let mut world = call.shared.world();
    let token = find(&world, owner(&call, &world, &slug)?, &id)?;
    world.native_tokens.remove(&token.id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn create(call: Call, Path(slug): Path<String>, Body(body): Body) -> Outcome {
    let mut world = call.shared.world();
    let username = owner(&call, &world, &slug)?.account.username.clone();
    let limits = &call.shared.setup.native_token_limits;
    let name = read_name(&body, limits)?;
    let permissions = read_permissions(&body)?;
    let days = read_days(&body, limits)?;
    let own = world.native_tokens_of(&username);
    if own.iter().filter(|token| !token.has_expired(call.now)).count() >= limits.most_per_person {
        let most = limits.most_per_person;
        return Err(fault::invalid(&format!("You may not have more than {most} access tokens.")));
    }
    let (token, raw) = world.mint_limited_token(&username, name, days, permissions, call.now);
    let person = world.person(&username).ok_or_else(fault::not_permitted)?;
    let mut bean = bean(&call, person, &token);
    bean.insert("token".into(), raw.into());
    Ok(ok(&bean.into()))
}

fn read_name<'a>(
    body: &'a Map<String, Value>,
    limits: &NativeTokenLimits,
) -> Result<&'a str, Fault> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() {
        return Err(fault::invalid("An access token must have a name."));
    }
    if name.chars().count() > limits.longest_name {
        let most = limits.longest_name;
        return Err(fault::invalid(&format!("A name has at most {most} characters.")));
    }
    Ok(name)
}

/// Each once, in the order in which they are asked for.
fn read_permissions(body: &Map<String, Value>) -> Result<Vec<&'static str>, Fault> {
    let asked = body.get("permissions").and_then(Value::as_array);
    let mut permissions: Vec<&'static str> = Vec::new();
    for value in asked.into_iter().flatten() {
        let unknown = || fault::invalid(&format!("{value} is no permission of an access token."));
        let permission = value.as_str().and_then(permission::find).ok_or_else(unknown)?;
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    if permissions.is_empty() {
        return Err(fault::invalid("An access token must have a permission."));
    }
    if !permission::are_consistent(&permissions) {
        let said = "The repository permission must be at least as high as the project permission.";
        return Err(fault::invalid(said));
    }
    Ok(permissions)
}

/// `None`: it does not end.
fn read_days(body: &Map<String, Value>, limits: &NativeTokenLimits) -> Result<Option<i64>, Fault> {
    let most = i64::from(limits.longest_days);
    match body.get("expiryDays") {
        None | Some(Value::Null) if limits.may_be_eternal => Ok(None),
        None | Some(Value::Null) => Err(fault::invalid("An access token must expire.")),
        Some(days) => match days.as_i64() {
            Some(days) if (1..=most).contains(&days) => Ok(Some(days)),
            _ => Err(fault::invalid(&format!("expiryDays must be from 1 to {most}."))),
        },
    }
}

fn bean(call: &Call, owner: &Person, token: &NativeToken) -> Map<String, Value> {
    let mut bean = Map::new();
    bean.insert("id".into(), format!("{:012}", token.id).into());
    bean.insert("createdDate".into(), token.created.into());
    bean.insert("name".into(), token.name.clone().into());
    bean.insert("permissions".into(), json!(token.scopes));
    bean.insert("user".into(), user(call, owner));
    if let Some(end) = token.expires {
        bean.insert("expiryDays".into(), ((end - token.created) / DAY).into());
    }
    bean
}
