//! `GET /healthz`, `GET /readyz`: alive, ready. Anybody may ask.

use axum::extract::State;
use axum::http::StatusCode;

use crate::state::ApiState;

/// Alive: whoever can answer is.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// Ready, yes or no. The reasons are not for everybody.
pub(crate) async fn readyz(State(state): State<ApiState>) -> (StatusCode, &'static str) {
    if state.readiness.is_ready() {
        (StatusCode::OK, "yes")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no")
    }
}
