//! `GET /tokens/{id}/created`: the secret, once.

use axum::response::Response;
use gatepass_console::NavEntry;
use gatepass_console::page::created::{Created, ReadyPlace, Rotated};
use gatepass_console::part::ShownSecret;

use super::token::id_of;
use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let id = id_of(&visit)?;
    let who = visit.who()?;
    let shown = visit.control().show_token(&who.actor(), id, 0).await?;
    let secret = visit.control().take_handed_out(who.session.id, id).await?;
    let token = &shown.token.token;
    let config = visit.config();
    let ready = |one: &crate::place::ConsoleInstance| ReadyPlace {
        place: config.place(&one.instance),
        url: one.url(&visit.arrival),
    };
    let rotated = token
        .former
        .as_ref()
        .map(|former| Rotated { former_until: Some(former.until).filter(|end| *end > visit.now) });
    let page = Created {
        id,
        name: token.name.clone(),
        owner: view::who(&token.owner, &shown.owner_name),
        state: shown.token.state,
        facts: view::facts(config, token),
        secret: secret.map(|secret| ShownSecret::new(secret.expose().to_owned())),
        rotated,
        places: config.reached(&token.grant, &token.owner).map(ready).collect(),
        identity: view::identity_problems(&visit, &token.owner, &token.grant, &shown.identity),
        may_rotate: shown.may.renew,
        form_id: visit.new_form_id()?,
    };
    reply::page(&visit, Some(NavEntry::MyTokens), &page)
}
