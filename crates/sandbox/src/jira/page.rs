//! The few pages: what a browser sees first, and where it signs in and out.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{Fault, Outcome, escape, html, ok};
use super::auth::{Caller, LoginReason};
use super::call::Call;
use super::front::turned;
use super::rest::session::{refused, signed_in, signed_out};
use super::time;

fn redirect(to: &str) -> Response {
    let mut answer = StatusCode::FOUND.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(LOCATION, to);
    }
    answer
}

/// To the login page, for somebody who must sign in first.
pub(crate) fn to_login(call: &Call) -> Response {
    redirect(&format!("{}/login.jsp?permissionViolation=true", call.base))
}

pub(crate) async fn home(call: Call) -> Response {
    redirect(&format!("{}/secure/Dashboard.jspa", call.base))
}

pub(crate) async fn dashboard(call: Call) -> Response {
    let world = call.shared.world();
    let who = call.caller.username.as_deref().and_then(|name| world.person(name));
    let greeting = match who {
        Some(person) => format!("Signed in as {}.", escape(&person.account.display_name)),
        None => format!("<a href=\"{}/login.jsp\">Log in</a>", call.base),
    };
    let mut list = String::new();
    if call.may_read(&world) {
        for issue in world.issues.values() {
            let (base, key, text) = (&call.base, issue.key(), escape(&issue.summary));
            let _ = writeln!(list, "<li><a href=\"{base}/browse/{key}\">{key}</a> {text}</li>");
        }
    }
    html(StatusCode::OK, "System Dashboard", &format!("<p>{greeting}</p>\n<ul>{list}</ul>"))
}

pub(crate) async fn issue(call: Call, Path(key): Path<String>, uri: Uri) -> Response {
    let world = call.shared.world();
    if !call.may_read(&world) {
        let back = utf8_percent_encode(uri.path(), NON_ALPHANUMERIC);
        return redirect(&format!("{}/login.jsp?os_destination={back}", call.base));
    }
    let Some(issue) = world.issue(&key) else {
        return html(StatusCode::NOT_FOUND, "You can&#39;t view this issue", "");
    };
    let text = escape(issue.description.as_deref().unwrap_or_default());
    let mut body = format!(
        "<p>{} &middot; {} &middot; {}</p>\n<pre>{text}</pre>\n",
        issue.kind.name,
        issue.status.name,
        time::write_day(issue.created)
    );
    for comment in &issue.comments {
        let (author, text) = (escape(&comment.author), escape(&comment.body));
        let _ = writeln!(body, "<blockquote><b>{author}</b> {text}</blockquote>");
    }
    html(StatusCode::OK, &format!("[{}] {}", issue.key(), escape(&issue.summary)), &body)
}

pub(crate) async fn login_form(call: Call) -> Response {
    let back = escape(call.params.first("os_destination").unwrap_or_default());
    let form = format!(
        "<form id=\"login-form\" action=\"{}/login.jsp\" method=\"post\">\n\
         <label>Username <input name=\"os_username\" autofocus></label>\n\
         <label>Password <input name=\"os_password\" type=\"password\"></label>\n\
         <input type=\"hidden\" name=\"os_destination\" value=\"{back}\">\n\
         <button>Log in</button>\n</form>",
        call.base
    );
    html(StatusCode::OK, "Log in", &form)
}

/// The front has believed the form's fields already (fact C3), as on any other URL: here is only
/// shown what came of it. `os_captcha` with anything in it stands for a solved CAPTCHA.
pub(crate) async fn login(call: Call) -> Response {
    let is_solved = call.params.first("os_captcha").is_some_and(|text| !text.is_empty());
    let caller = match call.caller.reason {
        Some(LoginReason::Denied) if is_solved => solved(&call),
        _ => call.caller.clone(),
    };
    let said = match caller.reason {
        Some(LoginReason::Ok) => return turned(redirect(&destination(&call)), caller),
        Some(LoginReason::Denied) => "Please solve the CAPTCHA: <input name=\"os_captcha\">",
        _ => "Sorry, your username and password are incorrect - please try again.",
    };
    turned(html(StatusCode::OK, "Log in", &format!("<p>{said}</p>")), caller)
}

/// Signs in with the wrong passwords forgotten.
fn solved(call: &Call) -> Caller {
    let name = call.params.first("os_username").unwrap_or_default().to_lowercase();
    let password = call.params.first("os_password").unwrap_or_default();
    let mut world = call.shared.world();
    world.people.forget_failures(&name);
    match world.check_password(&name, password, call.now) {
        Ok(username) => {
            let session = world.open_session(&username);
            signed_in(username, session)
        }
        Err(wrong) => refused(wrong),
    }
}

/// Only a path of ours: anything else would lead browsers elsewhere.
fn destination(call: &Call) -> String {
    let wanted = call.params.first("os_destination").unwrap_or_default();
    let is_ours = wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.contains('\\');
    let wanted = if is_ours { wanted } else { "/secure/Dashboard.jspa" };
    format!("{}{wanted}", call.base)
}

pub(crate) async fn logout(call: Call) -> Response {
    if let Some(session) = &call.caller.session {
        call.shared.world().sessions.remove(session);
    }
    turned(html(StatusCode::OK, "Logout", "<p>You are now logged out.</p>"), signed_out())
}

pub(crate) async fn profile(call: Call) -> Response {
    let world = call.shared.world();
    let person = call.caller.username.as_deref().and_then(|name| world.person(name));
    let Some(person) = person else { return to_login(&call) };
    let account = &person.account;
    let body = format!(
        "<dl><dt>Username</dt><dd>{}</dd><dt>Email</dt><dd>{}</dd><dt>Groups</dt><dd>{}</dd></dl>",
        escape(&account.username),
        escape(&account.email),
        escape(&account.groups.join(", "))
    );
    html(StatusCode::OK, &escape(&account.display_name), &body)
}

/// Fact B: the caller's name as text, an empty body for nobody, always 200.
pub(crate) async fn whoami(call: Call) -> Response {
    call.caller.username.unwrap_or_default().into_response()
}

pub(crate) async fn status() -> Outcome {
    Ok::<_, Fault>(ok(&serde_json::json!({ "state": "RUNNING" })))
}
