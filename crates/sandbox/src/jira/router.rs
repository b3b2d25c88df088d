//! What a stand-in Jira answers to. Targets come folded: `target.rs` says what that means.

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::{delete, get, post, put};

use super::call::Call;
use super::page;
use super::rest::{
    attachment, comment, createmeta, group, issue, permission, project, reference, search, session,
    transition, user, watch, worklog,
};
use super::state::{Shared, World};
use crate::site::answer::{Fault, Outcome, html};
use crate::site::resource;

/// Everything, behind the front.
pub(crate) fn inside(shared: &Shared) -> Router {
    pages()
        .nest("/rest/api/2", api())
        .route("/rest/auth/1/session", get(session::read).post(session::open).delete(session::end))
        .route("/rest/auth/1/websudo", delete(session::end_websudo))
        .merge(resource::everywhere::<World>())
        .merge(resource::native_tokens(shared))
        .fallback(unknown)
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
        .route("/secure/attachment/{id}/{name}", get(attachment::download))
        .route("/secure/thumbnail/{id}/{name}", get(attachment::thumbnail))
}

/// What there is not: JSON below `/rest`, else a page.
async fn unknown(call: Call, uri: Uri) -> Outcome {
    if uri.path().starts_with("/rest/") {
        let said = format!("null for uri: {}{uri}", call.base);
        return Err(Fault::plain(StatusCode::NOT_FOUND, &said));
    }
    Ok(html("Jira", StatusCode::NOT_FOUND, "Oops, you&#39;ve found a dead link.", ""))
}
