//! Why a handler does not give its page, and the page that is given in its place.

use axum::response::Response;
use gatepass_console::PolicyKey;
use gatepass_console::page::message::{Happened, Message, Resend};
use gatepass_control::{ControlError, Lacking};

use crate::reply;
use crate::visit::Visit;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Nobody is signed in.
    SignIn,
    /// He must prove anew who he is, and comes back here.
    Proof,
    /// Something happened.
    Happened(Happened),
    /// A use case said no.
    Control(ControlError),
    /// A page could not be written.
    Broken(gatepass_console::RenderError),
}

impl From<ControlError> for Halt {
    fn from(error: ControlError) -> Self {
        Self::Control(error)
    }
}

impl From<Happened> for Halt {
    fn from(what: Happened) -> Self {
        Self::Happened(what)
    }
}

impl From<gatepass_console::RenderError> for Halt {
    fn from(error: gatepass_console::RenderError) -> Self {
        Self::Broken(error)
    }
}

/// The page that is given in place of the one that was asked for.
pub(crate) fn answer(visit: &Visit, halt: Halt) -> Response {
    let what = match halt {
        Halt::SignIn if !visit.is_post => {
            let back = gatepass_console::address::encoded(&visit.here());
            return reply::see_other(visit, &format!("/sign-in?back={back}"));
        }
        Halt::Proof if !visit.is_post => {
            let back = gatepass_console::address::encoded(&visit.here());
            return reply::see_other(visit, &format!("/proof?back={back}"));
        }
        Halt::SignIn => Happened::SessionEnded { last_seen: None },
        // Handlers of forms keep what was typed themselves; see `guard`.
        Halt::Proof => Happened::StaleForm,
        Halt::Happened(what) => what,
        Halt::Control(error) => happened(visit, error),
        Halt::Broken(error) => {
            tracing::error!(request_id = visit.arrival.request_id, %error, "a page failed");
            Happened::Internal
        }
    };
    message(visit, what)
}

/// A page that says what happened; a form that did not get through can be sent again from there.
pub(crate) fn message(visit: &Visit, what: Happened) -> Response {
    let can_be_sent_again = matches!(
        what,
        Happened::StoreGone
            | Happened::StoreGoneWhileWriting
            | Happened::Conflict
            | Happened::StaleForm
            | Happened::SessionEnded { .. }
    );
    let resend = (visit.is_post && can_be_sent_again && visit.visitor.is_some()).then(|| {
        let fields = visit.form.pairs().iter().filter(|(name, _)| name != "csrf");
        Resend { action: visit.path.clone(), fields: fields.cloned().collect() }
    });
    let status = what.status();
    let request_id = Some(visit.arrival.request_id.clone()).filter(|id| !id.is_empty());
    let page = Message { what, back: None, resend, request_id };
    reply::page_with_status(visit, None, &page, status)
}

fn happened(visit: &Visit, error: ControlError) -> Happened {
    match error {
        ControlError::Forbidden { lacking, .. } => not_allowed(lacking),
        ControlError::NotFound(_) => Happened::NotFound,
        ControlError::Conflict => Happened::Conflict,
        ControlError::StoreUnavailable(error) => {
            let request_id = &visit.arrival.request_id;
            tracing::error!(request_id, %error, "the console could not reach the store");
            if visit.is_post { Happened::StoreGoneWhileWriting } else { Happened::StoreGone }
        }
        ControlError::IllegalMove { from, .. } => {
            Happened::IllegalMove { name: String::new(), from }
        }
        ControlError::NotGenuine(id) => Happened::NotGenuine { name: id.to_string() },
        ControlError::Invalid(_) | ControlError::Refused(_) | ControlError::BadPolicy(_) => {
            Happened::BadForm
        }
        other => {
            let request_id = &visit.arrival.request_id;
            tracing::error!(request_id, error = %other, "the console failed");
            Happened::Internal
        }
    }
}

pub(crate) fn not_allowed(lacking: Lacking) -> Happened {
    let key = PolicyKey::find(lacking.right);
    Happened::NotAllowed { key, rule: lacking.rule.map(|rule| rule.to_string()) }
}
