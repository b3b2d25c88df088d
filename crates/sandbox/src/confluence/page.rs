//! The pages: where a browser signs in and out, and where it comes to between.

use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::state::Call;
use crate::site::answer::redirect;
use crate::site::auth::LoginReason;
use crate::site::destination::destination;
use crate::site::form::{self, Fields};
use crate::site::front::turned;
use crate::site::sign_in::{sign_out, signed_out, submitted};

const FIELDS: Fields = Fields {
    username: "os_username",
    password: "os_password",
    remember: "os_cookie",
    destination: "os_destination",
    captcha: "os_captcha",
};

/// To whoever is signed in his name, to nobody the sign-in page and from there back.
pub(super) async fn home(call: Call) -> Response {
    let world = call.shared.world();
    if let Some(person) = call.caller.username.as_deref().and_then(|name| world.person(name)) {
        return form::home(&call, &person.account.display_name, "/logout.action");
    }
    let back = utf8_percent_encode(&call.target, NON_ALPHANUMERIC);
    redirect(&format!("{}/login.action?os_destination={back}", call.base))
}

pub(super) async fn login_form(call: Call) -> Response {
    form::page(&call, &FIELDS, call.caller.reason)
}

pub(super) async fn login(call: Call) -> Response {
    let caller = submitted(&call);
    let answer = match caller.reason {
        Some(LoginReason::Ok) => redirect(&destination(&call, "os_destination", "/index.action")),
        reason => form::page(&call, &FIELDS, reason),
    };
    turned(answer, caller)
}

pub(super) async fn logout(call: Call) -> Response {
    sign_out(&call);
    turned(redirect(&format!("{}/login.action?logout=true", call.base)), signed_out())
}
