//! The audit record: who did what, and whether anybody has been at it.

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::runtime::Runtime;

use crate::support::{Done, Installation, text};

/// Runs SQL on the store's file, as somebody would who has no keys.
fn sql(here: &Installation, file: &str, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(here.path(file));
    Runtime::new().unwrap().block_on(async {
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let done = sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement} changed nothing");
        connection.close().await.unwrap();
    });
}

/// An installation with five lines: keys made, two tokens issued, one suspended and revoked.
fn with_five_lines() -> Installation {
    let here = Installation::new();
    let issued = here.issue(&[]);
    here.issue(&[]);
    let id = text(&issued["id"]);
    here.ask(&["token", "suspend", id, "--reason", "Odd requests"]);
    here.ask(&["token", "revoke", id]);
    here
}

fn verify(here: &Installation) -> Done {
    here.run(&["audit", "verify", "--json"])
}

fn numbers(lines: &Value) -> Vec<u64> {
    lines.as_array().unwrap().iter().map(|line| line["number"].as_u64().unwrap()).collect()
}

#[test]
fn an_honest_record_is_whole_across_a_rotation_of_the_keys() {
    let here = with_five_lines();
    let verified = here.ask(&["audit", "verify"]);
    assert_eq!((&verified["whole"], &verified["lines"]), (&true.into(), &5.into()));
    here.ask(&["secrets", "rotate"]);
    here.issue(&[]);
    let verified = here.ask(&["audit", "verify"]);
    assert_eq!((&verified["whole"], &verified["last"]), (&true.into(), &9.into()));
    let keys = verified["keys"].as_array().unwrap();
    assert_eq!((&keys[0]["key"], &keys[0]["last"]), (&3.into(), &6.into()), "{verified}");
    assert_eq!((&keys[1]["key"], &keys[1]["first"]), (&6.into(), &7.into()), "{verified}");
    // What people are told to write down is what the list shows of that line.
    let listed = here.ask(&["audit", "list", "--limit", "1"]);
    assert_eq!(listed[0]["chain"], verified["head"]);
    let told = here.run(&["audit", "verify"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.out.contains("✓ every line is what was written"), "{}", told.out);
    assert!(told.out.contains(text(&verified["head"])), "{}", told.out);
}

#[test]
fn a_byte_that_was_changed_behind_its_back_is_named_with_its_line() {
    let here = with_five_lines();
    let change = "UPDATE audit SET detail = REPLACE(detail, 'Odd', 'odd') WHERE number = 4";
    sql(&here, "gatepass.db", change);
    let done = verify(&here);
    assert_eq!(done.code, 1, "{done:?}");
    let found = done.json();
    assert_eq!(found["whole"], false);
    assert_eq!(found["breaks"].as_array().unwrap().len(), 1);
    let place = &found["breaks"][0];
    assert_eq!((&place["number"], &place["what"]), (&4.into(), &"changed".into()), "{found}");
    let told = here.run(&["audit", "verify"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("✗ line 4 was changed"), "{}", told.out);
    // It goes on: what is done from now on can be told from what was changed before.
    here.issue(&[]);
    assert_eq!(verify(&here).json()["breaks"], found["breaks"]);
}

#[test]
fn text_that_is_none_any_more_is_found_too() {
    let here = with_five_lines();
    let change = "UPDATE audit SET actor = CAST(x'ff' AS TEXT) WHERE number = 2";
    sql(&here, "gatepass.db", change);
    let done = verify(&here);
    assert_eq!((done.code, &done.json()["breaks"][0]["number"]), (1, &2.into()), "{done:?}");
}

#[test]
fn lines_that_were_taken_out_are_missing() {
    let here = with_five_lines();
    sql(&here, "gatepass.db", "DELETE FROM audit WHERE number IN (2, 3, 5)");
    let done = here.run(&["audit", "verify"]);
    assert_eq!(done.code, 1);
    assert!(done.out.contains("✗ lines 2 to 3 are missing"), "{}", done.out);
    assert!(done.out.contains("✗ line 5 is missing"), "the counter says it: {}", done.out);
}

#[test]
fn a_key_that_is_not_there_is_no_forgery() {
    let here = with_five_lines();
    let before = std::fs::read(here.path("gatepass.key")).unwrap();
    here.ask(&["secrets", "rotate"]);
    std::fs::write(here.path("gatepass.key"), before).unwrap();
    let told = here.run(&["audit", "verify"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("✗ lines 7 to 8 were chained with the key 6"), "{}", told.out);
    assert!(told.err.contains("bring its key file here"), "{}", told.err);
}

#[test]
fn a_backup_and_a_copy_are_as_whole_as_the_store() {
    let here = with_five_lines();
    let head = here.ask(&["audit", "verify"])["head"].clone();
    here.ask(&["backup", "saved"]);
    here.ask(&["store", "copy", "--to", "sqlite:copied.db"]);
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    for store in ["saved/gatepass.db", "copied.db"] {
        here.write("gatepass.toml", &format!("[store]\nurl = \"sqlite:{store}\"\n{config}"));
        let verified = here.ask(&["audit", "verify"]);
        assert_eq!((&verified["whole"], &verified["head"]), (&true.into(), &head), "{store}");
        sql(&here, store, "UPDATE audit SET at = at + 1 WHERE number = 1");
        assert_eq!(verify(&here).code, 1, "{store}");
    }
}

#[test]
fn the_record_is_searched() {
    let here = with_five_lines();
    let found = |words: &[&str]| numbers(&here.ask(&[&["audit", "list"], words].concat()));
    assert_eq!(found(&[]), [5, 4, 3, 2, 1]);
    assert_eq!(found(&["--action", "token.issued"]), [3, 2]);
    assert_eq!(found(&["--action", "token", "--limit", "2"]), [5, 4]);
    assert_eq!(found(&["--action", "token", "--before", "4"]), [3, 2]);
    assert_eq!(found(&["--text", "odd REQUESTS"]), [4]);
    assert_eq!(found(&["--subject", "keyring"]), [1]);
    assert!(found(&["--until", "2020-01-31"]).is_empty());
    assert_eq!(found(&["--since", "2020-01-31T12:00:00Z"]).len(), 5);
    let actor = here.ask(&["audit", "list"])[0]["actor"].clone();
    assert_eq!(found(&["--actor", text(&actor)]).len(), 5);
    assert!(found(&["--actor", "cli:nobody-of-that-name"]).is_empty());
    let wrong = here.run(&["audit", "list", "--since", "yesterday"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}
