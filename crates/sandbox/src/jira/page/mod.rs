//! The pages: what a browser sees, and where it signs in, out, and as an administrator. They work
//! without JavaScript. Links in them begin with the context path, so that they hold behind
//! whatever host and scheme the browser knows.

mod administration;
mod dashboard;
mod frame;
mod profile;
mod sign_in;

pub(crate) use administration::{application_properties, ask_again, sign_in_again};
pub(crate) use dashboard::{dashboard, issue};
pub(crate) use profile::profile;
pub(crate) use sign_in::{login, login_form, logout};

use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::Call;
use crate::site::answer::redirect;

/// To the sign-in page and, from there, back to what was asked for.
pub(crate) fn to_login(call: &Call) -> Response {
    let back = utf8_percent_encode(&call.target, NON_ALPHANUMERIC);
    redirect(&format!("{}/login.jsp?os_destination={back}", call.base))
}

pub(crate) async fn home(call: Call) -> Response {
    redirect(&format!("{}/secure/Dashboard.jspa", call.base))
}

/// Fact B: the caller's name as text, an empty body for nobody, always 200.
pub(crate) async fn whoami(call: Call) -> Response {
    call.caller.username.unwrap_or_default().into_response()
}
