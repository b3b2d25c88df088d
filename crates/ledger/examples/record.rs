//! What recording a request costs: in its thread, in the journal, and when it is folded.
//! `cargo run --release -p gatepass-ledger --example record`; for callgrind with `record` behind it,
//! the first part alone, or with `fold`, one load alone.
//!
//! Prints numbers and asserts nothing: they are of this machine, at this moment.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use gatepass_ledger::{RequestEvent, Subject, User, ledger};
use gatepass_model::{
    Clock, CredentialKind, CredentialSet, Effect, Family, InstanceName, Lifetime, Method,
    Operation, Timestamp, TokenId,
};
use gatepass_store::activity::{
    ActivityStore as _, FOLD_BYTES, JournalBuffer, Retention, SqliteActivityStore,
};

const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// How many folds: the last ones find everything there.
const FOLDS: u32 = 6;
const AGENTS: [&[u8]; 3] = [
    b"python-requests/2.32.3 jira-python/3.8.0 (Linux; x86_64) nightly-report/14",
    b"Apache-HttpClient/4.5.14 (Java/17.0.11)",
    b"curl/8.5.0",
];

type Failure = Box<dyn std::error::Error>;

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        T0
    }
}

/// So that tokens come in no order: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(limit)).unwrap_or_default()
    }
}

fn token(number: u32) -> Subject<'static> {
    Subject::Token(TokenId::new(T0.plus(Lifetime::from_seconds(number)), [7; 10]))
}

fn event<'a>(
    instance: &'a InstanceName,
    operation: &'a Operation<'a>,
    subject: Subject<'a>,
    number: u32,
) -> RequestEvent<'a> {
    let agent = AGENTS.get(number as usize % AGENTS.len()).copied().unwrap_or_default();
    RequestEvent {
        at: T0.plus(Lifetime::from_millis(i64::from(number / 4))),
        instance,
        subject,
        refused: None,
        operation,
        method: Method::Get,
        status: 200,
        bytes_in: 0,
        bytes_out: u64::from(4_096 + number % 512),
        upstream_micros: u64::from(300 + number % 9_000),
        duration_micros: u64::from(350 + number % 9_000),
        client: [203, 0, 113, 7].into(),
        user_agent: agent,
        request_id: u128::from(number) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834,
        observed: CredentialSet::EMPTY,
        outside_page: false,
    }
}

fn operations() -> Vec<Operation<'static>> {
    let names = [("issue", "search"), ("issue", "read"), ("project", "read"), ("issue", "comment")];
    let operation = |(resource, action)| Operation {
        family: Family::Rest,
        resource,
        action,
        effect: Some(Effect::Read),
        project: Some("EXAMPLE"),
        heavy: false,
        door: None,
    };
    names.map(operation).into()
}

/// Seconds of so many requests, of subjects that `subject` names, until they are folded.
async fn run(
    name: &str,
    a_second: u32,
    mut subject: impl FnMut() -> Subject<'static>,
) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gatepass.activity.db");
    // So few that the later folds find a full log.
    let keep = Retention { requests: 700_000, ..Retention::default() };
    let store = SqliteActivityStore::open(&path, keep).await?;
    let (instance, operations): (InstanceName, _) = ("jira".parse()?, operations());
    let mut buffer = JournalBuffer::default();
    for _ in 0..FOLDS {
        let (mut spent, mut bytes, mut events) = ([Duration::ZERO; 5], 0, 0_u32);
        for _ in 0..60 {
            let made: Vec<_> = (events..events + a_second)
                .zip(operations.iter().cycle())
                .map(|(number, operation)| event(&instance, operation, subject(), number))
                .collect();
            let begin = spent_by_all();
            for event in &made {
                buffer.put(black_box(event));
            }
            add(&mut spent, 0, spent_by_all().saturating_sub(begin));
            let begin = spent_by_all();
            let successor = buffer.successor();
            let block = std::mem::replace(&mut buffer, successor).seal(T0);
            add(&mut spent, 1, spent_by_all().saturating_sub(begin));
            let begin = spent_by_all();
            bytes += block.size();
            store.append(&[block]).await?;
            add(&mut spent, 2, spent_by_all().saturating_sub(begin));
            events += a_second;
            if bytes > FOLD_BYTES {
                break;
            }
        }
        let begin = spent_by_all();
        while store.fold().await?.more {}
        add(&mut spent, 3, spent_by_all().saturating_sub(begin));
        let begin = spent_by_all();
        while store.prune(T0).await?.more {}
        add(&mut spent, 4, spent_by_all().saturating_sub(begin));
        let [put, seal, append, fold, prune] =
            spent.map(|spent| spent.as_secs_f64() * 1e9 / f64::from(events));
        let size = bytes / usize::try_from(events)?;
        println!(
            "{name:24} {events:7} events of {size} bytes; ns each: put {put:4.0}, seal {seal:4.0}, \
             append {append:4.0}, fold {fold:5.0}, prune {prune:5.0}"
        );
    }
    store.close().await?;
    Ok(())
}

/// The processor's time of all threads up to now.
fn spent_by_all() -> Duration {
    let mut sum = 0;
    for thread in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        sum += text.split(' ').next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or(0);
    }
    Duration::from_nanos(sum)
}

fn add(spent: &mut [Duration], part: usize, time: Duration) {
    if let Some(sum) = spent.get_mut(part) {
        *sum += time;
    }
}

/// Many requests in the thread alone.
async fn record() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gatepass.activity.db");
    let store = Arc::new(SqliteActivityStore::open(&path, Retention::default()).await?);
    let (ledger, writer) = ledger(store, Arc::new(StoppedClock), 1);
    let (instance, operations): (InstanceName, _) = ("jira".parse()?, operations());
    let mut dice = Dice(42);
    let mut thread = ledger.thread();
    for number in 0..200_000_u32 {
        let operation = operations.get(number as usize % operations.len()).ok_or("none")?;
        thread.record(&event(&instance, operation, token(dice.below(10_000)), number));
    }
    drop((thread, ledger, writer));
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    if std::env::args().nth(1).as_deref() == Some("record") {
        return record().await;
    }
    let mut dice = Dice(42);
    run("4,000/s, 10,000 tokens", 4_000, || token(dice.below(10_000))).await?;
    if std::env::args().nth(1).as_deref() == Some("fold") {
        return Ok(());
    }
    let mut dice = Dice(42);
    run("57,000/s, 10,000 tokens", 57_000, || token(dice.below(10_000))).await?;
    let mut dice = Dice(42);
    run("4,000/s, 2,000 tokens", 4_000, || token(dice.below(2_000))).await?;
    run("500/s, one token", 500, || token(1)).await?;
    let user = User::Verified("alice");
    let caller = Subject::Caller { kind: CredentialKind::Session, user, mark: "" };
    run("4,000/s, one caller", 4_000, || caller).await?;
    Ok(())
}
