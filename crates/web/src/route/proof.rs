//! `/proof`: prove anew who one is, by the product's session or at the provider.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_console::page::proof::{Proof, ProofReason, ProofWay};
use gatepass_control::Purpose;
use gatepass_model::SignedInBy;

use super::preferences::back_of;
use super::sign_in;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let session = &visit.who()?.session;
    let back = back_of(visit.query.get("back"));
    let reason = reason_of(&back);
    let way = match &session.by {
        SignedInBy::Instance(instance) => {
            let found = visit.config().find(instance).ok_or(Happened::NotFound)?;
            ProofWay::Product(visit.config().place(&found.instance))
        }
        SignedInBy::Provider => {
            let found = visit.config().find_provider(&session.person.directory);
            ProofWay::Provider(found.ok_or(Happened::NotFound)?.title.clone())
        }
    };
    reply::page(&visit, None, &Proof { way, reason, back })
}

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let instance = visit.who()?.session.by.instance().cloned().ok_or(Happened::NotFound)?;
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
