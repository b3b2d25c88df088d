//! `gatepass-soak`: opens many connections to a gate that behave badly in one way, asks well all
//! the while, and fails when the gate does not end them as it should, needs too much memory, or
//! lets others wait.
//!
//! Knows: bytes on sockets, and nothing of ours: it is pointed at any gate, in any process. One
//! file per way to behave badly in [`attack`]; [`well`] is everybody else. It is bounded by its
//! arguments, and meant for a gate of your own.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is its output")]

mod attack;
mod memory;
mod sockets;
mod target;
mod well;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};

use crate::attack::Outcome;
use crate::memory::Watch;
use crate::target::Target;
use crate::well::Fared;

/// Slow, idle and rude clients against a gate of your own.
#[derive(Parser)]
#[command(name = "gatepass-soak")]
struct Arguments {
    /// How they behave
    #[arg(value_enum)]
    way: Way,
    /// Where the gate listens
    #[arg(long)]
    gate: SocketAddr,
    /// The Host of an instance
    #[arg(long, default_value = "localhost")]
    host: String,
    /// A token that may read
    #[arg(long)]
    token: String,
    /// What is read
    #[arg(long, default_value = "/rest/api/2/myself")]
    path: String,
    /// A long answer, for `slow-reads`
    #[arg(long, default_value = "/secure/attachment/1/100000000")]
    long_path: String,
    /// How many of them
    #[arg(long, default_value_t = 500)]
    connections: usize,
    /// Within how many seconds each must have been ended; for `idle`, how long they stay
    #[arg(long, default_value_t = 16.0)]
    within: f64,
    /// The gate's process, to watch its memory
    #[arg(long)]
    pid: Option<u32>,
    /// Most megabytes that the gate may grow by
    #[arg(long, default_value_t = 300)]
    most_memory: u64,
    /// Most times that others may wait longer at p99
    #[arg(long, default_value_t = 2.0)]
    most_slowdown: f64,
    /// What others may wait at p99 in any case, in milliseconds
    #[arg(long, default_value_t = 20.0)]
    floor: f64,
}

/// A way to behave badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// A byte of a head every 5 s: 408
    SlowHeads,
    /// A byte of a body every 10 s: 408
    SlowBodies,
    /// A byte of a long answer every 2 s: cut
    SlowReads,
    /// Nothing at all
    Idle,
    /// 900 kB of headers without an end: 431
    Floods,
}

/// How long others are watched before anybody behaves badly.
const BEFORE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    raise_limit();
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended =
        built.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(run(arguments)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepass-soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// As many files as the system lets us have.
fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Without it, opening connections fails, and says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

async fn run(arguments: Arguments) -> Result<()> {
    let target = Target {
        gate: arguments.gate,
        host: arguments.host.clone(),
        token: arguments.token.clone(),
        path: arguments.path.clone(),
        long_path: arguments.long_path.clone(),
    };
    let within = Duration::from_secs_f64(arguments.within);
    let before = well::ask_for(&target, BEFORE).await?;
    let watch = Watch::start(arguments.pid);
    let attack =
        tokio::spawn(attack::run(arguments.way, target.clone(), arguments.connections, within));
    let during = well::ask_until(&target, || attack.is_finished()).await?;
    let outcome = attack.await??;
    let grown = watch.stop().await;
    report(&arguments, &before, &during, &outcome, grown);
    check(&arguments, &before, &during, &outcome, grown)
}

fn report(
    arguments: &Arguments,
    before: &Fared,
    during: &Fared,
    outcome: &Outcome,
    grown: Option<u64>,
) {
    println!("{:?}: {} connections", arguments.way, arguments.connections);
    println!(
        "  ended as they should: {}, last after {:.1} s",
        outcome.good,
        outcome.last.as_secs_f64()
    );
    for (how, count) in &outcome.bad {
        println!("  not so: {count} ({how})");
    }
    println!("  others before: {before}");
    println!("  others during: {during}");
    match grown {
        Some(bytes) => println!("  the gate grew by at most {:.1} MB", megabytes(bytes)),
        None => println!("  the gate's memory was not watched"),
    }
}

fn check(
    arguments: &Arguments,
    before: &Fared,
    during: &Fared,
    outcome: &Outcome,
    grown: Option<u64>,
) -> Result<()> {
    if !outcome.bad.is_empty() || outcome.good != arguments.connections {
        bail!("some connections did not end as they should");
    }
    if during.failed > 0 || before.failed > 0 {
        bail!("others were not served");
    }
    let most = (before.p99_ms() * arguments.most_slowdown).max(arguments.floor);
    if during.p99_ms() > most {
        bail!("others waited {:.1} ms at p99, more than {most:.1} ms", during.p99_ms());
    }
    if let Some(bytes) = grown.filter(|&bytes| bytes > arguments.most_memory << 20) {
        bail!("the gate grew by {:.1} MB", megabytes(bytes));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
