//! What is not understood.

use crate::support::Installation;

#[test]
fn what_is_not_understood_ends_with_2_and_says_what_would_be_right() {
    let here = Installation::new();
    for words in [
        &["tokens"][..],
        &[],
        &["token", "issue", "--name", "x"],
        &["token", "show", "nonsense"],
        &["token", "issue", "--owner", "a", "--name", "x", "--network", "10.0.0.0/40"],
        &["token", "issue", "--owner", "a", "--name", "x", "--expires", "soon"],
        &["token", "list", "--directory", "main"],
        &["explain", "--instance", "jira", "--url", "/", "--header", "none"],
        &["check", "--from-outside", "jira.internal:8080"],
        &["check", "--from-outside", "jira.internal", "--person", "alice"],
        &["check", "--gate", "10.0.0.5"],
    ] {
        let done = here.run(words);
        assert_eq!(done.code, 2, "{words:?}: {done:?}");
        assert!(done.out.is_empty() && !done.err.is_empty(), "{words:?}: {done:?}");
    }
}

#[test]
fn with_json_a_mistake_is_one_document_on_standard_output() {
    let here = Installation::new();
    let done = here.run(&["token", "show", "nonsense", "--json"]);
    assert_eq!(done.code, 2);
    let document = done.json();
    assert_eq!(document["error"]["code"], "usage");
    assert!(document["error"]["message"].as_str().unwrap().contains("nonsense"), "{document}");
}

#[test]
fn help_and_version_are_no_mistakes() {
    let here = Installation::new();
    for words in [&["--help"][..], &["token", "--help"], &["--version"]] {
        let done = here.run(words);
        assert_eq!(done.code, 0, "{words:?}: {done:?}");
        assert!(!done.out.is_empty() && done.err.is_empty(), "{words:?}: {done:?}");
    }
}
