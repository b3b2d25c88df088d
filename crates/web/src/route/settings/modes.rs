//! `POST /settings/modes/{instance}`: who will be hit, and then done.

use axum::response::Response;
use gatepass_console::NavEntry;
use gatepass_console::page::message::Happened;
use gatepass_console::page::modes_confirm::ModesConfirm;
use gatepass_control::{PolicyEdit, Run};
use gatepass_model::{CredentialKind, InstanceName, Mode, Modes};

use super::{OBSERVED, seen};
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let name: InstanceName =
        visit.params.first().and_then(|name| name.parse().ok()).ok_or(Happened::NotFound)?;
    let found = visit.config().find(&name).ok_or(Happened::NotFound)?;
    let (actor, control) = (visit.actor()?, visit.control());
    let stored = control.policy(&actor).await?;
    let old = stored.document.instances.get(&name).map(|one| one.modes).unwrap_or_default();
    let new = modes(&visit, old)?;
    if visit.form.get("do") == "save" {
        let edit =
            PolicyEdit { run: Run::Real, seen: stored.revision, reason: visit.form.text("reason") };
        let applied = control.set_modes(&actor, &name, new, edit).await?;
        let mut notices = vec![Flash::ModesSaved(visit.config().title(&found.instance))];
        if applied.is_changed {
            notices.extend(super::super::confirm::not_confirmed(applied.effect));
        }
        return Ok(reply::see_other_with(&visit, "/settings", &notices));
    }
    let hit = control.hit_by_modes(&actor, &name, &new, visit.now.minus(OBSERVED)).await?;
    let page = ModesConfirm {
        place: visit.config().place(&found.instance),
        old,
        new,
        hit: hit.into_iter().map(seen).collect(),
        reason: visit.form.get("reason").to_owned(),
        form_id: visit.new_form_id()?,
    };
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// The five modes of the form; one that is missing stays as it is.
fn modes(visit: &Visit, old: Modes) -> Result<Modes, Halt> {
    let mut modes = old;
    for kind in CredentialKind::ALL {
        if let Some(word) = visit.form.find(kind.mode_key()) {
            *modes.of_mut(kind) = Mode::find(kind, word).ok_or(Happened::BadForm)?;
        }
    }
    Ok(modes)
}
