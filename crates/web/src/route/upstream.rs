//! `POST /upstream/{instance}/mend`: have the gate make a native token as who is looking.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_control::Purpose;

use super::preferences::back_of;
use super::sign_in;
use crate::halt::Halt;
use crate::visit::Visit;

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn mend(visit: Visit) -> Result<Response, Halt> {
    let name = visit.params.first().and_then(|name| name.parse().ok()).ok_or(Happened::NotFound)?;
    let found = visit.config().find(&name).ok_or(Happened::NotFound)?;
    if found.instance.directory != visit.who()?.key().directory {
        return Err(Happened::NotFound.into());
    }
    let back = back_of(visit.form.get("back"));
    sign_in::bounce(&visit, Purpose::Native, &name, &back)
}
