//! `/settings/rules/…`: one rule, looked at, tried, saved and deleted.

use axum::response::Response;
use gatepass_console::fault::FORM;
use gatepass_console::page::message::Happened;
use gatepass_console::page::rule::{Matched, RuleEditor, RulePreview, RuleValues, field};
use gatepass_console::page::rule_delete::RuleDelete;
use gatepass_console::{Fault, FieldFault, NavEntry};
use gatepass_control::{Applied, ControlError, PolicyEdit, Problem, Run, StoredPolicy};
use gatepass_model::{Rule, TokenId};

use super::{rule_form, suspend};
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::route::view;
use crate::visit::Visit;

/// `GET /settings/rules/new`
pub(crate) async fn create(visit: Visit) -> Result<Response, Halt> {
    let values = RuleValues::default();
    let page = editor(&visit, None, values, Vec::new(), (None, None)).await?;
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// `GET /settings/rules/{name}`
pub(crate) async fn edit(visit: Visit) -> Result<Response, Halt> {
    let (_, rule) = stored(&visit).await?;
    let values = rule_form::values_of(&rule);
    let page = editor(&visit, Some(&rule.name), values, Vec::new(), (Some(&rule), None)).await?;
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// `POST /settings/rules/new`
pub(crate) async fn add(visit: Visit) -> Result<Response, Halt> {
    sent(visit, None).await
}

/// `POST /settings/rules/{name}`
pub(crate) async fn save(visit: Visit) -> Result<Response, Halt> {
    let name = visit.params.first().cloned().unwrap_or_default();
    sent(visit, Some(name)).await
}

async fn stored(visit: &Visit) -> Result<(StoredPolicy, Rule), Halt> {
    let name = visit.params.first().map(String::as_str).unwrap_or_default();
    let policy = visit.control().policy(&visit.actor()?).await?;
    let found = policy.document.rules.iter().find(|rule| rule.name == name).cloned();
    let rule = found.ok_or(Happened::NotFound)?;
    Ok((policy, rule))
}

async fn sent(visit: Visit, original: Option<String>) -> Result<Response, Halt> {
    let original = original.as_deref();
    let values = rule_form::values(&visit.form);
    let rule = match rule_form::rule(&visit.form) {
        Ok(rule) => rule,
        Err(faults) => return wrong(&visit, original, values, faults).await,
    };
    let actor = visit.actor()?;
    let seen = visit.control().policy(&actor).await?.revision;
    let run = if visit.form.get("do") == "save" { Run::Real } else { Run::Dry };
    let edit = PolicyEdit { run, seen, reason: visit.form.text(field::REASON) };
    let applied = match visit.control().put_rule(&actor, original, &rule, edit).await {
        Ok(applied) => applied,
        Err(ControlError::Invalid(problems)) => {
            let faults = problems.into_iter().map(fault).collect();
            return wrong(&visit, original, values, faults).await;
        }
        Err(error) => return Err(error.into()),
    };
    if run == Run::Real {
        let notices = saved(&visit, Flash::RuleSaved(rule.name.clone()), &applied).await?;
        return Ok(reply::see_other_with(&visit, "/settings", &notices));
    }
    let preview = RulePreview {
        changes: view::diff(&applied.diff),
        noncompliance: view::non_compliance(&applied.non_compliance),
        suspend: visit.form.get("noncompliant") == "suspend",
    };
    let parts = (Some(&rule), Some(preview));
    let page = editor(&visit, original, values, Vec::new(), parts).await?;
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// What was done, and what became of the tokens that no longer comply.
async fn saved(visit: &Visit, what: Flash, applied: &Applied) -> Result<Vec<Flash>, Halt> {
    let mut notices = vec![what];
    if applied.is_changed {
        notices.extend(crate::route::confirm::not_confirmed(applied.effect));
    }
    if visit.form.get("noncompliant") == "suspend" {
        let left = applied.non_compliance.tokens.iter();
        let ids: Vec<TokenId> = left.map(|token| token.token).collect();
        let count = suspend(visit, &ids, visit.form.text(field::REASON)).await?;
        notices.push(Flash::NonCompliantSuspended(count));
    }
    Ok(notices)
}

async fn wrong(
    visit: &Visit,
    original: Option<&str>,
    values: RuleValues,
    faults: Vec<FieldFault>,
) -> Result<Response, Halt> {
    let page = editor(visit, original, values, faults, (None, None)).await?;
    reply::page_with_faults(visit, Some(NavEntry::Settings), &page)
}

fn fault(problem: Problem) -> FieldFault {
    let field = match problem.field {
        "groups" => field::GROUPS,
        "people" => field::PEOPLE,
        "name" => field::NAME,
        "instances" => field::INSTANCES,
        "longest_lifetime" => field::LONGEST_LIFETIME,
        "most_tokens" => field::MOST_TOKENS,
        "reason" => field::REASON,
        other if other.starts_with("token_limits") => "token_limits",
        other if other.starts_with("owner_limits") => "owner_limits",
        other if other.starts_with("integration_limits") => "integration_limits",
        _ => FORM,
    };
    FieldFault { field, fault: Fault::Said(problem.words) }
}

async fn editor(
    visit: &Visit,
    original: Option<&str>,
    values: RuleValues,
    faults: Vec<FieldFault>,
    (rule, preview): (Option<&Rule>, Option<RulePreview>),
) -> Result<RuleEditor, Halt> {
    let matched = match rule {
        Some(rule) => {
            let found = visit.control().people_matched(&visit.actor()?, rule).await?;
            let people = found.people.iter();
            let unknown = found.unknown_groups.iter().cloned();
            Some(Matched {
                count: found.count,
                people: people.map(|one| view::who(&one.key, &one.display_name)).collect(),
                unknown: unknown
                    .chain(found.unknown_people.iter().map(ToString::to_string))
                    .collect(),
            })
        }
        None => None,
    };
    Ok(RuleEditor {
        original: original.map(str::to_owned),
        values,
        faults,
        places: visit.config().places(),
        matched,
        preview,
        reason: visit.form.get(field::REASON).to_owned(),
        form_id: visit.new_form_id()?,
    })
}

/// `GET /settings/rules/{name}/delete`
pub(crate) async fn show_delete(visit: Visit) -> Result<Response, Halt> {
    let (policy, rule) = stored(&visit).await?;
    let actor = visit.actor()?;
    let edit = PolicyEdit { run: Run::Dry, seen: policy.revision, reason: None };
    let applied = visit.control().delete_rule(&actor, &rule.name, edit).await?;
    let people = visit.control().people_matched(&actor, &rule).await?.count;
    let page = RuleDelete {
        name: rule.name,
        people,
        changes: view::diff(&applied.diff),
        noncompliance: view::non_compliance(&applied.non_compliance),
        reason: String::new(),
        form_id: visit.new_form_id()?,
    };
    reply::page(&visit, Some(NavEntry::Settings), &page)
}

/// `POST /settings/rules/{name}/delete`
pub(crate) async fn delete(visit: Visit) -> Result<Response, Halt> {
    let (policy, rule) = stored(&visit).await?;
    let actor = visit.actor()?;
    let reason = visit.form.text(field::REASON);
    let edit = PolicyEdit { run: Run::Real, seen: policy.revision, reason };
    let applied = visit.control().delete_rule(&actor, &rule.name, edit).await?;
    let notices = saved(&visit, Flash::RuleDeleted(rule.name), &applied).await?;
    Ok(reply::see_other_with(&visit, "/settings", &notices))
}
