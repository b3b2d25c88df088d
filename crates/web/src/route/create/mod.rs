//! `/tokens/new`: what will this be able to do?

mod bounds;
mod faults;
mod read;

use axum::response::Response;
use gatepass_console::page::create::{CreateToken, CreateValues, field};
use gatepass_console::page::message::Happened;
use gatepass_console::part::Who;
use gatepass_console::{Fault, FieldFault, NavEntry};
use gatepass_control::{ControlError, FormState, Issued, Purpose, Rights};
use gatepass_model::{DirectoryName, InstanceName, PersonKey, TokenId};

use super::{sign_in, view};
use crate::fields::Fields;
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

/// An empty form, or filled in by a link.
pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let fields = visit.query.clone();
    form(&visit, &fields, Vec::new(), 200).await
}

/// The form as somebody had typed it.
pub(super) async fn show_typed(
    visit: Visit,
    fields: Vec<(String, String)>,
) -> Result<Response, Halt> {
    form(&visit, &Fields::of(fields), Vec::new(), 200).await
}

/// A form that was sent: looked at, or done.
pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let fields = visit.form.clone();
    if fields.get("do") == "preview" {
        let faults = read::request(&fields, visit.who()?.key()).err().unwrap_or_default();
        return form(&visit, &fields, faults, 200).await;
    }
    let mut request = match read::request(&fields, visit.who()?.key()) {
        Ok(request) => request,
        Err(faults) => return form(&visit, &fields, faults, 422).await,
    };
    let (session, form_id) = (visit.who()?.session.id, fields.get("form_id").to_owned());
    if form_id.is_empty() {
        return Err(Happened::BadForm.into());
    }
    let id = match visit.control().begin_form(session, &form_id).await? {
        FormState::New(id) => id,
        FormState::Running => return Err(Happened::Conflict.into()),
        FormState::Done(location) => {
            return Ok(reply::see_other_with(&visit, &location, &[Flash::DoneBefore]));
        }
    };
    request.id = Some(id);
    match visit.control().issue_token(&visit.actor()?, &request).await {
        Ok(issued) => created(&visit, &form_id, &issued).await,
        // It was made by this form before, and its sender never heard of it.
        Err(ControlError::Conflict) => again(&visit, &form_id, id).await,
        Err(error) => {
            let faults = faults::of(error)?;
            visit.control().forget_form(session, &form_id).await?;
            form(&visit, &fields, faults, 422).await
        }
    }
}

async fn created(visit: &Visit, form_id: &str, issued: &Issued) -> Result<Response, Halt> {
    let token = &issued.token.token;
    let session = visit.who()?.session.id;
    visit.control().hand_out(session, token.id, &issued.secret).await?;
    let location = format!("/tokens/{}/created", token.id);
    visit.control().end_form(session, form_id, &location).await?;
    // His product session makes the native token that the gate acts with, by one more bounce: where he
    // has one for certain. Others may ask him to sign in, which he does when he wants to.
    if token.owner == *visit.who()?.key() {
        let signed_in_at = visit.who()?.session.by.instance();
        let standing = visit.control().native_standing(&token.owner).await?;
        let missing = view::identity_problems(visit, &token.owner, &token.grant, &standing);
        let is_near = |name: &InstanceName| signed_in_at.is_none_or(|instance| instance == name);
        let mut near = missing.iter().filter(|problem| is_near(&problem.place.name));
        if let Some(first) = near.find(|problem| problem.can_mend) {
            return sign_in::bounce(visit, Purpose::Native, &first.place.name, &location);
        }
    }
    let notices: Vec<Flash> = super::confirm::not_confirmed(issued.effect).into_iter().collect();
    Ok(if notices.is_empty() {
        reply::see_other(visit, &location)
    } else {
        reply::see_other_with(visit, &location, &notices)
    })
}

async fn again(visit: &Visit, form_id: &str, id: TokenId) -> Result<Response, Halt> {
    let location = format!("/tokens/{id}/created");
    visit.control().end_form(visit.who()?.session.id, form_id, &location).await?;
    Ok(reply::see_other_with(visit, &location, &[Flash::DoneBefore]))
}

/// The form with what is typed in it.
async fn form(
    visit: &Visit,
    fields: &Fields,
    mut faults: Vec<FieldFault>,
    status: u16,
) -> Result<Response, Halt> {
    let who = visit.who()?;
    let values = read::values(fields);
    let me = visit.me()?;
    let (owner, rights) = owner_of(visit, &values, &me, &mut faults).await?;
    let places = visit.config().places_of(&owner);
    let integrations = if who.standing.administers() {
        visit.control().integrations(&who.actor()).await?
    } else {
        Vec::new()
    };
    let summary = read::summary(fields, &owner, &rights, visit.now)
        .map(|(grant, end)| view::facts_of(visit.config(), &grant, &owner, end));
    let on_behalf = who.standing.rights.create_on_behalf.allowed.then(|| directories(visit));
    let page = CreateToken {
        values,
        faults,
        bounds: bounds::of(&rights, &places),
        places,
        me,
        on_behalf,
        may_override: who.standing.administers(),
        integrations,
        summary,
        form_id: visit.new_form_id()?,
    };
    let current = Some(NavEntry::MyTokens);
    Ok(reply::page_with_status(visit, current, &page, status))
}

fn directories(visit: &Visit) -> Vec<DirectoryName> {
    let mut all: Vec<DirectoryName> =
        visit.config().instances.iter().map(|one| one.instance.directory.clone()).collect();
    all.sort();
    all.dedup();
    all
}

/// Whom the token would act as, and what policy says of him; who is looking, where another can't be
/// found.
async fn owner_of(
    visit: &Visit,
    values: &CreateValues,
    me: &Who,
    faults: &mut Vec<FieldFault>,
) -> Result<(PersonKey, Rights), Halt> {
    let standing = &visit.who()?.standing;
    let own = (me.key.clone(), standing.rights.clone());
    let name = values.owner.trim();
    if name.is_empty() || !standing.rights.create_on_behalf.allowed {
        return Ok(own);
    }
    let directory = values.directory.parse().unwrap_or_else(|_| me.key.directory.clone());
    let Ok(username) = name.parse() else {
        faults.push(FieldFault {
            field: field::OWNER,
            fault: Fault::UnknownPerson { given: name.to_owned() },
        });
        return Ok(own);
    };
    let key = PersonKey { directory, username };
    match visit.control().standing(&key).await? {
        Some(standing) => Ok((standing.person.key, standing.rights)),
        None => Ok((key, own.1)),
    }
}
