//! `GET /`: what runs in my name?

use gatepass_console::NavEntry;
use gatepass_console::page::my_tokens::{MayCreate, MyToken, MyTokens};
use gatepass_control::Right;
use gatepass_control::{SignedIn, TokenRow};
use gatepass_model::{Grant, TokenState};

use axum::response::Response;

use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let who = visit.who()?;
    let (actor, key) = (who.actor(), who.key().clone());
    let rows = visit.control().own_tokens(&actor, &key).await?;
    let living =
        |row: &&TokenRow| !matches!(row.view.state, TokenState::Expired | TokenState::Revoked);
    let count = rows.iter().filter(living).count();
    let mut identity = Vec::new();
    if count > 0 {
        let standing = visit.control().native_standing(&key).await?;
        let reached: Vec<Grant> =
            rows.iter().filter(living).map(|row| row.view.token.grant.clone()).collect();
        for problem in view::identity_problems(&visit, &key, &Grant::read_only(), &standing) {
            let name = &problem.place.name;
            let is_reached =
                |grant: &Grant| grant.instances.is_empty() || grant.instances.contains(name);
            if reached.iter().any(is_reached) {
                identity.push(problem);
            }
        }
    }
    let page = MyTokens {
        tokens: rows.iter().map(|row| token(&visit, row)).collect(),
        identity,
        may_create: may_create(who, count),
        form_id: visit.new_form_id()?,
    };
    reply::page(&visit, Some(NavEntry::MyTokens), &page)
}

fn token(visit: &Visit, row: &TokenRow) -> MyToken {
    let token = &row.view.token;
    let is_own = token.creator == gatepass_model::Actor::Person(token.owner.clone());
    MyToken {
        id: token.id,
        name: token.name.clone(),
        state: row.view.state,
        facts: view::facts(visit.config(), token),
        created_at: token.created_at,
        last_use: view::last_use(visit.config(), row.last_use.as_ref()),
        refused_lately: view::refused_lately(row),
        made_by: (!is_own).then(|| view::doer(&token.creator, row.creator_name.as_deref())),
        is_genuine: row.view.is_genuine,
    }
}

/// Whether he may create one, with what says so.
pub(super) fn may_create(who: &SignedIn, living: usize) -> MayCreate {
    let rights = &who.standing.rights;
    for right in [&rights.use_tokens, &rights.create] {
        match right {
            Right { allowed: true, .. } => {}
            Right { rule: Some(rule), .. } => return MayCreate::Denied { rule: rule.to_string() },
            Right { rule: None, .. } => return MayCreate::NotAllowed,
        }
    }
    match &rights.bounds.most_tokens {
        Some(bound) if living >= bound.value as usize => {
            MayCreate::TooMany { rule: bound.rule.to_string(), most: bound.value }
        }
        _ => MayCreate::Yes,
    }
}
