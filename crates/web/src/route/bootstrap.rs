//! `/bootstrap`: the link that makes the first administrator.

use axum::response::Response;
use gatepass_console::address::encoded;
use gatepass_console::page::bootstrap::{Bootstrap, BootstrapState};
use gatepass_control::ControlError;

use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let key = visit.query.get("key").to_owned();
    let state = if !visit.control().is_bootstrap_good(&key).await? {
        BootstrapState::Expired
    } else if visit.visitor.is_none() {
        let back = encoded(&format!("/bootstrap?key={}", encoded(&key)));
        let href = format!("{}/sign-in?back={back}", visit.config().base);
        BootstrapState::SignInFirst { href }
    } else {
        BootstrapState::Ready { person: visit.me()?, key, form_id: visit.new_form_id()? }
    };
    reply::page(&visit, None, &Bootstrap { state })
}

pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let person = visit.who()?.key().clone();
    match visit.control().finish_bootstrap(visit.form.get("key"), &person).await {
        Ok(()) => Ok(reply::see_other_with(&visit, "/", &[Flash::BecameAdministrator])),
        Err(ControlError::NotFound(_)) => {
            reply::page(&visit, None, &Bootstrap { state: BootstrapState::Used })
        }
        Err(error) => Err(error.into()),
    }
}
