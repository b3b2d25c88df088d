//! A plain sign-in page, for products of which tests need no more than that.

use axum::http::StatusCode;
use axum::response::Response;

use super::Product;
use super::answer::{document, escape};
use super::auth::LoginReason;
use super::call::Call;

/// How the fields of a sign-in form are called.
pub(crate) struct Fields {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    pub(crate) remember: &'static str,
    /// Where the browser goes afterwards.
    pub(crate) destination: &'static str,
    /// Anything in it stands for a solved CAPTCHA.
    pub(crate) captcha: &'static str,
}

/// The page, with what came of the last attempt and what was typed, but for the password.
pub(crate) fn page<W: Product>(
    call: &Call<W>,
    fields: &Fields,
    reason: Option<LoginReason>,
) -> Response {
    let manners = call.shared.setup.manners;
    let (context, target) = (escape(call.context_path()), manners.login_target);
    let typed = |name: &str| escape(call.params.first(name).unwrap_or_default());
    let Fields { username, password, remember, destination, captcha } = *fields;
    let (name, back) = (typed(username), typed(destination));
    let (said, puzzle) = match reason {
        Some(LoginReason::Failed) => (WRONG, String::new()),
        Some(LoginReason::Denied) => (DENIED, field(captcha, "Word as shown", "text", "")),
        _ => ("", String::new()),
    };
    let body = format!(
        "{said}<form id=\"login-form\" action=\"{context}{target}\" method=\"post\">\n{}{}{puzzle}\
         <p><label class=\"choice\"><input type=\"checkbox\" name=\"{remember}\" value=\"true\"> \
         Remember me</label></p>\n\
         <input type=\"hidden\" name=\"{destination}\" value=\"{back}\">\n\
         <p><button>Log in</button></p>\n</form>",
        field(username, "Username", "text", &name),
        field(password, "Password", "password", ""),
    );
    document(manners.name, StatusCode::OK, "Log in", "", &body)
}

const WRONG: &str =
    "<p class=\"error\" role=\"alert\">Your username and password are incorrect.</p>\n";
const DENIED: &str =
    "<p class=\"error\" role=\"alert\">Solve the CAPTCHA before the next attempt.</p>\n";

fn field(name: &str, label: &str, kind: &str, value: &str) -> String {
    format!(
        "<p><label for=\"{name}\">{label}</label>\n\
         <input type=\"{kind}\" name=\"{name}\" id=\"{name}\" value=\"{value}\"></p>\n"
    )
}

/// What stands where a browser comes to after it has signed in.
pub(crate) fn home<W: Product>(call: &Call<W>, display_name: &str, way_out: &str) -> Response {
    let context = escape(call.context_path());
    let body = format!(
        "<p dir=\"auto\">Signed in as <bdi>{}</bdi>.</p>\n\
         <p><a href=\"{context}{way_out}\">Log out</a></p>",
        escape(display_name)
    );
    document(call.shared.setup.manners.name, StatusCode::OK, "Dashboard", "", &body)
}
