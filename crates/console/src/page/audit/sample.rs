//! Samples of the page.

use super::{Audit, AuditQuery, AuditRow};
use crate::chrome::NavEntry;
use crate::fault::{Fault, FieldFault};
use crate::part::Doer;
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, ago, token_id, who};

const PAGE: &str = "audit";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Audit), view);
    let empty = Audit {
        query: AuditQuery::default(),
        faults: Vec::new(),
        entries: Vec::new(),
        older: None,
        looked_back_to: None,
        actions: Vec::new(),
    };
    let searched = Audit {
        query: AuditQuery {
            q: "nightly".to_owned(),
            action: "token.revoked".to_owned(),
            since: "31.12.2026".to_owned(),
            before: Some(900),
            ..AuditQuery::default()
        },
        faults: vec![FieldFault {
            field: "since",
            fault: Fault::NotADate { given: "31.12.2026".to_owned() },
        }],
        ..usual()
    };
    let far = Audit {
        query: AuditQuery { q: "scanner".to_owned(), ..AuditQuery::default() },
        entries: Vec::new(),
        older: Some(250_001),
        looked_back_to: Some(250_001),
        ..usual()
    };
    let mut hostile = usual();
    for entry in &mut hostile.entries {
        entry.detail = HOSTILE.repeat(3);
        entry.doer = Doer::Person(who("mallory", RIGHT_TO_LEFT));
        HOSTILE.clone_into(&mut entry.subject);
        HOSTILE.clone_into(&mut entry.action);
    }
    HOSTILE.clone_into(&mut hostile.query.q);
    hostile.actions = vec![HOSTILE.to_owned()];
    vec![
        sample("usual", usual()),
        sample("empty", empty),
        sample("searched", searched),
        sample("looked-back", far),
        sample("hostile", hostile),
    ]
}

fn usual() -> Audit {
    let row = |number: u64, doer, action: &str, token: bool, detail: &str| AuditRow {
        number,
        at: ago(&format!("{}h", 1300 - number)),
        doer,
        action: action.to_owned(),
        subject: if token { token_id(2).to_string() } else { "policy".to_owned() },
        token: token
            .then(|| (token_id(2), number.is_multiple_of(2).then(|| "Nightly export".to_owned()))),
        detail: detail.to_owned(),
    };
    let alice = || Doer::Person(who("alice", "Alice Adams"));
    Audit {
        query: AuditQuery::default(),
        faults: Vec::new(),
        entries: vec![
            row(1284, alice(), "token.issued", true, "read-only, on jira, until 2027-03-01"),
            row(1283, alice(), "token.rotated", true, "grace 1h; reason: laptop was lost"),
            row(
                1282,
                Doer::CommandLine("root".to_owned()),
                "policy.applied",
                false,
                "rule contractors: longest_lifetime = \"365d\" -> \"90d\"",
            ),
            row(
                1281,
                Doer::System("sweep".to_owned()),
                "token.expired",
                true,
                "ended at 2026-11-30",
            ),
        ],
        older: Some(1281),
        looked_back_to: None,
        actions: vec!["token.issued".to_owned(), "policy.applied".to_owned()],
    }
}
