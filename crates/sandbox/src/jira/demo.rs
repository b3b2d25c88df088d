//! The people, projects and issues of a demonstration.

use super::settings::{IssueSeed, ProjectSeed};
use crate::site::demo;
use crate::site::settings::Account;
use crate::site::time::DAY;

pub(crate) fn people() -> Vec<Account> {
    demo::people([
        &["jira-software-users", "developers"],
        &["jira-software-users", "developers"],
        &["jira-software-users", "jira-administrators"],
        &["jira-software-users", "robots"],
    ])
}

pub(crate) fn projects() -> Vec<ProjectSeed> {
    [("ABC", "Apple Basket Checkout", "carol"), ("EX", "Example Services", "bob")]
        .into_iter()
        .map(|(key, name, lead)| ProjectSeed {
            key: key.to_owned(),
            name: name.to_owned(),
            lead: lead.to_owned(),
        })
        .collect()
}

/// Project, type, status, priority, summary, description, reporter, assignee, labels, age in days.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    i64,
);

const ISSUES: &[Row] = &[
    (
        "ABC",
        "Bug",
        "In Progress",
        "High",
        "Checkout loses the basket when the session ends",
        "Put three apples into the basket, wait 30 minutes, pay.\n\n\
         *Expected:* three apples. *Seen:* none.",
        "bob",
        "alice",
        &["checkout", "customer"],
        21,
    ),
    (
        "ABC",
        "Story",
        "To Do",
        "Medium",
        "Pay by invoice",
        "As a restaurant I want to pay at the end of the month.",
        "carol",
        "",
        &["payment"],
        14,
    ),
    (
        "ABC",
        "Task",
        "Done",
        "Low",
        "Renew the certificate of the shop",
        "Expires in December.",
        "alice",
        "alice",
        &["operations"],
        12,
    ),
    (
        "ABC",
        "Bug",
        "To Do",
        "Highest",
        "Prices over 1000 are shown without decimals",
        "{{1,250}} instead of {{1,250.00}}.",
        "ci-bot",
        "bob",
        &["customer"],
        3,
    ),
    (
        "EX",
        "Task",
        "In Review",
        "Medium",
        "Nightly export to the warehouse",
        "CSV, UTF-8, before 05:00.",
        "bob",
        "ci-bot",
        &["export", "operations"],
        30,
    ),
    (
        "EX",
        "Bug",
        "To Do",
        "Medium",
        "Export writes dates in local time",
        "Should be UTC.",
        "ci-bot",
        "bob",
        &["export"],
        9,
    ),
    (
        "EX",
        "Epic",
        "In Progress",
        "High",
        "Leave the old message queue",
        "Two services still use it.",
        "carol",
        "bob",
        &[],
        60,
    ),
];

pub(crate) fn issues() -> Vec<IssueSeed> {
    let mut issues: Vec<IssueSeed> = ISSUES.iter().map(seed).collect();
    if let Some(first) = issues.first_mut() {
        first.comments = vec![
            ("bob".to_owned(), "Happens with every browser.".to_owned()),
            ("alice".to_owned(), "Found it: the cookie is not renewed. Log attached.".to_owned()),
        ];
        let log = b"10:31:07 WARN  basket 4711 expired, 3 items dropped\n".to_vec();
        first.attachments = vec![("checkout.log".to_owned(), "text/plain".to_owned(), log)];
    }
    if let Some(last) = issues.last_mut() {
        last.comments = vec![("carol".to_owned(), "Billing is done, mail is left.".to_owned())];
    }
    issues
}

fn seed(row: &Row) -> IssueSeed {
    let (project, kind, status, priority, summary, description, reporter, assignee, labels, age) =
        *row;
    IssueSeed {
        project: project.to_owned(),
        kind: kind.to_owned(),
        status: status.to_owned(),
        priority: priority.to_owned(),
        summary: summary.to_owned(),
        description: description.to_owned(),
        reporter: reporter.to_owned(),
        assignee: assignee.to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        comments: Vec::new(),
        attachments: Vec::new(),
        age: age * DAY,
    }
}
