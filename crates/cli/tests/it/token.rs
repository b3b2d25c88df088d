//! The life of a token on the command line.

use crate::support::{Installation, text};

#[test]
fn a_token_is_issued_listed_shown_suspended_resumed_rotated_and_revoked() {
    let here = Installation::new();
    let issued = here.issue(&["--read-only", "--network", "10.0.0.0/8", "--expires", "30d"]);
    let (id, secret) = (text(&issued["id"]), text(&issued["secret"]));
    assert!(id.starts_with("tok_") && secret.starts_with("gpass_") && secret.len() == 44);
    assert_eq!(issued["owner"], "alice");
    assert_eq!(issued["directory"], "main");
    assert_eq!(issued["state"], "active");
    assert_eq!(issued["grant"]["access"], "read-only");
    assert_eq!(issued["grant"]["networks"][0], "10.0.0.0/8");
    assert!(text(&issued["expires_at"]).ends_with('Z'));

    let listed = here.ask(&["token", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], id);
    assert_eq!(listed[0].get("secret"), None);

    let shown = here.run(&["token", "show", id]);
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("Reads in Jira as alice, from 10.0.0.0/8"), "{}", shown.out);
    assert!(!shown.out.contains(secret), "{}", shown.out);

    assert_eq!(here.ask(&["token", "suspend", id, "--reason", "noise"])["state"], "suspended");
    assert_eq!(here.ask(&["token", "resume", id])["state"], "active");
    let rotated = here.ask(&["token", "rotate", id, "--grace", "1h"]);
    assert_ne!(rotated["secret"], issued["secret"]);
    assert!(rotated["former_secret_until"].is_string(), "{rotated}");
    let revoked = here.ask(&["token", "revoke", id]);
    assert_eq!(revoked["state"], "revoked");
    assert_eq!(revoked["in_effect"]["of"], 0);

    let audit = here.ask(&["audit", "list"]);
    let actions: Vec<&str> =
        audit.as_array().unwrap().iter().map(|line| text(&line["action"])).collect();
    let expected = [
        "token.revoked",
        "token.rotated",
        "token.resumed",
        "token.suspended",
        "token.issued",
        "keyring.made",
    ];
    assert_eq!(actions, expected);
    assert!(text(&audit[3]["detail"]).contains("noise"), "{audit}");
    assert!(text(&audit[0]["actor"]).starts_with("cli:"), "{audit}");
}

#[test]
fn a_revoked_token_does_not_come_back_and_the_failure_is_a_document() {
    let here = Installation::new();
    let issued = here.issue(&[]);
    let id = text(&issued["id"]);
    here.ask(&["token", "revoke", id]);
    let refused = here.run(&["token", "resume", id, "--json"]);
    assert_eq!(refused.code, 1);
    assert_eq!(refused.json()["error"]["code"], "illegal_move");
    assert!(refused.err.contains("revoked"), "{}", refused.err);
    assert_eq!(here.ask(&["token", "list", "--state", "active"]).as_array().unwrap().len(), 0);
}

#[test]
fn the_secret_is_shown_to_people_once_and_with_a_warning() {
    let here = Installation::new();
    let done = here.run(&["token", "issue", "--owner", "alice", "--name", "x"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.out.matches("gpass_").count(), 1);
    assert!(!done.err.contains("gpass_"), "{}", done.err);
    assert!(done.err.contains("only time"), "{}", done.err);
    // Standard output is no terminal here.
    assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'));
}

#[test]
fn what_policy_forbids_is_refused_unless_it_is_set_aside_with_a_reason() {
    let here = Installation::new();
    let words = ["token", "issue", "--owner", "alice", "--name", "x", "--expires", "never"];
    let refused = here.run(&[&words[..], &["--json"]].concat());
    assert_eq!(refused.code, 1);
    assert_eq!(refused.json()["error"]["code"], "policy_refused");
    assert_eq!(refused.json()["error"]["problems"][0]["field"], "longest_lifetime");
    let issued = here.ask(&[&words[..], &["--override", "the old robot"]].concat());
    assert!(issued["expires_at"].is_null(), "{issued}");
    let audit = here.ask(&["audit", "list"]);
    assert!(text(&audit[0]["detail"]).contains("the old robot"), "{audit}");
}

#[test]
fn an_owner_whom_nobody_knows_is_named_with_the_nearest() {
    let here = Installation::new();
    let refused = here.run(&["token", "issue", "--owner", "alise", "--name", "x", "--json"]);
    assert_eq!(refused.code, 1);
    assert_eq!(refused.json()["error"]["code"], "invalid");
    assert!(refused.err.contains("\"alice\""), "{}", refused.err);
}

#[test]
fn explain_says_check_by_check_why_a_write_is_refused() {
    let here = Installation::new();
    let issued = here.issue(&["--read-only"]);
    let id = text(&issued["id"]);
    let words = ["explain", "--instance", "jira", "--method", "POST"];
    let request = ["--url", "/rest/api/2/issue", "--token", id];
    let explained = here.ask(&[&words[..], &request[..]].concat());
    assert_eq!(explained["passes"], false);
    assert_eq!(explained["reason"], "read_only");
    let told = here.run(&[&words[..], &request[..]].concat());
    assert_eq!(told.code, 0);
    assert!(told.out.contains("✗ It is refused: read_only."), "{}", told.out);
}

#[test]
fn several_tokens_are_ended_at_once_and_one_that_is_not_there_is_told() {
    let here = Installation::new();
    let issued = [here.issue(&[]), here.issue(&[])];
    let ids = issued.each_ref().map(|token| text(&token["id"]));
    let suspended = here.ask(&["token", "suspend", ids[0], ids[1]]);
    let states: Vec<&str> =
        suspended.as_array().unwrap().iter().map(|token| text(&token["state"])).collect();
    assert_eq!(states, ["suspended", "suspended"]);
    let nobody = "tok_00000000000000000000000000000001";
    let done = here.run(&["token", "revoke", ids[0], nobody, ids[1], "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    let done = done.json();
    assert_eq!((&done[0]["state"], &done[2]["state"]), (&"revoked".into(), &"revoked".into()));
    assert_eq!((&done[1]["id"], &done[1]["error"]["code"]), (&nobody.into(), &"not_found".into()));
}
