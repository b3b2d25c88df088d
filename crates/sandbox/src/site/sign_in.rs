//! Signing in by a form, and signing out.

use super::Product;
use super::auth::{Caller, LoginReason, Wrong};
use super::call::Call;
use super::seen::Identified;

/// Who submitted Seraph's form. The front has believed its fields already (fact C3), as on any
/// other URL: here is only looked at what came of it. `os_captcha` with anything in it stands for a
/// solved CAPTCHA.
pub(crate) fn submitted<W: Product>(call: &Call<W>) -> Caller {
    let given = |name: &str| call.params.first(name).unwrap_or_default();
    match call.caller.reason {
        Some(LoginReason::Denied) if !given("os_captcha").is_empty() => {
            check(call, given("os_username"), given("os_password"), Captcha::Solved)
        }
        // A form without a name is as wrong as one with a wrong password.
        None => refused(Wrong::Failed),
        _ => call.caller.clone(),
    }
}

/// Whether the CAPTCHA of a form was solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Captcha {
    NotSolved,
    Solved,
}

/// Signs in by name and password. With the CAPTCHA solved, wrong passwords are forgotten before.
pub(crate) fn check<W: Product>(
    call: &Call<W>,
    name: &str,
    password: &str,
    captcha: Captcha,
) -> Caller {
    let mut world = call.shared.world();
    if captcha == Captcha::Solved {
        world.people.forget_failures(name);
    }
    match world.check_password(name, password, call.now) {
        Ok(username) => {
            let session = world.open_session(&username);
            signed_in(username, session)
        }
        Err(wrong) => refused(wrong),
    }
}

/// Ends the session of the caller, if he has one.
pub(crate) fn sign_out<W: Product>(call: &Call<W>) {
    if let Some(session) = &call.caller.session {
        call.shared.world().sessions.remove(session);
    }
}

/// The caller after a sign-in.
pub(crate) fn signed_in(username: String, session: String) -> Caller {
    Caller::of(username, Identified::Session, Some(session))
}

/// The caller after a sign-out.
pub(crate) fn signed_out() -> Caller {
    Caller { reason: Some(LoginReason::Out), ..Caller::nobody() }
}

/// The caller after a sign-in that failed.
pub(crate) fn refused(wrong: Wrong) -> Caller {
    let reason = match wrong {
        Wrong::Failed => LoginReason::Failed,
        Wrong::Denied => LoginReason::Denied,
    };
    Caller { reason: Some(reason), ..signed_out() }
}
