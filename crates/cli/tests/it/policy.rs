//! The policy file on the command line.

use crate::support::Installation;

const BLOCKED: &str = "[instances.jira]\npasswords = \"block\"\n\n[[rules]]\nname = \"everybody\"\n\
                       use = \"allow\"\ncreate = \"allow\"\nlongest_lifetime = \"365d\"\n";

#[test]
fn a_dry_run_shows_the_difference_and_changes_nothing() {
    let here = Installation::new();
    let before = here.run(&["policy", "export"]).out;
    here.write("policy.toml", BLOCKED);
    let dry = here.run(&["policy", "apply", "policy.toml", "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.out.contains("passwords") && dry.out.contains("block"), "{}", dry.out);
    assert!(dry.err.contains("nothing was changed"), "{}", dry.err);
    assert_eq!(here.run(&["policy", "export"]).out, before);

    let applied = here.ask(&["policy", "apply", "policy.toml"]);
    assert_eq!(applied["is_changed"], true);
    assert_eq!(applied["diff"][0]["sign"], "~");
    let document = here.ask(&["policy", "export"]);
    assert_eq!(document["instances"]["jira"]["passwords"], "block");
    let again = here.ask(&["policy", "apply", "policy.toml"]);
    assert_eq!(again["is_changed"], false);
}

#[test]
fn what_export_prints_is_what_apply_takes() {
    let here = Installation::new();
    let exported = here.run(&["policy", "export"]).out;
    let done = here.run_with(&["policy", "apply", "-", "--json"], &exported);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.json()["is_changed"], false, "{done:?}");
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_line() {
    let here = Installation::new();
    here.write("policy.toml", "[instances.jira]\npaswords = \"block\"\n");
    let done = here.run(&["policy", "apply", "policy.toml", "--json"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.json()["error"]["code"], "policy_invalid");
    assert_eq!(done.json()["error"]["problems"][0]["place"], "policy.toml:2");
    assert!(done.err.contains("policy.toml:2"), "{}", done.err);
}
