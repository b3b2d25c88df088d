//! The test suites: Rust's, those in documentation, and the end-to-end ones in Python.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::closing::Counts;
use crate::command;
use crate::repo::Repo;

/// Unit and integration tests: with nextest where it is, which runs each in a process of its own;
/// building it would take longer than the tests.
pub(super) fn tests(repo: &Repo) -> Result<String> {
    let has_nextest = command::succeeds(&mut repo.cargo("nextest --version"));
    let cargo = if has_nextest {
        repo.cargo("nextest run --workspace --no-fail-fast")
    } else {
        println!("cargo-nextest is not installed, so cargo test runs them");
        repo.cargo("test --workspace --lib --bins --tests --no-fail-fast")
    };
    Counts::of(&command::run_and_keep(cargo)?).some_ran()
}

/// Examples in documentation; there may be none.
pub(super) fn doc_tests(repo: &Repo) -> Result<String> {
    Counts::of(&command::run_and_keep(repo.cargo("test --doc --workspace"))?).all_ran()
}

/// The documentation itself, without warnings.
pub(super) fn docs(repo: &Repo) -> Result<String> {
    command::run(repo.cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok("clean".to_owned())
}

/// Generated requests through a gate to Debian's Tomcat 10 and 9: what it decided on is what they
/// read. A sample of the million that a release is asked for.
pub(super) fn differential(repo: &Repo) -> Result<String> {
    let cargo = repo.cargo("run --quiet --package gatepass-differential -- --requests 30000");
    let lines = command::run_and_keep(cargo)?;
    let closing = lines.iter().rev().find_map(|line| line.strip_prefix("differential: "));
    closing.map(str::to_owned).context("no closing line, so it did not run")
}

/// Real clients against the program, as its users build it but without optimisation.
pub(super) fn end_to_end(repo: &Repo) -> Result<String> {
    let requirements = "e2e/requirements.txt";
    if !repo.root.join(requirements).exists() || !has_tests(&repo.root.join("e2e"))? {
        bail!("e2e/ has no {requirements} or no test_*.py");
    }
    let venv = repo.target.join("e2e-venv");
    command::run(repo.command("python3").args(["-m", "venv"]).arg(&venv))?;
    let python = venv.join("bin/python").to_string_lossy().into_owned();
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    command::run(repo.command(&python).args(pip))?;
    let install = ["ci", "--prefix", "e2e/openid", "--no-audit", "--no-fund"];
    command::run(repo.command("npm").args(install))?;
    command::run(&mut repo.cargo("build --package gatepass-cli --package gatepass-soak"))?;
    let stand_in = "build --package gatepass-sandbox --example stand-in";
    command::run(&mut repo.cargo(stand_in))?;
    let run = |arguments: &[&str]| {
        let mut pytest = repo.command(&python);
        pytest.args(["-m", "pytest", "-q"]).args(arguments);
        pytest.env("GATEPASS_BIN", repo.target.join("debug/gatepass"));
        pytest.env("GATEPASS_SOAK", repo.target.join("debug/gatepass-soak"));
        pytest.env("GATEPASS_STAND_IN", repo.target.join("debug/examples/stand-in"));
        command::run_and_keep(pytest)
    };
    // Most of what they do is to wait. A file's tests stay together, for they share what it starts.
    let ignored: Vec<String> = ALONE.iter().map(|file| format!("--ignore={file}")).collect();
    let mut beside = vec!["e2e", "-n", "2", "--dist", "loadfile"];
    beside.extend(ignored.iter().map(String::as_str));
    let mut lines = run(&beside)?;
    lines.extend(run(&ALONE)?);
    Counts::of(&lines).some_ran()
}

/// What fills the machine, or waits for no longer than the program promises.
const ALONE: [&str; 5] = [
    "e2e/test_big_bodies.py",
    "e2e/test_kill.py",
    "e2e/test_nodes.py",
    "e2e/test_restart.py",
    "e2e/test_slow.py",
];

fn has_tests(folder: &Path) -> Result<bool> {
    let entries = fs::read_dir(folder).context("e2e/")?;
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.any(|name| name.strip_suffix(".py").is_some_and(|stem| stem.starts_with("test_"))))
}

/// The pages of the console, by their samples, in a real browser: what axe-core says of each in both
/// themes, whether it fits a narrow screen, and what the scripts add.
pub(super) fn console(repo: &Repo) -> Result<String> {
    let folder = repo.target.join("console");
    let pages = folder.join("pages");
    let install = ["ci", "--prefix", "e2e/console", "--no-audit", "--no-fund"];
    command::run(repo.command("npm").args(install))?;
    // Of pages that are made no more nothing may be left.
    if pages.exists() {
        fs::remove_dir_all(&pages).with_context(|| pages.display().to_string())?;
    }
    let mut samples = repo.cargo("run --quiet --package gatepass-console --example samples --");
    command::run(samples.arg(&pages))?;
    let mut look = repo.command("node");
    look.arg("e2e/console/look.mjs").arg(&pages);
    let looked = command::run_and_keep(look)?;
    let mut behave = repo.command("node");
    behave.arg("e2e/console/behave.mjs").arg(&pages);
    let behaved = command::run_and_keep(behave)?;
    let last = |lines: &[String]| lines.last().cloned().unwrap_or_default();
    let (looked, behaved) = (last(&looked), last(&behaved));
    if !looked.contains(" 0 findings") || behaved.is_empty() {
        bail!("the pages were not all looked at: {looked}; {behaved}");
    }
    Ok(format!("{looked}; {behaved}"))
}
