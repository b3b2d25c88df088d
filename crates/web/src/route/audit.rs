//! `GET /audit`: what was done to Gatepass itself.

use axum::response::Response;
use gatepass_console::page::audit::{Audit, AuditQuery, AuditRow};
use gatepass_console::{Fault, FieldFault, NavEntry};
use gatepass_control::{AuditFound, AuditLine, AuditPage};
use gatepass_model::{Lifetime, Timestamp};

use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

const PAGE_SIZE: u32 = 50;
/// So many lines a page looks through for a text: they take some 15 ms.
const LOOKED_THROUGH: u64 = 50_000;

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
    let found = if faults.is_empty() {
        visit.control().search_audit(&visit.actor()?, &page, LOOKED_THROUGH).await?
    } else {
        AuditFound { lines: Vec::new(), older: None, looked_back_to: None }
    };
    let page = Audit {
        query,
        faults,
        entries: found.lines.into_iter().map(row).collect(),
        older: found.older,
        looked_back_to: found.looked_back_to,
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
        from: None,
        limit: PAGE_SIZE,
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
