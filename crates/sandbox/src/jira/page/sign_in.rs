//! The sign-in page, and the way out.

use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use crate::jira::call::Call;
use crate::site::answer::{escape, redirect};
use crate::site::auth::LoginReason;
use crate::site::destination::destination;
use crate::site::front::turned;
use crate::site::sign_in::{sign_out, signed_out, submitted};

pub(crate) async fn login_form(call: Call) -> Response {
    form(&call, call.caller.reason)
}

pub(crate) async fn login(call: Call) -> Response {
    let caller = submitted(&call);
    let answer = match caller.reason {
        Some(LoginReason::Ok) => {
            redirect(&destination(&call, "os_destination", "/secure/Dashboard.jspa"))
        }
        reason => form(&call, reason),
    };
    turned(answer, caller)
}

/// The box for "remember" is there because scripts and people look for it; a session lives as long
/// as the stand-in does either way.
fn form(call: &Call, reason: Option<LoginReason>) -> Response {
    let world = call.shared.world();
    let frame = Frame::of_caller(call, &world);
    let context = escape(call.context_path());
    let field = |name: &str| escape(call.params.first(name).unwrap_or_default());
    let (name, back) = (field("os_username"), field("os_destination"));
    let captcha = match reason {
        Some(LoginReason::Denied) => {
            "<p><label for=\"login-form-captcha\">Please enter the word as shown below</label>\n\
             <input type=\"text\" name=\"os_captcha\" id=\"login-form-captcha\" \
             autocomplete=\"off\"></p>\n"
        }
        _ => "",
    };
    let said = said(call, &frame, reason);
    let body = format!(
        "{said}<form id=\"login-form\" action=\"{context}/login.jsp\" method=\"post\">\n\
         <p><label for=\"login-form-username\">Username</label>\n\
         <input type=\"text\" name=\"os_username\" id=\"login-form-username\" value=\"{name}\" \
         autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" autofocus></p>\n\
         <p><label for=\"login-form-password\">Password</label>\n\
         <input type=\"password\" name=\"os_password\" id=\"login-form-password\" \
         autocomplete=\"current-password\"></p>\n{captcha}\
         <p><label class=\"choice\"><input type=\"checkbox\" name=\"os_cookie\" value=\"true\"> \
         Remember my login on this computer</label></p>\n\
         <input type=\"hidden\" name=\"os_destination\" value=\"{back}\">\n\
         <p><button id=\"login-form-submit\">Log In</button></p>\n</form>"
    );
    frame.page(StatusCode::OK, "Log in", &body)
}

/// What stands above the form.
fn said(call: &Call, frame: &Frame<'_>, reason: Option<LoginReason>) -> String {
    let error = |text: &str| format!("<p class=\"error\" role=\"alert\">{text}</p>\n");
    match (reason, frame.who()) {
        (Some(LoginReason::Failed), _) => {
            error("Sorry, your username and password are incorrect - please try again.")
        }
        (Some(LoginReason::Denied), _) => {
            error("Sorry, you have to solve the CAPTCHA before the next attempt.")
        }
        (_, Some(person)) => {
            let on = destination(call, "os_destination", "/secure/Dashboard.jspa");
            format!(
                "<p class=\"note\" dir=\"auto\">You are already logged in as <bdi>{}</bdi>. \
                 <a href=\"{}\">Continue</a></p>\n",
                escape(&person.account.display_name),
                escape(&on)
            )
        }
        _ => String::new(),
    }
}

pub(crate) async fn logout(call: Call) -> Response {
    sign_out(&call);
    let context = escape(call.context_path());
    let body = format!(
        "<p>You are now logged out. Any automatic login has also been stopped.</p>\n\
         <p><a href=\"{context}/login.jsp\">Log in again</a></p>"
    );
    turned(Frame::of_nobody(&call).page(StatusCode::OK, "Logout", &body), signed_out())
}
