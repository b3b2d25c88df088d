//! The management API: what is answered below `console_path`, one file per operation.
//!
//! Knows: routes, JSON documents, problems (RFC 9457). Deliberately does not know: rules (those
//! are the use cases' in `control`), credentials (the gate has judged them, and says so in
//! [`Caller`]), sockets. A handler parses, calls one use case, and maps what it gives.
//!
//! Start at [`router`].

mod caller;
mod health;
mod keys;
mod problem;
mod state;
mod whoami;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;

pub use caller::Caller;
pub use problem::Problem;
pub use state::{ApiState, Readiness};

/// Everything below `console_path`; the paths are relative to it (`/healthz`). Whoever calls it
/// puts a [`Caller`] into the request's extensions; without one nobody is signed in.
pub fn router(state: ApiState) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/.well-known/jwks.json", get(keys::jwks))
        .route("/api/v1/whoami", get(whoami::whoami))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(map_response(never_stored))
        .with_state(state)
}

/// Nothing here may be answered from a cache: it depends on who asks, and when.
async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
