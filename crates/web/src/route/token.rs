//! `GET /tokens/{id}`: what did it do?

use axum::response::Response;
use gatepass_console::NavEntry;
use gatepass_console::page::message::Happened;
use gatepass_console::page::token::{Day, RequestRow, TokenPage};
use gatepass_console::part::TokenAction;
use gatepass_control::{MayDo, TokenShown};
use gatepass_model::{Reason, TokenId};

use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

/// So many of the latest requests are shown.
const REQUESTS: u32 = 50;

/// The token that the path names.
pub(super) fn id_of(visit: &Visit) -> Result<TokenId, Halt> {
    let text = visit.params.first().map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| Happened::NotFound.into())
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let shown = visit.control().show_token(&visit.actor()?, id_of(&visit)?, REQUESTS).await?;
    let token = &shown.token.token;
    let usage = shown.usage.as_ref();
    let page = TokenPage {
        id: token.id,
        name: token.name.clone(),
        state: shown.token.state,
        owner: view::who(&token.owner, &shown.owner_name),
        creator: view::doer(&token.creator, shown.creator_name.as_deref()),
        created_at: token.created_at,
        facts: view::facts(visit.config(), token),
        purpose: token.purpose.clone(),
        integration: token.integration.clone(),
        hint: token.secret.hint.clone(),
        former_until: token.former.as_ref().map(|one| one.until).filter(|end| *end > visit.now),
        is_genuine: shown.token.is_genuine,
        broken: shown.broken.iter().map(view::policy_fault).collect(),
        identity: view::identity_problems(&visit, &token.owner, &token.grant, &shown.identity),
        last_use: view::last_use(visit.config(), usage.and_then(|usage| usage.last.as_ref())),
        days: shown
            .days
            .iter()
            .map(|day| Day { start: day.start, done: day.done, refused: day.refused })
            .collect(),
        requests: requests(&visit, &shown),
        refusals: shown.refusals.clone(),
        may: may(shown.may),
        form_id: visit.new_form_id()?,
    };
    let is_own = token.owner == *visit.who()?.key();
    let current = if is_own { NavEntry::MyTokens } else { NavEntry::AllTokens };
    reply::page(&visit, Some(current), &page)
}

fn may(may: MayDo) -> Vec<TokenAction> {
    let all = [
        (may.renew, TokenAction::Rotate),
        (may.suspend, TokenAction::Suspend),
        (may.resume, TokenAction::Resume),
        (may.revoke, TokenAction::Revoke),
    ];
    all.into_iter().filter(|(may, _)| *may).map(|(_, action)| action).collect()
}

fn requests(visit: &Visit, shown: &TokenShown) -> Vec<RequestRow> {
    let row = |request: &gatepass_control::RecentRequest| RequestRow {
        at: request.at,
        place: visit.config().title_of(&request.instance),
        method: request.method.clone(),
        path: what(request),
        status: request.status,
        refused: request.reason.as_deref().and_then(reason_of),
    };
    shown.recent.iter().map(row).collect()
}

/// The log may be older than the program that reads it.
fn reason_of(name: &str) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| reason.as_str() == name)
}

/// Paths are not kept: what the catalogue calls it, and where.
fn what(request: &gatepass_control::RecentRequest) -> String {
    let mut parts: Vec<&str> = vec![&request.family];
    for part in [&request.resource, &request.action] {
        if !part.is_empty() {
            parts.push(part);
        }
    }
    let mut text = parts.join(" ");
    if let Some(project) = &request.project {
        text.push_str(" · ");
        text.push_str(project);
    }
    text
}
