//! `/sessions`: where am I signed in? And signing out.

use axum::response::Response;
use gatepass_console::NavEntry;
use gatepass_console::page::message::Happened;
use gatepass_console::page::sessions::{SessionRow, Sessions};
use gatepass_control::SessionView;

use crate::cookie::{self, Cookie};
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let own = visit.control().own_sessions(visit.who()?).await?;
    let row = |view: SessionView| SessionRow {
        id: view.session.id.to_string(),
        since: view.session.created_at,
        last_seen: view.session.seen_at,
        address: view.session.address,
        agent: view.session.agent,
        is_this: view.is_this,
    };
    let page = Sessions { sessions: own.into_iter().map(row).collect() };
    reply::page(&visit, Some(NavEntry::Sessions), &page)
}

pub(crate) async fn end(visit: Visit) -> Result<Response, Halt> {
    let id = visit.params.first().and_then(|id| id.parse().ok()).ok_or(Happened::NotFound)?;
    let who = visit.who()?;
    let is_this = who.session.id == id;
    visit.control().end_own_session(who, id).await?;
    if is_this {
        return Ok(signed_out(&visit));
    }
    Ok(reply::see_other_with(&visit, "/sessions", &[Flash::SessionEnded]))
}

pub(crate) async fn end_others(visit: Visit) -> Result<Response, Halt> {
    let count = visit.control().end_own_other_sessions(visit.who()?).await?;
    Ok(reply::see_other_with(&visit, "/sessions", &[Flash::OthersEnded(count)]))
}

pub(crate) async fn sign_out(visit: Visit) -> Result<Response, Halt> {
    let who = visit.who()?;
    visit.control().end_own_session(who, who.session.id).await?;
    Ok(signed_out(&visit))
}

fn signed_out(visit: &Visit) -> Response {
    let mut response = reply::see_other_with(visit, "/sign-in?out=1", &[Flash::SignedOut]);
    let line = cookie::clear(Cookie::Session, visit.arrival.is_secure());
    reply::append_cookie(response.headers_mut(), &line);
    response
}
