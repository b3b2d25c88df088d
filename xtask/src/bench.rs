//! `cargo xtask bench`: what a request costs. All of it is `bench/run`; see `bench/README.md`.

use anyhow::Result;

use crate::command;
use crate::repo::Repo;

/// What to measure, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Handed to `bench/run`: `--quick`, `heads`, `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Measures and returns the closing line.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<String> {
    let mut bench = repo.command("bench/run");
    bench.args(&options.words).env("CARGO_TARGET_DIR", &repo.target);
    command::run(&mut bench)?;
    Ok("measured; numbers are of this machine, at this moment".to_owned())
}
