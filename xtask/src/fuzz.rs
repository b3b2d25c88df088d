//! `cargo xtask fuzz`: builds the targets of `fuzz/` and runs each for a bounded time.
//!
//! The stable toolchain does: libFuzzer needs only the instrumentation that these flags ask of LLVM.
//! The package stands outside the workspace, so that its flags and lock file are its own. What a run
//! learns stays in the target directory; `fuzz/seeds/<target>` is what every run begins with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command;
use crate::repo::{self, Repo};

const MANIFEST: &str = "fuzz/Cargo.toml";
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions=on",
    "--cfg=fuzzing",
];

/// What to run, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long each target runs, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// One target only
    target: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: 20, target: None }
    }
}

/// Builds and runs; a crash is an error. Returns the closing line.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<String> {
    let manifest = repo.root.join(MANIFEST);
    let mut targets = targets(&repo::metadata(Some(&manifest)).context("no fuzz targets")?);
    if let Some(only) = &options.target {
        targets.retain(|target| target == only);
    }
    if targets.is_empty() {
        bail!("no such fuzz target in {MANIFEST}");
    }
    let host = host()?;
    let built = repo.target.join("fuzz");
    build(repo, &host, &built)?;
    let mut executions = BTreeMap::new();
    for target in &targets {
        let program = built.join(&host).join("release").join(target);
        let count = run_target(repo, &program, target, options.seconds)?;
        executions.insert(target.as_str(), count);
    }
    let counts: Vec<_> = executions.iter().map(|(name, count)| format!("{name} {count}")).collect();
    Ok(format!("{} targets, no crash; executions: {}", targets.len(), counts.join(", ")))
}

fn targets(metadata: &Value) -> Vec<String> {
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned();
    let packages = list(metadata, "packages").unwrap_or_default();
    let targets = packages.iter().filter_map(|package| list(package, "targets")).flatten();
    let is_program = |target: &Value| {
        list(target, "kind").is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"))
    };
    let name = |target: Value| target.get("name").and_then(Value::as_str).map(str::to_owned);
    targets.filter(is_program).filter_map(name).collect()
}

/// The machine's own triple. It is named to cargo, because then build scripts get no flags.
fn host() -> Result<String> {
    let told = command::output(Command::new("rustc").arg("-vV"))?;
    let told = String::from_utf8(told)?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not tell its host")
}

fn build(repo: &Repo, host: &str, built: &Path) -> Result<()> {
    let mut cargo = repo.cargo("build --release --bins --manifest-path");
    cargo.args([MANIFEST, "--target", host]).arg("--target-dir").arg(built);
    // The encoded form wins over what the environment or a configuration has in RUSTFLAGS.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    command::run(&mut cargo)
}

/// Returns the number of executions.
fn run_target(repo: &Repo, program: &Path, target: &str, seconds: u32) -> Result<u64> {
    let corpus = repo.target.join("fuzz/corpus").join(target);
    let artifacts = repo.root.join("fuzz/artifacts").join(target);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let mut fuzzer = repo.command(&program.to_string_lossy());
    fuzzer.arg(format!("-max_total_time={seconds}"));
    // An input takes microseconds; what takes 5 s, also on a busy machine, hangs the gate.
    fuzzer.arg("-timeout=5");
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(corpus);
    let seeds = repo.root.join("fuzz/seeds").join(target);
    fuzzer.args(seeds.is_dir().then_some(seeds));
    let lines = command::run_and_keep(fuzzer)?;
    let closing = lines.iter().rev().find_map(|line| executions(line));
    closing.with_context(|| format!("{target}: no closing line, so it did not run"))
}

/// From libFuzzer's closing line, `Done 1234 runs in 21 second(s)`.
fn executions(line: &str) -> Option<u64> {
    line.strip_prefix("Done ")?.split_once(" runs in ")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_program_of_the_package_is_a_target() {
        let target = |name: &str, kind: &str| json!({ "name": name, "kind": [kind] });
        let package =
            json!({ "targets": [target("a", "bin"), target("l", "lib"), target("b", "bin")] });
        assert_eq!(targets(&json!({ "packages": [package] })), ["a", "b"]);
        assert!(targets(&json!({})).is_empty());
    }

    #[test]
    fn only_the_closing_line_has_the_executions() {
        assert_eq!(executions("Done 23456 runs in 21 second(s)"), Some(23456));
        assert_eq!(executions("#1024 pulse cov: 12"), None);
        assert_eq!(executions("Done many runs in time"), None);
    }
}
