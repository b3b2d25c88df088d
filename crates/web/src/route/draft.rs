//! `GET /draft?name=…`: what somebody typed before he had to go elsewhere, to be sent now.

use axum::response::Response;
use gatepass_console::page::message::{Happened, Message, Resend};

use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let session = visit.who()?.session.id;
    let found = visit.control().find_draft(session, visit.query.get("name")).await?;
    let found = found.ok_or(Happened::NotFound)?;
    let (action, fields): (String, Vec<(String, String)>) =
        serde_json::from_str(found.expose()).map_err(|_| Happened::NotFound)?;
    // The long form is shown as it was, to be read once more.
    if action == "/tokens/new" {
        return super::create::show_typed(visit, fields).await;
    }
    let resend = Some(Resend { action, fields });
    let page = Message { what: Happened::StaleForm, back: None, resend, request_id: None };
    reply::page(&visit, None, &page)
}
