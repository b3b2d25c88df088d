//! `/rest/applinks/3.0/applicationlink/{id}/authentication/consumer`: what the page of application
//! links sends for the incoming half of one (fact A1.3).

use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::native_token::signed_in;
use crate::site::Product;
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::call::{Body, Call};
use crate::site::consumer::ConsumerSeed;

/// Enters it, in the place of the one with its key. One of an id that nobody made is taken too.
pub(crate) async fn put_consumer<W: Product>(
    call: Call<W>,
    Path(id): Path<String>,
    Body(body): Body,
) -> Outcome {
    signed_in(&call)?;
    let mut world = call.shared.world();
    if !call.is_administrator(&world) {
        return Err(Fault::plain(StatusCode::FORBIDDEN, "You are not an administrator."));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let missing = || Fault::plain(StatusCode::BAD_REQUEST, "key and publicKey are needed");
    let seed = ConsumerSeed {
        key: text("key").ok_or_else(missing)?,
        public_key: text("publicKey").ok_or_else(missing)?,
        may_impersonate: flag("twoLOImpersonationAllowed"),
        executes_as: text("executingTwoLOUser").filter(|_| flag("twoLOAllowed")),
    };
    if !world.consumers.put(seed) {
        return Err(Fault::plain(StatusCode::BAD_REQUEST, "publicKey is not a public RSA key"));
    }
    Ok(ok(&json!({ "id": id })))
}
