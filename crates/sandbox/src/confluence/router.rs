//! What a stand-in Confluence answers to. Targets come folded: `site/target.rs` says what that
//! means.

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::{get, post};

use super::state::{Call, Shared, World};
use super::{page, rest};
use crate::site::answer::{Fault, Outcome, html};
use crate::site::resource;

/// Everything, behind the front.
pub(super) fn inside(shared: &Shared) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route("/index.action", get(page::home))
        .route("/login.action", get(page::login_form).post(page::login))
        .route("/dologin.action", post(page::login))
        .route("/logout.action", get(page::logout))
        .route("/rest/api/user", get(rest::read))
        .route("/rest/api/user/current", get(rest::current))
        .route("/rest/api/user/memberof", get(rest::groups_of))
        .route("/rest/api/group/{name}/member", get(rest::members))
        .route("/rest/api/space", get(rest::spaces))
        .route("/rest/api/content", get(rest::contents))
        .merge(resource::everywhere::<World>())
        .merge(resource::native_tokens(shared))
        .fallback(unknown)
}

/// What there is not: JSON below `/rest`, else a page.
async fn unknown(call: Call, uri: Uri) -> Outcome {
    if uri.path().starts_with("/rest/") {
        let said = format!("null for uri: {}{uri}", call.base);
        return Err(Fault::plain(StatusCode::NOT_FOUND, &said));
    }
    Ok(html("Confluence", StatusCode::NOT_FOUND, "Page Not Found", ""))
}
