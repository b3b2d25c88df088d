//! `/tokens/{id}/{rotate,suspend,resume,revoke}`: asked once more, and done.

use axum::response::Response;
use gatepass_console::page::confirm::{Confirm, Grace, field};
use gatepass_console::page::message::Happened;
use gatepass_console::part::TokenAction;
use gatepass_console::{Fault, FieldFault, NavEntry};
use gatepass_control::{ControlError, FormState, Moved, TokenShown};
use gatepass_model::{Lifetime, TokenId};

use super::token::id_of;
use super::view;
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn show_rotate(visit: Visit) -> Result<Response, Halt> {
    show(visit, TokenAction::Rotate).await
}

pub(crate) async fn show_suspend(visit: Visit) -> Result<Response, Halt> {
    show(visit, TokenAction::Suspend).await
}

pub(crate) async fn show_resume(visit: Visit) -> Result<Response, Halt> {
    show(visit, TokenAction::Resume).await
}

pub(crate) async fn show_revoke(visit: Visit) -> Result<Response, Halt> {
    show(visit, TokenAction::Revoke).await
}

pub(crate) async fn suspend(visit: Visit) -> Result<Response, Halt> {
    let (actor, id, why) = (visit.actor()?, id_of(&visit)?, reason(&visit));
    let moved = visit.control().suspend_token(&actor, id, why.as_deref()).await;
    done(visit, TokenAction::Suspend, moved, Flash::Suspended).await
}

pub(crate) async fn resume(visit: Visit) -> Result<Response, Halt> {
    let (actor, id, why) = (visit.actor()?, id_of(&visit)?, reason(&visit));
    let moved = visit.control().resume_token(&actor, id, why.as_deref()).await;
    done(visit, TokenAction::Resume, moved, Flash::Resumed).await
}

pub(crate) async fn revoke(visit: Visit) -> Result<Response, Halt> {
    let (actor, id, why) = (visit.actor()?, id_of(&visit)?, reason(&visit));
    let moved = visit.control().revoke_token(&actor, id, why.as_deref()).await;
    done(visit, TokenAction::Revoke, moved, Flash::Revoked).await
}

fn reason(visit: &Visit) -> Option<String> {
    visit.form.text(field::REASON).map(str::to_owned)
}

async fn show(visit: Visit, action: TokenAction) -> Result<Response, Halt> {
    let shown = visit.control().show_token(&visit.actor()?, id_of(&visit)?, 0).await?;
    if !is_possible(&shown, action) {
        let (name, from) = (shown.token.token.name, shown.token.state);
        return Err(Happened::IllegalMove { name, from }.into());
    }
    let page = page_of(&visit, action, &shown, Vec::new())?;
    reply::page(&visit, Some(current(&visit, &shown)), &page)
}

fn is_possible(shown: &TokenShown, action: TokenAction) -> bool {
    match action {
        TokenAction::Rotate => shown.may.renew,
        TokenAction::Suspend => shown.may.suspend,
        TokenAction::Resume => shown.may.resume,
        TokenAction::Revoke => shown.may.revoke,
    }
}

fn current(visit: &Visit, shown: &TokenShown) -> NavEntry {
    let own = visit.visitor.as_ref().map(|visitor| visitor.who.key());
    let is_own = own == Some(&shown.token.token.owner);
    if is_own { NavEntry::MyTokens } else { NavEntry::AllTokens }
}

fn page_of(
    visit: &Visit,
    action: TokenAction,
    shown: &TokenShown,
    faults: Vec<FieldFault>,
) -> Result<Confirm, Halt> {
    let token = &shown.token.token;
    Ok(Confirm {
        action,
        token: gatepass_console::part::TokenBrief {
            id: token.id,
            name: token.name.clone(),
            owner: view::who(&token.owner, &shown.owner_name),
            state: shown.token.state,
            last_use: view::last_use(
                visit.config(),
                shown.usage.as_ref().and_then(|usage| usage.last.as_ref()),
            ),
        },
        is_own: token.owner == *visit.who()?.key(),
        reason: visit.form.get(field::REASON).to_owned(),
        grace: Grace::find(visit.form.get(field::GRACE)).unwrap_or_default(),
        faults,
        form_id: visit.new_form_id()?,
    })
}

/// To the token's page, where it says what happened; or the form again, with what is wrong.
async fn done(
    visit: Visit,
    action: TokenAction,
    moved: Result<Moved, ControlError>,
    said: impl FnOnce(String) -> Flash,
) -> Result<Response, Halt> {
    match moved {
        Ok(moved) => {
            let token = &moved.token.token;
            let mut notices = vec![said(token.name.clone())];
            notices.extend(not_confirmed(moved.effect));
            Ok(reply::see_other_with(&visit, &format!("/tokens/{}", token.id), &notices))
        }
        Err(ControlError::Invalid(problems)) => with_problems(visit, action, problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn with_problems(
    visit: Visit,
    action: TokenAction,
    problems: Vec<gatepass_control::Problem>,
) -> Result<Response, Halt> {
    let shown = visit.control().show_token(&visit.actor()?, id_of(&visit)?, 0).await?;
    let fault = |problem: gatepass_control::Problem| FieldFault {
        field: if problem.field == "grace" { field::GRACE } else { field::REASON },
        fault: Fault::Said(problem.words),
    };
    let faults = problems.into_iter().map(fault).collect();
    let page = page_of(&visit, action, &shown, faults)?;
    reply::page_with_faults(&visit, Some(current(&visit, &shown)), &page)
}

/// What is said where not every node has confirmed.
pub(super) fn not_confirmed(effect: Option<gatepass_control::InEffect>) -> Option<Flash> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    match effect {
        Some(effect) if effect.is_everywhere() => None,
        Some(effect) => Some(Flash::NotConfirmed(count(effect.applied), count(effect.of))),
        None => Some(Flash::NotConfirmed(0, 1)),
    }
}

/// A new secret; the same form sent twice gives one.
pub(crate) async fn rotate(visit: Visit) -> Result<Response, Halt> {
    let id = id_of(&visit)?;
    let (session, form) = (visit.who()?.session.id, visit.form.get("form_id").to_owned());
    if form.is_empty() {
        return Err(Happened::BadForm.into());
    }
    match visit.control().begin_form(session, &form).await? {
        FormState::New(_) => {}
        FormState::Running => return Err(Happened::Conflict.into()),
        FormState::Done(location) => {
            return Ok(reply::see_other_with(&visit, &location, &[Flash::DoneBefore]));
        }
    }
    match make_secret(&visit, id).await {
        Ok(flash) => {
            let location = format!("/tokens/{id}/created");
            visit.control().end_form(session, &form, &location).await?;
            Ok(match flash {
                Some(flash) => reply::see_other_with(&visit, &location, &[flash]),
                None => reply::see_other(&visit, &location),
            })
        }
        Err(ControlError::Invalid(problems)) => {
            visit.control().forget_form(session, &form).await?;
            with_problems(visit, TokenAction::Rotate, problems).await
        }
        Err(error @ ControlError::StoreUnavailable(_)) => Err(error.into()),
        Err(error) => {
            visit.control().forget_form(session, &form).await?;
            Err(error.into())
        }
    }
}

async fn make_secret(visit: &Visit, id: TokenId) -> Result<Option<Flash>, ControlError> {
    let grace = match Grace::find(visit.form.get(field::GRACE)).unwrap_or_default() {
        Grace::None => None,
        Grace::Hour => Some(Lifetime::from_seconds(3600)),
        Grace::Day => Some(Lifetime::from_days(1)),
        Grace::Week => Some(Lifetime::from_days(7)),
    };
    let Some(visitor) = &visit.visitor else { return Ok(None) };
    let rotated = visit.control().rotate_token(&visitor.who.actor(), id, grace).await?;
    visit.control().hand_out(visitor.who.session.id, id, &rotated.secret).await?;
    Ok(not_confirmed(rotated.effect))
}
