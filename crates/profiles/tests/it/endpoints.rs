//! Every endpoint that is known of Jira, from its own descriptions, from clients and from
//! recorded traffic (`tests/data/endpoints-jira.tsv`), is classified.

use gatepass_model::Effect;

use crate::sample::{ACTION, see};

const ENDPOINTS: &str = include_str!("../data/endpoints-jira.tsv");

fn fill(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').unwrap();
        filled.push_str(before);
        filled.push_str(match name.to_lowercase() {
            name if name.contains("issue") && name.contains("key") => "ABC-1",
            name if name.contains("issue_project_key") => "ABC",
            name if name.contains("prj") || name.contains("project") => "ABC",
            name if name.contains("user") => "bob",
            name if name == "path" => "images/x.png",
            _ => "10001",
        });
        rest = behind;
    }
    filled + rest
}

fn rows() -> impl Iterator<Item = (String, String)> {
    ENDPOINTS.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        let (method, path) = (columns.next().unwrap(), columns.next().unwrap());
        (method.to_owned(), path.to_owned())
    })
}

#[test]
fn every_known_endpoint_is_classified() {
    let unknown: Vec<String> = rows()
        .filter(|(method, path)| see(&format!("{method} {}", fill(path))).effect.is_none())
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(rows().count(), 840);
    assert!(unknown.is_empty(), "{} unknown:\n{}", unknown.len(), unknown.join("\n"));
}

/// A read that is no GET was thought about: the list is section D of the facts.
#[test]
fn the_reads_that_are_no_get_are_those_that_somebody_named() {
    const NAMED: &[&str] = &[
        "POST /plugins/servlet/gadgets/dashboard-diagnostics",
        "POST /rest/api/2/comment/list",
        "POST /rest/api/2/licenseValidator",
        "POST /rest/api/2/password/policy/createUser",
        "POST /rest/api/2/password/policy/updateUser",
        "POST /rest/api/2/search",
        "POST /rest/api/2/worklog/list",
        "POST /rest/assets/1.0/object/aql",
        "POST /rest/assets/1.0/object/aql/totalcount",
        "POST /rest/assets/1.0/object/navlist/aql",
        "POST /rest/assets/1.0/object/navlist/iql",
        "POST /rest/brizo-calendar/api/1/event/search",
        "POST /rest/insight-am/1/iql/validate",
        "POST /rest/insight/1.0/iql/objects",
        "POST /rest/insight/1.0/object/navlist",
        "POST /rest/issueNav/1/issueTable",
        "POST /rest/issueNav/1/issueTable/stable",
        "POST /rest/issueNav/latest/preferredSearchLayout",
        "POST /rest/servicedesk/1/customer/models",
        "POST /rest/tempo-timesheets/4/worklogs/search",
        "POST /rest/webResources/1.0/resources",
        "POST /secure/AjaxIssueAction!default.jspa",
        "POST /secure/QueryComponent!Jql.jspa",
        "POST /secure/QuickCreateIssue!default.jspa",
    ];
    let mut reads: Vec<String> = rows()
        .filter(|(method, _)| method != "GET")
        .map(|(method, path)| format!("{method} {path}"))
        .filter(|line| {
            let (method, path) = line.split_once(' ').unwrap();
            see(&format!("{method} {}", fill(path))).effect == Some(Effect::Read)
        })
        .collect();
    reads.sort();
    assert_eq!(reads, NAMED);
}

#[test]
fn every_action_writes_but_the_few_that_are_known_to_read() {
    for (method, path) in rows().filter(|(_, path)| path.ends_with(ACTION)) {
        let effect = see(&format!("{method} {path}")).effect;
        let reads = path.contains("!default.") || path.contains("!Jql.");
        assert_eq!(effect == Some(Effect::Read), reads, "{method} {path}: {effect:?}");
    }
}
