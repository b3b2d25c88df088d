//! `GET /audit`: what was done to Gatepass itself.

use axum::response::Response;
use gatepass_console::page::audit::{Audit, AuditQuery, AuditRow};
use gatepass_console::{Fault, FieldFault, NavEntry};
use gatepass_control::{AuditLine, AuditPage};
use gatepass_model::{Lifetime, Timestamp};

use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

const PAGE_SIZE: u32 = 50;

/// What can be done, as suggestions.
const ACTIONS: &[&str] = &[
    "token.issued",
    "token.rotated",
    "token.suspended",
    "token.resumed",
    "token.revoked",
    "policy.applied",
    "policy.bootstrap",
    "credential.made",
    "credential.added",
    "credential.removed",
    "credential.refused",
    "session.begun",
    "session.proved",
    "session.ended",
    "keyring.added",
    "keyring.rotated",
    "keyring.rewrapped",
    "keyring.sealed",
];

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let text = |name: &str| visit.query.get(name).trim().to_owned();
    let query = AuditQuery {
        q: text("q"),
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        since: text("since"),
        until: text("until"),
        before: text("before").parse().ok(),
    };
    let mut faults = Vec::new();
    let page = page(&query, &mut faults);
    let mut lines = if faults.is_empty() {
        visit.control().list_audit(&visit.actor()?, &page).await?
    } else {
        Vec::new()
    };
    let has_more = lines.len() > PAGE_SIZE as usize;
    lines.truncate(PAGE_SIZE as usize);
    let older = lines.last().map(|line| line.number).filter(|_| has_more);
    let page = Audit {
        query,
        faults,
        entries: lines.into_iter().map(row).collect(),
        older,
        actions: ACTIONS.iter().map(|&action| action.to_owned()).collect(),
    };
    reply::page(&visit, Some(NavEntry::Audit), &page)
}

fn page(query: &AuditQuery, faults: &mut Vec<FieldFault>) -> AuditPage {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut day = |field: &'static str, text: &str, later: Lifetime| -> Option<Timestamp> {
        if text.is_empty() {
            return None;
        }
        let parsed: Option<Timestamp> = text.parse().ok();
        if parsed.is_none() {
            let given = text.chars().take(100).collect();
            faults.push(FieldFault { field, fault: Fault::NotADate { given } });
        }
        parsed.map(|day| day.plus(later))
    };
    AuditPage {
        before: query.before,
        // One more, to see whether there are older ones.
        limit: PAGE_SIZE + 1,
        subject: some(&query.subject),
        actor: some(&query.actor),
        action: some(&query.action),
        since: day("since", &query.since, Lifetime::from_millis(0)),
        // The last day is among them.
        until: day("until", &query.until, Lifetime::from_days(1)),
        text: some(&query.q),
    }
}

fn row(line: AuditLine) -> AuditRow {
    AuditRow {
        number: line.number,
        at: line.at.parse().unwrap_or(Timestamp::EPOCH),
        doer: view::doer_of_text(&line.actor),
        action: line.action,
        token: line.subject.parse().ok().map(|id| (id, None)),
        subject: line.subject,
        detail: line.detail,
    }
}
