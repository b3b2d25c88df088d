//! What a stand-in Jira answers to. Targets come folded: `target.rs` says what that means.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

use super::answer::{Fault, Outcome, html};
use super::call::Call;
use super::rest::{
    application_link, attachment, comment, createmeta, group, issue, log, native_token,
    native_token_search, permission, project, reference, search, session, transition, user, watch,
    worklog,
};
use super::settings::NATIVE_TOKENS_SINCE;
use super::state::Shared;
use super::{front, page};

/// Everything, behind the front.
pub(crate) fn service(shared: Arc<Shared>) -> Router {
    let inside = pages()
        .nest("/rest/api/2", api())
        .route("/rest/auth/1/session", get(session::read).post(session::open).delete(session::end))
        .route("/stand-in/log", get(log::read))
        .route("/rest/auth/1/websudo", delete(session::end_websudo))
        .route(
            "/rest/applinks/3.0/applicationlink/{id}/authentication/consumer",
            put(application_link::put_consumer),
        )
        .merge(native_tokens(shared.version))
        .fallback(unknown)
        .layer(DefaultBodyLimit::disable());
    // The front stands around a router, not in it: it rewrites the target before it is routed.
    Router::new().fallback_service(inside).layer(from_fn_with_state(shared, front::take))
}

/// Which older versions do not know.
fn native_tokens(version: [u16; 3]) -> Router {
    if version < NATIVE_TOKENS_SINCE {
        return Router::new();
    }
    Router::new()
        .route("/rest/pat/1.0/tokens", get(native_token::list).post(native_token::create))
        .route("/rest/pat/1.0/tokens/search", post(native_token_search::search))
        .route("/rest/pat/1.0/tokens/{id}", delete(native_token::revoke))
}

fn api() -> Router {
    issues()
        .route("/serverInfo", get(reference::server_info))
        .route("/field", get(reference::fields))
        .route("/issuetype", get(reference::issue_types))
        .route("/issuetype/{id}", get(reference::issue_type))
        .route("/status", get(reference::statuses))
        .route("/status/{id}", get(reference::status))
        .route("/statuscategory", get(reference::categories))
        .route("/priority", get(reference::priorities))
        .route("/priority/{id}", get(reference::priority))
        .route("/resolution", get(reference::resolutions))
        .route("/issueLinkType", get(reference::link_types))
        .route("/permissions", get(permission::all))
        .route("/mypermissions", get(permission::own))
        .route("/myself", get(user::myself))
        .route("/user", get(user::read))
        .route("/user/search", get(user::search))
        .route("/user/assignable/search", get(user::search))
        .route("/user/picker", get(user::pick))
        .route("/group", get(group::read))
        .route("/group/member", get(group::members))
        .route("/groups/picker", get(group::pick))
        .route("/project", get(project::list))
        .route("/project/{key}", get(project::read))
        .route("/project/{key}/statuses", get(project::statuses))
        .route("/project/{key}/components", get(project::nothing))
        .route("/project/{key}/versions", get(project::nothing))
        .route("/search", get(search::by_query).post(search::by_body))
}

fn issues() -> Router {
    Router::new()
        .route("/issue", post(issue::create))
        .route("/issue/bulk", post(issue::create_many))
        .route("/issue/picker", get(search::pick))
        .route("/issue/createmeta", get(createmeta::whole))
        .route("/issue/createmeta/{project}/issuetypes", get(createmeta::types))
        .route("/issue/createmeta/{project}/issuetypes/{id}", get(createmeta::fields))
        .route("/issue/{key}", get(issue::read).put(issue::edit).delete(issue::delete))
        .route("/issue/{key}/assignee", put(issue::assign))
        .route("/issue/{key}/editmeta", get(createmeta::edit))
        .route("/issue/{key}/transitions", get(transition::list).post(transition::run))
        .route("/issue/{key}/comment", get(comment::list).post(comment::add))
        .route(
            "/issue/{key}/comment/{id}",
            get(comment::read).put(comment::edit).delete(comment::delete),
        )
        .route("/issue/{key}/attachments", post(attachment::add))
        .route("/issue/{key}/remotelink", get(issue::remote_links))
        .route(
            "/issue/{key}/watchers",
            get(watch::watchers).post(watch::watch).delete(watch::unwatch),
        )
        .route("/issue/{key}/votes", get(watch::votes).post(watch::vote).delete(watch::unvote))
        .route("/issue/{key}/worklog", get(worklog::list).post(worklog::add))
        .route("/attachment/meta", get(attachment::meta))
        .route("/attachment/{id}", get(attachment::read).delete(attachment::delete))
}

fn pages() -> Router {
    Router::new()
        .route("/", get(page::home))
        .route("/secure/Dashboard.jspa", get(page::dashboard))
        .route("/browse/{key}", get(page::issue))
        .route("/login.jsp", get(page::login_form).post(page::login))
        .route("/secure/Logout.jspa", get(page::logout))
        .route("/logout", get(page::logout))
        .route("/secure/ViewProfile.jspa", get(page::profile))
        // These are below `/secure/admin` for browsers, which folds to the same.
        .route("/secure/ViewApplicationProperties.jspa", get(page::application_properties))
        .route("/secure/WebSudoAuthenticate!default.jspa", get(page::ask_again))
        .route("/secure/WebSudoAuthenticate.jspa", get(page::ask_again).post(page::sign_in_again))
        .route("/plugins/servlet/applinks/whoami", get(page::whoami))
        .route("/status", get(page::status))
        .route("/secure/attachment/{id}/{name}", get(attachment::download))
        .route("/secure/thumbnail/{id}/{name}", get(attachment::thumbnail))
}

/// What there is not: JSON below `/rest`, else a page.
async fn unknown(call: Call, uri: Uri) -> Outcome {
    if uri.path().starts_with("/rest/") {
        let said = format!("null for uri: {}{uri}", call.base);
        return Err(Fault::plain(StatusCode::NOT_FOUND, &said));
    }
    Ok(html(StatusCode::NOT_FOUND, "Oops, you&#39;ve found a dead link.", ""))
}
