//! A page for administrators, and the password that a session is asked for before it ("websudo").

use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use super::to_login;
use crate::jira::call::Call;
use crate::site::answer::{escape, redirect};
use crate::site::auth::Wrong;
use crate::site::destination::destination;
use crate::site::seen::Identified;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const PROPERTIES: &str = "/secure/admin/ViewApplicationProperties.jspa";

pub(crate) async fn application_properties(call: Call) -> Response {
    if let Some(answer) = not_yet(&call) {
        return answer;
    }
    let world = call.shared.world();
    let body = format!(
        "<table>\n<tr><th>Title</th><td>Stand-in Jira</td></tr>\n\
         <tr><th>Base URL</th><td>{}</td></tr>\n<tr><th>People</th><td>{}</td></tr>\n\
         <tr><th>Groups</th><td>{}</td></tr>\n</table>",
        escape(&call.base),
        world.people.iter().count(),
        world.people.groups().len()
    );
    Frame::of_caller(&call, &world).page(StatusCode::OK, "General configuration", &body)
}

/// The form that asks an administrator for his password again.
pub(crate) async fn ask_again(call: Call) -> Response {
    not_administrator(&call).unwrap_or_else(|| form(&call, ""))
}

pub(crate) async fn sign_in_again(call: Call) -> Response {
    if let Some(answer) = not_administrator(&call) {
        return answer;
    }
    let name = call.caller.username.clone().unwrap_or_default();
    let password = call.params.first("webSudoPassword").unwrap_or_default();
    let checked = call.shared.world().people.check_password(&name, password);
    match (checked, &call.caller.session) {
        (Ok(_), session) => {
            if let Some(session) = session {
                call.shared.world().begin_administering(session, call.now);
            }
            redirect(&destination(&call, "webSudoDestination", PROPERTIES))
        }
        (Err(Wrong::Failed), _) => form(&call, "The password you entered is incorrect."),
        (Err(Wrong::Denied), _) => form(
            &call,
            "There were too many wrong passwords. Log out, and in again by the login page.",
        ),
    }
}

/// The answer to somebody who may not see an administrator's page, or not without his password.
fn not_yet(call: &Call) -> Option<Response> {
    if let Some(answer) = not_administrator(call) {
        return Some(answer);
    }
    // Bad habit (facts 0.3, A2): a native token administers without a password.
    if call.caller.how == Identified::NativeToken {
        return None;
    }
    let mut world = call.shared.world();
    let session = call.caller.session.as_deref();
    if session.is_some_and(|id| world.goes_on_administering(id, call.now)) {
        return None;
    }
    let back = utf8_percent_encode(&call.target, NON_ALPHANUMERIC);
    let ask = "/secure/admin/WebSudoAuthenticate!default.jspa?webSudoDestination=";
    Some(redirect(&format!("{}{ask}{back}", call.base)))
}

fn not_administrator(call: &Call) -> Option<Response> {
    if call.caller.username.is_none() {
        return Some(to_login(call));
    }
    let world = call.shared.world();
    if call.is_administrator(&world) {
        return None;
    }
    let said = "<p>You do not have the permissions to administer this site.</p>";
    let frame = Frame::of_caller(call, &world);
    Some(frame.page(StatusCode::FORBIDDEN, "Forbidden (403)", said))
}

fn form(call: &Call, error: &str) -> Response {
    let world = call.shared.world();
    let frame = Frame::of_caller(call, &world);
    let context = escape(call.context_path());
    let back = escape(call.params.first("webSudoDestination").unwrap_or_default());
    let name = frame.who().map(|person| escape(&person.account.username)).unwrap_or_default();
    let error = match error {
        "" => String::new(),
        error => format!("<p class=\"error\" role=\"alert\">{error}</p>\n"),
    };
    let body = format!(
        "<p>You have requested access to an administrative function and are required to validate \
         your credentials below.</p>\n{error}\
         <form id=\"login-form\" action=\"{context}/secure/admin/WebSudoAuthenticate.jspa\" \
         method=\"post\">\n<p>Username: <bdi>{name}</bdi></p>\n\
         <p><label for=\"login-form-authenticatePassword\">Password</label>\n\
         <input type=\"password\" name=\"webSudoPassword\" id=\"login-form-authenticatePassword\" \
         autocomplete=\"current-password\" autofocus></p>\n\
         <input type=\"hidden\" name=\"webSudoDestination\" value=\"{back}\">\n\
         <p><button id=\"login-form-submit\">Confirm</button></p>\n</form>"
    );
    frame.page(StatusCode::OK, "Administrator Access", &body)
}
