//! The master key: where it comes from, what it seals, and how it is exchanged for another.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{Installation, Running, text};

const FIRST: &str = "5b8f9a1e3c7d2046e1b7a95d0c3f8e62749bd15ac0e83f2716d94ba8503ce7f1";
const SECOND: &str = "c4d1807ae95b3f26108e7ac2d94f6b35a0e81d7c46f2935be07a16c8d2439fb5";

/// Writes a master key for this user alone, in the place of the one of before.
fn keep(here: &Installation, name: &str, key: &str) {
    let new = format!("{name}.new");
    here.write(&new, &format!("{key}\n"));
    fs::set_permissions(here.path(&new), fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(here.path(&new), here.path(name)).unwrap();
}

fn configure(here: &Installation, line: &str) {
    here.prepend("gatepass.toml", &format!("[secrets]\n{line}\n"));
}

/// An installation whose keys are sealed from the beginning.
fn sealed() -> Installation {
    let here = Installation::new();
    configure(&here, "master_key_file = \"master.key\"");
    keep(&here, "master.key", FIRST);
    here
}

fn key_file(here: &Installation) -> String {
    fs::read_to_string(here.path("gatepass.key")).unwrap()
}

/// What a command fails with that needs the keys.
fn failure(here: &Installation) -> Value {
    let done = here.run(&["token", "list", "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(!done.err.contains(&FIRST[..16]) && !done.out.contains(&FIRST[..16]), "{done:?}");
    done.json()["error"].clone()
}

#[test]
fn the_keys_of_a_new_store_are_sealed_at_once() {
    let here = sealed();
    let token = here.issue(&[]);
    let file = key_file(&here);
    assert!(file.contains("\nsealed 1\n") && !file.contains("digest"), "{file}");
    let listed = here.ask(&["token", "list"]);
    assert_eq!(listed[0]["genuine"], true, "{listed}");
    let checked = here.run(&["check"]);
    assert!(checked.out.contains("and is sealed"), "{}", checked.out);
    here.ask(&["backup", "copy", "--with-keys"]);
    assert_eq!(fs::read_to_string(here.path("copy/gatepass.key")).unwrap(), file);
    here.ask(&["token", "rotate", text(&token["id"])]);
}

#[test]
fn keys_in_the_clear_are_refused_until_they_are_sealed() {
    let here = Installation::new();
    here.issue(&[]);
    let clear = key_file(&here);
    let secret = clear.lines().last().unwrap().split(' ').next_back().unwrap().to_owned();
    configure(&here, "master_key_file = \"master.key\"");
    keep(&here, "master.key", FIRST);
    for words in
        [&["token", "list", "--json"][..], &["serve", "--json"], &["secrets", "rotate", "--json"]]
    {
        let done = here.run(words);
        assert_eq!((done.code, &done.json()["error"]["code"]), (1, &"keys_unusable".into()));
        assert!(done.err.contains("gatepass secrets rewrap"), "{}", done.err);
    }
    assert_eq!(key_file(&here), clear, "nothing was done to it");
    let done = here.ask(&["secrets", "rewrap"]);
    assert_eq!(done["master_keys"].as_array().unwrap().len(), 1, "{done}");
    assert!(!key_file(&here).contains(&secret));
    assert_eq!(here.ask(&["token", "list"])[0]["genuine"], true);
    let recorded = here.run(&["audit", "list"]).out;
    assert!(recorded.contains("keyring.sealed"), "{recorded}");
    assert!(recorded.contains(text(&done["master_keys"][0])), "{recorded}");
}

#[test]
fn without_its_master_key_a_sealed_file_says_what_it_needs() {
    let here = sealed();
    here.issue(&[]);
    keep(&here, "master.key", SECOND);
    let other = failure(&here);
    assert_eq!(other["code"], "keys_unusable");
    assert!(text(&other["message"]).contains("is sealed for the master key"), "{other}");
    keep(&here, "master.key", "correct horse battery staple");
    let phrase = failure(&here);
    assert_eq!(phrase["code"], "master_key_unusable");
    assert!(text(&phrase["message"]).contains("64 hex digits"), "{phrase}");
    assert!(!text(&phrase["message"]).contains("horse"), "{phrase}");
    fs::remove_file(here.path("master.key")).unwrap();
    assert!(text(&failure(&here)["message"]).contains("master.key"));
    let config = fs::read_to_string(here.path("gatepass.toml")).unwrap();
    here.write("gatepass.toml", &config.replace("master_key_file = \"master.key\"", ""));
    let none = failure(&here);
    assert!(text(&none["message"]).contains("secrets.master_key_file"), "{none}");
    let rewrap = here.run(&["secrets", "rewrap"]);
    assert!(rewrap.code == 1 && rewrap.err.contains("no master key is configured"), "{rewrap:?}");
    // Nobody made other keys in the place of those.
    assert!(key_file(&here).contains("\nsealed 1\n"));
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let here = Installation::new();
    configure(&here, "master_key_env = \"GATEPASS_MASTER_KEY\"");
    let unset = failure(&here);
    assert_eq!(unset["code"], "master_key_unusable");
    let words = "secrets.master_key_env: the environment variable GATEPASS_MASTER_KEY is not set";
    assert_eq!(text(&unset["message"]), words);
    assert!(!here.path("gatepass.db").exists(), "it leaves nothing behind");
}

#[test]
fn a_program_gives_the_master_key_and_its_complaint_is_passed_on() {
    let here = Installation::new();
    let file = here.path("of-the-program");
    configure(&here, &format!("master_key_command = [\"/bin/cat\", \"{}\"]", file.display()));
    let failed = failure(&here);
    assert_eq!(failed["code"], "master_key_unusable");
    assert!(text(&failed["message"]).contains("No such file"), "{failed}");
    keep(&here, "of-the-program", FIRST);
    here.issue(&[]);
    assert!(key_file(&here).contains("\nsealed 1\n"));
    assert_eq!(here.ask(&["token", "list"])[0]["genuine"], true);
}

#[test]
fn a_master_key_is_exchanged_while_a_gate_runs() {
    let here = sealed();
    let token = here.issue(&[]);
    let gate = Running::start(here.path("").as_path(), &["serve"]);
    keep(&here, "next.key", SECOND);

    let both = here.ask(&["secrets", "rewrap", "--new-master-key-file", "next.key"]);
    assert_eq!(both["master_keys"].as_array().unwrap().len(), 2, "{both}");
    // With the old one, and from here on with the new one.
    let rotated = here.ask(&["secrets", "rotate"]);
    assert_eq!((&rotated["mac"], &rotated["nodes_without"]), (&6.into(), &Value::Array(vec![])));
    keep(&here, "master.key", SECOND);
    let one = here.ask(&["secrets", "rewrap"]);
    assert_eq!(one["master_keys"], Value::Array(vec![both["master_keys"][1].clone()]));

    // The gate has begun with the old one. It reads the new one when the file needs it.
    let rotated = here.ask(&["secrets", "rotate"]);
    assert_eq!((&rotated["mac"], &rotated["nodes_without"]), (&9.into(), &Value::Array(vec![])));
    assert_eq!(here.ask(&["token", "show", text(&token["id"])])["genuine"], true);
    let (code, err) = gate.stop();
    assert_eq!(code, 0, "{err}");
    for key in [FIRST, SECOND] {
        assert!(!err.contains(&key[..16]), "{err}");
    }
    keep(&here, "master.key", FIRST);
    assert_eq!(failure(&here)["code"], "keys_unusable", "the old one is of no use any more");
}
