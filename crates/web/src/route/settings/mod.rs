//! `/settings`: what happens if I switch this off?

mod modes;
mod rule;
mod rule_form;

use axum::response::Response;
use gatepass_console::NavEntry;
use gatepass_console::page::settings::{InstanceSettings, RuleRow, Seen, SeenCaller, Settings};
use gatepass_control::{ControlError, SeenKind};
use gatepass_model::{Actor, Lifetime, PolicyDocument, TokenId};

use super::view;
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

pub(crate) use modes::send as modes;
pub(crate) use rule::{add, create, delete, edit, save, show_delete};

/// What was observed is counted for so long back.
const OBSERVED: Lifetime = Lifetime::from_days(7);

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let (actor, control) = (visit.actor()?, visit.control());
    let policy = control.policy(&actor).await?.document;
    // Beside each other: each waits for questions of its own to the databases.
    let (instances, matched, noncompliance) = tokio::try_join!(
        instances(&visit, &actor, &policy),
        control.people_matched_by_each(&actor, &policy.rules),
        control.noncompliant_now(&actor),
    )?;
    let rules = policy
        .rules
        .into_iter()
        .zip(matched)
        .map(|(rule, matched)| RuleRow { rule, people: matched.count })
        .collect();
    let noncompliance = view::non_compliance(&noncompliance);
    let page = Settings { instances, rules, noncompliance, form_id: visit.new_form_id()? };
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// What is set for each instance, and what was seen there.
async fn instances(
    visit: &Visit,
    actor: &Actor,
    policy: &PolicyDocument,
) -> Result<Vec<InstanceSettings>, ControlError> {
    let since = visit.now.minus(OBSERVED);
    let mut observed = visit.control().observed(actor, since).await?;
    let mut instances = Vec::new();
    for one in &visit.config().instances {
        let name = &one.instance.name;
        let written = policy.instances.get(name).cloned().unwrap_or_default();
        let observed = observed.remove(name).unwrap_or_default();
        instances.push(InstanceSettings {
            place: visit.config().place(&one.instance),
            modes: written.modes,
            seen: observed.kinds.into_iter().map(seen).collect(),
            outside_pages: observed.outside_pages,
            exemptions: written.exemptions,
        });
    }
    Ok(instances)
}

pub(super) fn seen(kind: SeenKind) -> Seen {
    let caller = |caller: gatepass_control::SeenCaller| SeenCaller {
        mark: caller.mark,
        name: caller.name,
        agent: caller.agent,
        requests: caller.requests,
        last: caller.last,
    };
    Seen {
        kind: kind.kind,
        requests: kind.requests,
        callers: kind.callers.into_iter().map(caller).collect(),
        more: kind.more,
    }
}

/// `POST /settings/noncompliant`: leave the tokens that no longer comply, or suspend them.
pub(crate) async fn noncompliant(visit: Visit) -> Result<Response, Halt> {
    if visit.form.get("noncompliant") != "suspend" {
        return Ok(reply::see_other(&visit, "/settings"));
    }
    let actor = visit.actor()?;
    let found = visit.control().noncompliant_now(&actor).await?;
    let ids: Vec<TokenId> = found.tokens.iter().map(|token| token.token).collect();
    let count = suspend(&visit, &ids, visit.form.text("reason")).await?;
    let notices = [Flash::NonCompliantSuspended(count)];
    Ok(reply::see_other_with(&visit, "/settings", &notices))
}

/// Suspends those of them that don't comply. How many.
pub(super) async fn suspend(
    visit: &Visit,
    ids: &[TokenId],
    why: Option<&str>,
) -> Result<u64, Halt> {
    if ids.is_empty() {
        return Ok(0);
    }
    let done = visit.control().suspend_noncompliant(&visit.actor()?, ids, why).await?;
    Ok(done.results.iter().filter(|(_, result)| result.is_ok()).count() as u64)
}
