use super::compile;
use crate::jira::manners::share;
use crate::jira::settings::JiraSettings;

fn find(jql: &str) -> Result<Vec<String>, Vec<String>> {
    let shared = share(&JiraSettings::demo());
    let world = shared.world();
    let query = compile(jql, &world, Some("alice"), shared.now())?;
    Ok(query.run(&world).into_iter().map(crate::jira::state::Issue::key).collect())
}

fn found(jql: &str) -> String {
    find(jql).unwrap_or_else(|said| panic!("{jql}: {said:?}")).join(" ")
}

fn said(jql: &str) -> String {
    find(jql).expect_err(jql).join(" | ")
}

#[test]
fn nothing_asked_finds_everything_by_key_downwards() {
    assert_eq!(found(""), "EX-3 EX-2 EX-1 ABC-4 ABC-3 ABC-2 ABC-1");
    assert_eq!(found("order by key"), "ABC-1 ABC-2 ABC-3 ABC-4 EX-1 EX-2 EX-3");
}

#[test]
fn terms_find_what_they_say() {
    for (jql, keys) in [
        ("project = ABC", "ABC-4 ABC-3 ABC-2 ABC-1"),
        ("project = 'Example Services'", "EX-3 EX-2 EX-1"),
        ("PROJECT in (abc, EX) AND type = bug", "EX-2 ABC-4 ABC-1"),
        ("key in (ABC-1, ex-2)", "EX-2 ABC-1"),
        ("issuekey = ABC-2", "ABC-2"),
        ("assignee = currentUser()", "ABC-3 ABC-1"),
        ("assignee is empty", "ABC-2"),
        ("assignee is not EMPTY and project = ABC", "ABC-4 ABC-3 ABC-1"),
        ("assignee != alice and project = ABC", "ABC-4"),
        ("labels not in (customer) and project = ABC", "ABC-3 ABC-2"),
        ("labels = export", "EX-2 EX-1"),
        ("labels is empty", "EX-3"),
        ("status = \"In Progress\"", "EX-3 ABC-1"),
        ("statusCategory = Done", "ABC-3"),
        ("resolution is not empty", "ABC-3"),
        ("project = ABC and resolution = Unresolved", "ABC-4 ABC-2 ABC-1"),
        ("summary ~ \"export\"", "EX-2 EX-1"),
        ("summary !~ export and project = EX", "EX-3"),
        ("text ~ 'billing'", "EX-3"),
        ("text ~ \"loses basket\"", "ABC-1"),
        ("created >= -10d", "EX-2 ABC-4"),
        ("created < \"2026-10-01\"", "EX-3"),
        ("reporter = ci-bot", "EX-2 ABC-4"),
    ] {
        assert_eq!(found(jql), keys, "{jql}");
    }
}

#[test]
fn and_binds_tighter_than_or_and_parentheses_bind_tightest() {
    assert_eq!(found("project = EX and type = Bug or key = ABC-1"), "EX-2 ABC-1");
    assert_eq!(found("project = EX and (type = Bug or key = ABC-1)"), "EX-2");
    assert_eq!(found("not project = EX and not (type = Bug)"), "ABC-3 ABC-2");
    assert_eq!(found("project=EX&&type=Bug||key=ABC-1"), "EX-2 ABC-1");
}

#[test]
fn order_by_sorts_by_several_fields_in_both_directions() {
    assert_eq!(found("project = ABC order by priority desc"), "ABC-4 ABC-1 ABC-2 ABC-3");
    assert_eq!(found("project = ABC ORDER BY type ASC, key ASC"), "ABC-1 ABC-4 ABC-2 ABC-3");
    assert_eq!(found("order by created desc, key asc").split(' ').next(), Some("ABC-4"));
}

#[test]
fn errors_are_said_as_jira_says_them() {
    for (jql, part) in [
        ("project = XYZ", "The value 'XYZ' does not exist for the field 'project'."),
        ("key = ABC-99", "An issue with key 'ABC-99' does not exist for field 'key'."),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project =\n  ABC\nfoo", "but got 'foo'. (line 3, character 1)"),
        ("project ABC", "but got 'ABC'. (line 1, character 9)"),
        ("project = ABC foo", "Expecting either 'OR' or 'AND' but got 'foo'"),
        ("project =", "before the end of the query"),
        ("project = \"ABC", "has not been completed"),
        ("project ~ ABC", "The operator '~' is not supported by the 'project' field."),
        ("created > soon", "Date value 'soon' for field 'created' is invalid."),
        ("assignee = membersOf()", "Unable to find JQL function 'membersof()'."),
        ("(project = ABC", "Expecting ')' before the end"),
        ("project = ABC order by colour", "Field 'colour' does not exist"),
        ("project in ABC", "Expecting either a list or function but got 'ABC'"),
    ] {
        assert!(said(jql).contains(part), "{jql}: {}", said(jql));
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let deep = format!("{}key = ABC-1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(said(&deep).contains("too deeply nested"));
    assert!(said(&"not ".repeat(100_000)).contains("too deeply nested"));
}

#[test]
fn strings_are_unescaped() {
    assert_eq!(found("summary ~ \"\\\"certificate\\\"\""), "ABC-3");
    assert!(said("project = 'a\\'b'").contains("The value 'a'b' does not exist"));
}
