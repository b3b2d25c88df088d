//! `cargo xtask test`: everything that passing the tests needs, in order, and what came of it.
//!
//! A step is a name and a function; the first that fails ends the run. Nothing is skipped silently:
//! a suite without tests, or with tests that did not run, fails, and the summary names what a run
//! left out. [`tools`] installs what is missing.

mod closing;
mod deny;
mod stories;
mod suites;
mod tools;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::{command, fuzz, layers, links};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this step; may be given several times
    #[arg(long, value_name = "STEP", value_parser = STEPS.map(|step| step.name))]
    only: Vec<String>,
}

/// Does one thing and returns what the summary says of it.
type Action = fn(&Repo) -> Result<String>;

struct Step {
    name: &'static str,
    action: Action,
}

const STEPS: [Step; 15] = [
    Step { name: "tools", action: tools::install },
    Step { name: "fmt", action: |repo| plain(repo, "fmt --all --check") },
    Step {
        name: "clippy",
        action: |repo| plain(repo, "clippy --workspace --all-targets -- -D warnings"),
    },
    Step { name: "layers", action: layers::run },
    Step { name: "links", action: links::run },
    Step { name: "deny", action: deny::rules },
    Step { name: "advisories", action: deny::advisories },
    Step { name: "tests", action: suites::tests },
    Step { name: "stories", action: stories::compare },
    Step { name: "doctests", action: suites::doc_tests },
    Step { name: "docs", action: suites::docs },
    Step { name: "differential", action: suites::differential },
    Step { name: "console", action: suites::console },
    Step { name: "e2e", action: suites::end_to_end },
    Step { name: "fuzz", action: |repo| fuzz::run(repo, &fuzz::Options::default()) },
];

/// What came of a step.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<String>,
}

/// Runs the steps up to the first that fails, and prints a summary whatever happened. Returns the
/// closing line.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<String> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for step in STEPS.iter().filter(|step| is_wanted(step, &options.only)) {
        println!("\n== {} ==", step.name);
        let start = Instant::now();
        let result = (step.action)(repo);
        let has_failed = result.is_err();
        outcomes.push(Outcome { name: step.name, took: start.elapsed(), result });
        if has_failed {
            break;
        }
    }
    print!("{}", summary(&outcomes));
    match outcomes.iter().find_map(|outcome| outcome.result.as_ref().err().map(|_| outcome.name)) {
        Some(name) => bail!("{name} failed"),
        None if outcomes.len() < STEPS.len() => Ok("only a part was run, and it passed".to_owned()),
        None => Ok("everything was run, and it passed".to_owned()),
    }
}

/// The tools are always looked at: it takes no time where nothing is missing.
fn is_wanted(step: &Step, only: &[String]) -> bool {
    only.is_empty() || step.name == "tools" || only.iter().any(|name| name == step.name)
}

fn plain(repo: &Repo, arguments: &str) -> Result<String> {
    command::run(&mut repo.cargo(arguments))?;
    Ok("clean".to_owned())
}

fn summary(outcomes: &[Outcome]) -> String {
    let mut lines = vec!["\n== summary ==\n".to_owned()];
    for step in &STEPS {
        let outcome = outcomes.iter().find(|outcome| outcome.name == step.name);
        let (took, said) = match outcome {
            None => ("-".to_owned(), "not run".to_owned()),
            Some(Outcome { took, result, .. }) => {
                let said = match result {
                    Ok(said) => said.clone(),
                    Err(error) => format!("FAILED: {error:#}"),
                };
                (format!("{:.1} s", took.as_secs_f64()), said)
            }
        };
        lines.push(format!("{:<12}{took:>8}  {said}\n", step.name));
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_every_step_also_those_that_did_not_run() {
        let outcome = |name, result| Outcome { name, took: Duration::from_millis(1250), result };
        let text = summary(&[
            outcome("fmt", Ok("clean".to_owned())),
            outcome("clippy", Err(anyhow::anyhow!("why"))),
        ]);
        assert_eq!(text.lines().count(), STEPS.len() + 2);
        for line in ["fmt            1.2 s  clean", "clippy         1.2 s  FAILED: why"] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.contains("e2e                -  not run"), "{text}");
    }

    #[test]
    fn only_some_steps_run_when_they_are_named() {
        let wanted = |only: &[&str]| -> Vec<_> {
            let only: Vec<_> = only.iter().map(|name| (*name).to_owned()).collect();
            STEPS.iter().filter(|step| is_wanted(step, &only)).map(|step| step.name).collect()
        };
        assert_eq!(wanted(&["fuzz", "fmt"]), ["tools", "fmt", "fuzz"]);
        assert_eq!(wanted(&[]).len(), STEPS.len());
    }
}
