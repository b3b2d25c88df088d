//! The REST resources that several products have, as plugins that they share bring them.

mod application_link;
mod log;
mod native_token;
mod native_token_search;

use axum::Router;
use axum::routing::{delete, get, post, put};

use super::Product;
use super::answer::{Fault, Outcome, ok};
use super::shared::Shared;

/// What all products have.
pub(crate) fn everywhere<W: Product>() -> Router {
    Router::new().route("/status", get(status)).route("/stand-in/log", get(log::read::<W>)).route(
        "/rest/applinks/3.0/applicationlink/{id}/authentication/consumer",
        put(application_link::put_consumer::<W>),
    )
}

/// The native tokens of Jira and Confluence, which older versions do not know.
pub(crate) fn native_tokens<W: Product>(shared: &Shared<W>) -> Router {
    if !shared.knows_native_tokens() {
        return Router::new();
    }
    Router::new()
        .route("/rest/pat/1.0/tokens", get(native_token::list::<W>).post(native_token::create::<W>))
        .route("/rest/pat/1.0/tokens/search", post(native_token_search::search::<W>))
        .route("/rest/pat/1.0/tokens/{id}", delete(native_token::revoke::<W>))
}

async fn status() -> Outcome {
    Ok::<_, Fault>(ok(&serde_json::json!({ "state": "RUNNING" })))
}
