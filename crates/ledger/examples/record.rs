//! How long recording a request takes, and a second's flush to merge and to write:
//! `cargo run --release -p gatepass-ledger --example record`.
//!
//! Prints numbers and asserts nothing: they are of this machine, at this moment.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_ledger::{GATHER, RequestEvent, Subject, THREAD_LINES, User, ledger};
use gatepass_model::{
    Clock, CredentialKind, CredentialSet, Effect, Family, InstanceName, Method, Operation,
    Timestamp, TokenId,
};
use gatepass_store::activity::{ActivityStore as _, Retention, SqliteActivityStore};

const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// Requests of a second on a busy thread.
const SECOND: u32 = 30_000;
const SECONDS: u32 = 20;
const AGENT: &[u8] = b"python-requests/2.32.3 jira-python/3.8.0 (Linux; x86_64) nightly-report/14";

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        T0
    }
}

fn event<'a>(
    instance: &'a InstanceName,
    operation: &'a Operation<'a>,
    subject: Subject<'a>,
) -> RequestEvent<'a> {
    RequestEvent {
        at: T0,
        instance,
        subject,
        refused: None,
        operation,
        method: Method::Get,
        status: 200,
        bytes_in: 0,
        bytes_out: 4_096,
        upstream_micros: 9_000,
        duration_micros: 9_100,
        client: [203, 0, 113, 7].into(),
        user_agent: AGENT,
        request_id: 42,
        observed: CredentialSet::EMPTY,
    }
}

async fn run(
    name: &str,
    subject: impl Fn(u32) -> Subject<'static>,
) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gatepass.activity.db");
    let store = Arc::new(SqliteActivityStore::open(&path, Retention::default()).await?);
    let (ledger, writer) = ledger(store.clone(), Arc::new(StoppedClock), 1);
    let writer = tokio::spawn(writer.run(std::future::pending()));
    let instance: InstanceName = "jira".parse()?;
    let operation = Operation {
        family: Family::Rest,
        resource: "issue",
        action: "search",
        effect: Some(Effect::Read),
        project: Some("EXAMPLE"),
        heavy: true,
        door: None,
    };
    let mut thread = ledger.thread();
    let (mut logged, mut counted) = (0.0, 0.0);
    let (mut flushes, mut batches) = (Vec::new(), Vec::new());
    let lines = u32::try_from(THREAD_LINES)?;
    for _ in 0..SECONDS {
        let begin = Instant::now();
        for number in 0..lines {
            thread.record(black_box(&event(&instance, &operation, subject(number))));
        }
        logged += begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for number in lines..SECOND {
            thread.record(black_box(&event(&instance, &operation, subject(number))));
        }
        counted += begin.elapsed().as_secs_f64();
        let written = ledger.status().written;
        let begin = Instant::now();
        thread.flush(T0);
        flushes.push(begin.elapsed());
        while ledger.status().written == written {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        batches.push(begin.elapsed().saturating_sub(GATHER));
    }
    drop((thread, ledger));
    writer.await?;
    let nanos = |seconds: f64, count: u32| seconds * 1e9 / f64::from(count * SECONDS);
    println!(
        "{name:16} {:4.0} ns with a line, {:4.0} ns without; medians: {:?} a flush, {:?} a batch",
        nanos(logged, lines),
        nanos(counted, SECOND - lines),
        median(&mut flushes),
        median(&mut batches),
    );
    store.close().await?;
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn token(number: u32) -> Subject<'static> {
    let mut bytes = [0; 16];
    for (byte, part) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = part;
    }
    Subject::Token(TokenId::from_bytes(bytes))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run("one token", |_| token(1)).await?;
    run("100 tokens", |number| token(number % 100)).await?;
    run("10,000 tokens", |number| token(number % 10_000)).await?;
    let user = User::Verified("alice");
    let caller = Subject::Caller { kind: CredentialKind::Session, user };
    run("one caller", |_| caller).await?;
    Ok(())
}
