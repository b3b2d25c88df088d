//! The command line: what there is, and how a call of it goes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::call::{Call, Ending, Outcome};
use crate::commands::{
    admin, audit, backup, check, credential, demo, explain, impersonation, policy, secrets, serve,
    store, token, whoami,
};
use crate::failure::Failure;
use crate::output::{Audience, Output};

/// A gate in front of Jira, Confluence and Bitbucket that knows API tokens.
#[derive(Debug, Parser)]
#[command(name = "gatepass", version, about, disable_help_subcommand = true)]
struct CommandLine {
    /// The configuration [default: ./gatepass.toml, then /etc/gatepass/gatepass.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Check(check::Check),
    #[command(subcommand)]
    Token(token::Command),
    #[command(subcommand)]
    Credential(credential::Command),
    #[command(subcommand)]
    Impersonation(impersonation::Command),
    #[command(subcommand)]
    Admin(admin::Command),
    #[command(subcommand)]
    Policy(policy::Command),
    #[command(subcommand)]
    Secrets(secrets::Command),
    #[command(subcommand)]
    Audit(audit::Command),
    #[command(subcommand)]
    Store(store::Command),
    Backup(backup::Backup),
    Explain(explain::Explain),
    Whoami(whoami::Whoami),
}

/// The command line as clap knows it: for the reference page, and for tests of the docs.
pub fn command() -> clap::Command {
    CommandLine::command()
}

/// Runs the program with the arguments of this process. 0: done; 1: failed; 2: not understood.
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let parsed = match CommandLine::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return not_understood(&error, &arguments),
    };
    let audience = if parsed.json { Audience::Programs } else { Audience::People };
    let output = Output::new(audience);
    let call = Call { config_file: parsed.config, output };
    match dispatch(parsed.command, &call) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Wrong) => ExitCode::FAILURE,
        Err(failure) => report(&failure, output),
    }
}

fn dispatch(command: Command, call: &Call) -> Outcome {
    match command {
        Command::Demo(demo) => serving(demo.run(call)),
        Command::Serve(serve) => serving(serve.run(call)),
        Command::Check(check) => once(check.run(call)),
        Command::Token(token) => once(token.run(call)),
        Command::Credential(credential) => once(credential.run(call)),
        Command::Impersonation(impersonation) => once(async { impersonation.run(call) }),
        Command::Admin(admin) => once(admin.run(call)),
        Command::Policy(policy) => once(policy.run(call)),
        Command::Secrets(secrets) => once(secrets.run(call)),
        Command::Audit(audit) => once(audit.run(call)),
        Command::Store(store) => once(store.run(call)),
        Command::Backup(backup) => once(backup.run(call)),
        Command::Explain(explain) => once(explain.run(call)),
        Command::Whoami(whoami) => once(whoami.run(call)),
    }
}

/// The control plane of a gate: threads of its own, apart from those that carry requests.
fn serving(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("control")
        .enable_all()
        .build()
        .map_err(|error| Failure::io("no threads can be started", &error))?;
    let outcome = runtime.block_on(command);
    // Whoever is told to stop twice does not wait for what still runs.
    runtime.shutdown_background();
    outcome
}

fn once(command: impl Future<Output = Outcome>) -> Outcome {
    // A tool that is asked for its log by nobody: warnings only, and as people read them.
    let _ = gatepass_telemetry::init(gatepass_telemetry::Format::Text, tracing::Level::WARN);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("the program can't be started", &error))?;
    runtime.block_on(command)
}

fn report(failure: &Failure, output: Output) -> ExitCode {
    if !failure.is_unheard {
        output.say(format_args!("\u{1b}[31merror:\u{1b}[0m {}", failure.message));
        // Where even this can't be printed, the exit code still says it.
        let _ = output.document(&failure.document());
    }
    ExitCode::from(if failure.is_usage { 2 } else { 1 })
}

/// Help and version are no mistakes. In a mistake `--json` may stand where clap did not get to.
fn not_understood(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--json") {
        let message = error.to_string();
        let message = message.trim_end().trim_start_matches("error: ").to_owned();
        let failure = Failure { is_usage: true, ..Failure::new("usage", message) };
        let _ = Output::new(Audience::Programs).document(&failure.document());
    }
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
