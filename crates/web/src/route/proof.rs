//! `/proof`: prove anew who one is, by the product's session.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_console::page::proof::{Proof, ProofReason};
use gatepass_control::Purpose;

use super::preferences::back_of;
use super::sign_in;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let instance = visit.who()?.session.instance.clone();
    let found = visit.config().find(&instance).ok_or(Happened::NotFound)?;
    let back = back_of(visit.query.get("back"));
    let reason = reason_of(&back);
    let page = Proof { place: visit.config().place(&found.instance), reason, back };
    reply::page(&visit, None, &page)
}

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let instance = visit.who()?.session.instance.clone();
    let back = back_of(visit.form.get("back"));
    sign_in::bounce(&visit, Purpose::Proof, &instance, &back)
}

fn reason_of(back: &str) -> ProofReason {
    if back.starts_with("/settings") {
        ProofReason::Policy
    } else if back.starts_with("/all") {
        ProofReason::Others
    } else {
        ProofReason::Secret
    }
}
