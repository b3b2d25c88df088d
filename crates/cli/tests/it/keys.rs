//! The key file and the store.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Installation, text};

#[test]
fn the_first_command_makes_store_and_keys_for_this_user_alone() {
    let here = Installation::new();
    let done = here.run(&["token", "list"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.err.contains("keep a copy"), "{}", done.err);
    for name in ["gatepass.db", "gatepass.key"] {
        let mode = fs::metadata(here.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!here.run(&["token", "list"]).err.contains("keep a copy"));
}

#[test]
fn a_store_with_rows_is_of_no_use_without_its_key_file() {
    let here = Installation::new();
    here.issue(&[]);
    fs::remove_file(here.path("gatepass.key")).unwrap();
    for words in [&["token", "list", "--json"][..], &["serve", "--json"]] {
        let done = here.run(words);
        assert_eq!(done.code, 1, "{words:?}: {done:?}");
        assert_eq!(done.json()["error"]["code"], "keys_missing", "{words:?}");
        assert!(done.err.contains("gatepass.key"), "{}", done.err);
    }
    assert!(!here.path("gatepass.key").exists(), "no new keys beside a store that has rows");
    let checked = here.run(&["check", "--json"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("there is no key file"), "{}", checked.out);
}

#[test]
fn a_new_store_beside_an_existing_key_file_uses_its_keys() {
    let here = Installation::new();
    here.issue(&[]);
    let keys = fs::read(here.path("gatepass.key")).unwrap();
    fs::rename(here.path("gatepass.db"), here.path("old.db")).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(here.path(&format!("gatepass.db{ending}")));
    }
    let issued = here.issue(&[]);
    assert_eq!(issued["genuine"], true);
    assert_eq!(fs::read(here.path("gatepass.key")).unwrap(), keys);
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let here = Installation::new();
    here.issue(&[]);
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(here.path("gatepass.key"), open).unwrap();
    let done = here.run(&["token", "list", "--json"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.json()["error"]["code"], "keys_unusable");
    assert!(done.err.contains("chmod 600"), "{}", done.err);
}

#[test]
fn after_a_rotation_of_the_keys_old_and_new_tokens_are_genuine() {
    let here = Installation::new();
    let old = here.issue(&[]);
    let rotated = here.ask(&["secrets", "rotate"]);
    assert!(rotated["digest"].as_u64().unwrap() > 1, "{rotated}");
    here.issue(&[]);
    let listed = here.ask(&["token", "list"]);
    let genuine = listed.as_array().unwrap().iter().filter(|token| token["genuine"] == true);
    assert_eq!(genuine.count(), 2, "{listed}");
    here.ask(&["token", "rotate", text(&old["id"])]);
}

#[test]
fn an_old_copy_of_the_key_file_starts_no_gate_and_gets_no_keys() {
    let here = Installation::new();
    let id = text(&here.issue(&[])["id"]).to_owned();
    // The mode is copied too.
    fs::copy(here.path("gatepass.key"), here.path("old.key")).unwrap();
    here.ask(&["secrets", "rotate"]);
    fs::rename(here.path("gatepass.key"), here.path("newest.key")).unwrap();
    fs::rename(here.path("old.key"), here.path("gatepass.key")).unwrap();
    // What is done with it hides nothing.
    here.issue(&[]);
    for words in [&["serve", "--json"][..], &["secrets", "rotate", "--json"]] {
        let done = here.run(words);
        assert_eq!((done.code, &done.json()["error"]["code"]), (1, &"keys_differ".into()));
        assert!(done.err.contains(&id) && done.err.contains("mac key 6"), "{}", done.err);
    }
    let checked = here.run(&["check", "--json"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("bring the newest key file"), "{}", checked.out);
    fs::rename(here.path("newest.key"), here.path("gatepass.key")).unwrap();
    assert_eq!(here.ask(&["secrets", "rotate"])["mac"], 9);
}
