//! `GET /.well-known/jwks.json`: the keys by which a product checks assertions (RFC 7517 5). Anybody may
//! ask: they are public.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::state::ApiState;

/// All of them, the newest first.
pub(crate) async fn jwks(State(state): State<ApiState>) -> Json<Value> {
    Json(json!({ "keys": state.control.assertion_keys() }))
}
