//! What the gate decided on against what Tomcat read, over generated requests.
//!
//! Between a generator and an echo servlet on a real Tomcat stands a real gate. For every request
//! that reaches Tomcat, what the container read (path, parameters, headers, body) is compared with
//! what was sent, with what the gate's own readers make of it, and with what the gate recorded
//! that it took the request for. One difference is one way around the gate.
//!
//! `compare.rs` says what must be the same; `generate/` what is tried; `tomcat.rs` needs Debian's
//! `libtomcat9-java`, `libtomcat10-java` and a Java compiler.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod compare;
mod dice;
mod drive;
mod echo;
mod generate;
mod plan;
mod report;
mod tap;
mod tomcat;
mod world;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Parser;

use crate::drive::Driver;
use crate::report::Report;
use crate::tomcat::{Tomcat, Version};
use crate::world::World;

/// Compares what the gate decides on with what Tomcat reads.
#[derive(Parser)]
struct Arguments {
    /// How many requests are made up for each Tomcat
    #[arg(long, default_value_t = 30_000)]
    requests: u64,
    /// Decides them all
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Connections at once
    #[arg(long, default_value_t = 6)]
    clients: u64,
    /// Threads of the gate
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Which Tomcat; both unless it is said
    #[arg(long)]
    tomcat: Vec<Version>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        let versions = match arguments.tomcat.as_slice() {
            [] => vec![Version::Ten, Version::Nine],
            some => some.to_vec(),
        };
        let count = versions.len();
        let compared =
            versions.into_iter().map(|version| runtime.block_on(run(&arguments, version)));
        Ok((count, compared.sum::<Result<u64>>()?))
    });
    match done {
        Ok((tomcats, compared)) => {
            println!(
                "differential: {compared} requests compared on {tomcats} Tomcats, 0 differences"
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("differential: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Gives how many requests were compared.
async fn run(arguments: &Arguments, version: Version) -> Result<u64> {
    println!(
        "Tomcat {}, {} requests, seed {}",
        version.as_str(),
        arguments.requests,
        arguments.seed
    );
    let mut tomcat = Tomcat::start(version).await?;
    let world = World::start(tomcat.address, arguments.threads, arguments.seed).await?;
    let World { gate, secrets, tap } = world;
    let secrets = Arc::new(secrets);
    let left = Arc::new(AtomicU64::new(arguments.requests));
    let driver = || Driver {
        gate: gate.address(),
        secrets: Arc::clone(&secrets),
        tap: Arc::clone(&tap),
        report: Report::default(),
    };
    let began = Instant::now();
    let mut clients = Vec::new();
    for place in 0..arguments.clients {
        let (mut driver, left) = (driver(), Arc::clone(&left));
        let seed = arguments.seed.wrapping_mul(1_000_003).wrapping_add(place);
        clients.push(tokio::spawn(async move {
            let done = driver.run(seed, &left).await;
            done.map(|()| driver.report)
        }));
    }
    let mut report = Report::default();
    for client in clients {
        report.merge(client.await??);
    }
    report.took = began.elapsed();
    let mut last = driver();
    let until = Instant::now() + Duration::from_secs(5);
    while tap.unanswered() > 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    last.compare_records();
    report.merge(std::mem::take(&mut last.report));
    println!("{report}");
    let seen = tomcat.seen().await?;
    println!(
        "  Tomcat itself counts {} requests, {} of them by the servlet",
        seen.read, seen.served
    );
    print_differences(&mut last, &report).await?;
    if seen.served != report.echoed {
        for plan in &report.cut {
            println!("cut, no answer: {}", plan.bytes().escape_ascii());
        }
    }
    gate.stop().await?;
    tomcat.stop().await?;
    check(&report, seen.served, tap.unanswered())?;
    Ok(report.echoed)
}

/// One request for each class of difference, as small as it gets.
async fn print_differences(driver: &mut Driver, report: &Report) -> Result<()> {
    let mut shown = BTreeSet::new();
    for (difference, plan) in &report.differences {
        if shown.insert(difference.class) {
            let smallest = driver.shrink(difference.class, plan.clone()).await?;
            println!("{}: {}", difference.class, difference.text);
            println!("  found as {}", plan.bytes().escape_ascii());
            println!("  smallest {}", smallest.bytes().escape_ascii());
        }
    }
    Ok(())
}

fn check(report: &Report, served: u64, without_record: usize) -> Result<()> {
    if report.count() > 0 {
        bail!("{} differences", report.count());
    }
    if served != report.echoed {
        bail!("the servlet was asked {served} times and answered {} times", report.echoed);
    }
    // A run that compares little proves little.
    if report.echoed < report.generated / 10 || report.unclear == 0 {
        bail!("only {} requests reached Tomcat", report.echoed);
    }
    if without_record as u64 > report.echoed / 100 {
        bail!("the gate has no record of {without_record} requests");
    }
    Ok(())
}
