//! The pages: where a browser signs in and out, and where it comes to between.

use axum::response::{IntoResponse as _, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::state::Call;
use crate::site::answer::redirect;
use crate::site::auth::LoginReason;
use crate::site::destination::destination;
use crate::site::form::{self, Fields};
use crate::site::front::turned;
use crate::site::seen::Identified;
use crate::site::sign_in::{Captcha, check, sign_out, signed_out};

/// Fact C10.
const FIELDS: Fields = Fields {
    username: "j_username",
    password: "j_password",
    remember: "_atl_remember_me",
    destination: "next",
    captcha: "captcha",
};

/// To whoever is signed in his name, to nobody the sign-in page and from there back.
pub(super) async fn home(call: Call) -> Response {
    let world = call.shared.world();
    if let Some(person) = call.caller.username.as_deref().and_then(|name| world.person(name)) {
        return form::home(&call, &person.account.display_name, "/logout");
    }
    let back = utf8_percent_encode(&call.target, NON_ALPHANUMERIC);
    redirect(&format!("{}/login?next={back}", call.base))
}

pub(super) async fn login_form(call: Call) -> Response {
    form::page(&call, &FIELDS, None)
}

/// Unlike Seraph, Bitbucket believes the form's fields here only.
pub(super) async fn login(call: Call) -> Response {
    let given = |name: &str| call.params.first(name).unwrap_or_default();
    let captcha = match given(FIELDS.captcha) {
        "" => Captcha::NotSolved,
        _ => Captcha::Solved,
    };
    let caller = check(&call, given(FIELDS.username), given(FIELDS.password), captcha);
    let answer = match caller.reason {
        Some(LoginReason::Ok) => redirect(&destination(&call, FIELDS.destination, "/dashboard")),
        reason => form::page(&call, &FIELDS, reason),
    };
    turned(answer, caller)
}

pub(super) async fn logout(call: Call) -> Response {
    sign_out(&call);
    turned(redirect(&format!("{}/login", call.base)), signed_out())
}

/// Fact B: the caller's name as text, an empty body for nobody, always 200. Who calls by an access
/// token is nobody to it, as from 8.19.14 on.
pub(super) async fn whoami(call: Call) -> Response {
    let name = call.caller.username.filter(|_| call.caller.how != Identified::NativeToken);
    name.unwrap_or_default().into_response()
}
