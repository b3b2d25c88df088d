//! `cargo deny`: licences, unwanted crates, sources, and known advisories, by `deny.toml`.

use std::path::PathBuf;

use anyhow::Result;

use crate::command;
use crate::repo::Repo;

const VERSION: &str = "0.20.2";
/// Any release of this series reads our `deny.toml`.
const SERIES: &str = "cargo-deny 0.20.";
/// How long fetching the advisory database may take, in seconds: a network that swallows packets
/// must not hold the run.
const FETCH: &str = "120";

/// What needs no network once the crates are there.
pub(super) fn rules(repo: &Repo) -> Result<String> {
    let deny = program(repo)?;
    command::run(repo.command(&deny).args(["check", "licenses", "bans", "sources"]))?;
    Ok("licences, bans and sources ok".to_owned())
}

/// The advisories, where their database can be reached; said aloud where it cannot.
pub(super) fn advisories(repo: &Repo) -> Result<String> {
    let deny = program(repo)?;
    let mut fetch = repo.command("timeout");
    fetch.args([FETCH, &deny, "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    if let Err(error) = command::run(&mut fetch) {
        println!("advisories: NOT CHECKED, the database could not be reached ({error:#})");
        return Ok("NOT CHECKED, the database could not be reached".to_owned());
    }
    command::run(repo.command(&deny).args(["--offline", "check", "advisories"]))?;
    Ok("none against our dependencies".to_owned())
}

/// The one on the path if it fits, else our own, built the first time. Without optimisation, and
/// without the features that only other commands need: that takes a third of the time.
fn program(repo: &Repo) -> Result<String> {
    let root = repo.target.join("tools");
    let own: PathBuf = root.join("bin/cargo-deny");
    for program in ["cargo-deny".into(), own.clone()] {
        let program = program.to_string_lossy().into_owned();
        let version = command::output(repo.command(&program).arg("--version"));
        if version.is_ok_and(|version| version.starts_with(SERIES.as_bytes())) {
            return Ok(program);
        }
    }
    let mut install = repo.cargo("install cargo-deny --locked --no-default-features --debug");
    install.args(["--version", VERSION]).arg("--root").arg(&root);
    // Else its objects would fill our own target directory.
    install.env_remove("CARGO_TARGET_DIR");
    command::run(&mut install)?;
    Ok(own.to_string_lossy().into_owned())
}
