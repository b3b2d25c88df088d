//! What a stand-in Bitbucket answers to. Targets come folded: `site/target.rs` says what that
//! means.

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::{get, post};

use super::rest::access_token;
use super::state::{Call, Shared, World};
use super::{page, rest};
use crate::site::answer::{Fault, Outcome, html};
use crate::site::resource;

/// Everything, behind the front.
pub(super) fn inside(shared: &Shared) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route("/dashboard", get(page::home))
        .route("/login", get(page::login_form))
        .route("/j_atl_security_check", post(page::login))
        .route("/logout", get(page::logout))
        .route("/plugins/servlet/applinks/whoami", get(page::whoami))
        .route("/rest/api/1.0/application-properties", get(rest::application_properties))
        .route("/rest/api/1.0/users", get(rest::find))
        .route("/rest/api/1.0/users/{slug}", get(rest::read))
        .route("/rest/api/1.0/projects", get(rest::projects))
        .route("/rest/api/1.0/projects/{key}/repos", post(rest::create_repository))
        .merge(access_tokens(shared))
        .merge(resource::everywhere::<World>())
        .fallback(unknown)
}

/// Which older versions do not know.
fn access_tokens(shared: &Shared) -> Router {
    if !shared.knows_native_tokens() {
        return Router::new();
    }
    Router::new()
        .route(
            "/rest/access-tokens/1.0/users/{slug}",
            get(access_token::list).put(access_token::create),
        )
        .route(
            "/rest/access-tokens/1.0/users/{slug}/{id}",
            get(access_token::read).delete(access_token::revoke),
        )
}

/// What there is not: JSON below `/rest`, else a page.
async fn unknown(call: Call, uri: Uri) -> Outcome {
    if uri.path().starts_with("/rest/") {
        let said = format!("null for uri: {}{uri}", call.base);
        return Err(Fault::plain(StatusCode::NOT_FOUND, &said));
    }
    Ok(html("Bitbucket", StatusCode::NOT_FOUND, "Page not found", ""))
}
