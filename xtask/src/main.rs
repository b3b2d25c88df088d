//! The project's own chores, as `cargo xtask <command>`.
//!
//! One file or folder per command. A command works on the checkout that [`repo::Repo`] finds, runs
//! other programs through [`command`], and ends with an error where something is not as it should
//! be. Start at `test`: it is what CI runs, and it runs the others.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore's output is what it prints"
)]

mod bench;
mod command;
mod fuzz;
mod layers;
mod links;
mod repo;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// The project's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything that CI checks, installing what is missing
    Test(test::Options),
    /// Dependencies between our crates against the table of ARCHITECTURE.md
    Layers,
    /// Links, anchors and repository paths in all Markdown files
    Links,
    /// What a request costs, beside what an operator would use instead
    Bench(bench::Options),
    /// Runs the fuzz targets for a bounded time each
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Repo::find().and_then(|repo| run(&repo, &arguments.chore)) {
        Ok(closing) => {
            println!("{closing}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does the chore and returns its closing line.
fn run(repo: &Repo, chore: &Chore) -> Result<String> {
    match chore {
        Chore::Test(options) => test::run(repo, options),
        Chore::Layers => layers::run(repo),
        Chore::Links => links::run(repo),
        Chore::Bench(options) => bench::run(repo, options),
        Chore::Fuzz(options) => fuzz::run(repo, options),
    }
}

/// The names of all chores, for the check that documentation names no other.
fn chore_names() -> Vec<String> {
    use clap::CommandFactory;
    Arguments::command().get_subcommands().map(|chore| chore.get_name().to_owned()).collect()
}
