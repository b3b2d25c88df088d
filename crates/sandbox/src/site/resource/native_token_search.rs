//! `/rest/pat/latest/tokens/search`: everybody's native tokens, for administrators.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::native_token::signed_in;
use crate::site::Product;
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::call::{Body, Call};
use crate::site::native_token::NativeToken;
use crate::site::time;

/// Tokens that are shown at once, unless fewer are asked for.
const PAGE: usize = 100;

/// What is said to expire never.
const NEVER: &str = "9999-12-31T23:59:59.999+0000";

/// Which tokens are looked for; what is not named does not matter.
struct Wanted<'a> {
    keys: Vec<&'a str>,
    name: String,
    is_used: Option<bool>,
    created: Span,
    expires: Span,
    last_used: Span,
}

/// From and to, in unix milliseconds, both included.
#[derive(Default)]
struct Span(Option<i64>, Option<i64>);

impl Span {
    fn has(&self, at: Option<i64>) -> bool {
        let Self(from, to) = *self;
        match at {
            Some(at) => from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to),
            None => from.is_none() && to.is_none(),
        }
    }
}

impl<'a> Wanted<'a> {
    fn read(body: &'a Map<String, Value>) -> Result<Self, Fault> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let keys = body.get("userKeys").and_then(Value::as_array);
        let span = |name: &str| {
            let edge = |end: &str| read_date(body, &format!("{name}{end}"));
            Ok(Span(edge("From")?, edge("To")?))
        };
        Ok(Self {
            keys: keys.into_iter().flatten().filter_map(Value::as_str).collect(),
            name: text("tokenNameFilterExpression")
                .or(text("name"))
                .unwrap_or_default()
                .to_lowercase(),
            is_used: body.get("isUsed").and_then(Value::as_bool),
            created: span("tokenCreatedDate")?,
            expires: span("tokenExpiryDate")?,
            last_used: span("lastAuthenticatedDate")?,
        })
    }

    fn has(&self, token: &NativeToken, key: &str) -> bool {
        (self.keys.is_empty() || self.keys.contains(&key))
            && token.name.to_lowercase().contains(&self.name)
            && self.is_used.is_none_or(|is_used| is_used == token.last_used.is_some())
            && self.created.has(Some(token.created))
            && self.expires.has(token.expires)
            && self.last_used.has(token.last_used)
    }
}

fn read_date(body: &Map<String, Value>, name: &str) -> Result<Option<i64>, Fault> {
    let text = match body.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    let said = format!("{name} is not a date");
    let wrong = || Fault::plain(StatusCode::BAD_REQUEST, &said);
    time::parse(text).ok_or_else(wrong).map(Some)
}

pub(crate) async fn search<W: Product>(call: Call<W>, Body(body): Body) -> Outcome {
    signed_in(&call)?;
    let world = call.shared.world();
    if !call.is_administrator(&world) {
        let said = "Client must be authenticated as an administrator to access this resource.";
        return Err(Fault::plain(StatusCode::FORBIDDEN, said));
    }
    let wanted = Wanted::read(&body)?;
    let key = |token: &NativeToken| world.person(&token.owner).map_or("", |person| &person.key);
    let mut found: Vec<&NativeToken> =
        world.native_tokens.values().filter(|token| wanted.has(token, key(token))).collect();
    sort(&mut found, &body);
    let number = |name: &str, otherwise: usize| {
        let number = body.get(name).and_then(Value::as_u64);
        number.map_or(otherwise, |number| usize::try_from(number).unwrap_or(usize::MAX))
    };
    let most = number("limit", PAGE).min(PAGE);
    let values: Vec<Value> = found
        .into_iter()
        .skip(number("page", 0).saturating_mul(most))
        .take(most)
        .map(bean)
        .collect();
    Ok(ok(&json!({ "values": values })))
}

fn sort(found: &mut [&NativeToken], body: &Map<String, Value>) {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("sortBy") {
        "name" => found.sort_by_cached_key(|token| token.name.to_lowercase()),
        "expiringAt" => found.sort_by_key(|token| token.expires.unwrap_or(i64::MAX)),
        "lastAccessedAt" => found.sort_by_key(|token| token.last_used),
        _ => found.sort_by_key(|token| (token.created, token.id)),
    }
    if text("orderBy").eq_ignore_ascii_case("desc") {
        found.reverse();
    }
}

fn bean(token: &NativeToken) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "createdAt": time::write(token.created),
        "lastAccessedAt": token.last_used.map(time::write),
        "expiringAt": token.expires.map_or_else(|| NEVER.to_owned(), time::write),
        "userProfileResource": { "username": token.owner },
    })
}
