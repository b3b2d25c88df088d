//! The configuration, as the program finds it.

use crate::support::Installation;

#[test]
fn every_mistake_is_told_with_its_line_and_the_nearest_key() {
    let here = Installation::new();
    let good = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    here.write(
        "gatepass.toml",
        &format!("[server]\nlissten = []\n{}", &good[9..])
            .replace("kind = \"file\"", "kind = \"filo\""),
    );
    for command in ["serve", "check"] {
        let done = here.run(&[command, "--json"]);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.err.contains("gatepass.toml:2: server.lissten"), "{}", done.err);
        assert!(done.err.contains("listen"), "{}", done.err);
        let document = done.json();
        assert_eq!(document["error"]["code"], "config_invalid");
        assert_eq!(document["error"]["problems"].as_array().unwrap().len(), 2, "{document}");
    }
    assert!(!here.path("gatepass.db").exists(), "a mistake must leave nothing behind");
}

#[test]
fn without_a_configuration_the_program_says_where_it_looked() {
    let here = Installation::new();
    std::fs::remove_file(here.path("gatepass.toml")).unwrap();
    let done = here.run(&["token", "list"]);
    assert_eq!(done.code, 1);
    assert!(done.err.contains("/etc/gatepass/gatepass.toml"), "{}", done.err);
    assert!(done.err.contains("--config"), "{}", done.err);
}

#[test]
fn another_file_is_read_when_it_is_named_before_or_after_the_command() {
    let here = Installation::new();
    std::fs::rename(here.path("gatepass.toml"), here.path("other.toml")).unwrap();
    for words in
        [["--config", "other.toml", "token", "list"], ["token", "list", "--config", "other.toml"]]
    {
        assert_eq!(here.run(&words).code, 0, "{words:?}");
    }
}

#[test]
fn a_broken_file_of_people_stops_an_issue_but_not_a_revocation() {
    let here = Installation::new();
    let issued = here.issue(&[]);
    here.write("people.toml", "[[people]]\nname = 1\n");
    let words = ["token", "issue", "--owner", "alice", "--name", "x", "--json"];
    let refused = here.run(&words);
    assert_eq!(refused.code, 1);
    assert_eq!(refused.json()["error"]["code"], "directory_unreadable");
    assert!(refused.err.contains("people.toml:2"), "{}", refused.err);
    here.ask(&["token", "revoke", issued["id"].as_str().unwrap()]);
}
