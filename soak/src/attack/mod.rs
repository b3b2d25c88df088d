//! Ways to behave badly. Each is one connection's behaviour; all connections do the same at once.

mod floods;
mod idle;
mod slow_bodies;
mod slow_heads;
mod slow_reads;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Way;
use crate::target::Target;

/// What became of all connections.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Those that ended as they should, in time.
    pub(crate) good: usize,
    /// When the last of those ended, after its own beginning.
    pub(crate) last: Duration,
    /// The others, by how they ended.
    pub(crate) bad: BTreeMap<String, usize>,
}

/// Lets `count` connections behave so. They begin within about a second of each other.
pub(crate) async fn run(
    way: Way,
    target: Target,
    count: usize,
    within: Duration,
) -> Result<Outcome> {
    let mut all = JoinSet::new();
    for number in 0..count {
        let target = target.clone();
        all.spawn(async move {
            let share = u32::try_from(number * 1000 / count).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(1) * share).await;
            one(way, &target, within).await
        });
    }
    let mut outcome = Outcome::default();
    while let Some(ended) = all.join_next().await {
        match ended? {
            Ok(took) if took <= within => {
                outcome.good += 1;
                outcome.last = outcome.last.max(took);
            }
            Ok(took) => *outcome.bad.entry(format!("after {} s", took.as_secs())).or_default() += 1,
            Err(how) => *outcome.bad.entry(how).or_default() += 1,
        }
    }
    Ok(outcome)
}

/// How long it took until the connection ended as it should, or how else it ended.
async fn one(way: Way, target: &Target, within: Duration) -> Result<Duration, String> {
    // Beyond what is allowed, so that it can be told by how much it was late.
    let patience = within * 2 + Duration::from_secs(10);
    let behave = async {
        match way {
            Way::SlowHeads => slow_heads::one(target).await,
            Way::SlowBodies => slow_bodies::one(target).await,
            Way::SlowReads => slow_reads::one(target).await,
            Way::Idle => idle::one(target, within).await,
            Way::Floods => floods::one(target).await,
        }
    };
    tokio::time::timeout(patience, behave).await.unwrap_or_else(|_| Err("it stays open".to_owned()))
}

fn failed(error: &std::io::Error) -> String {
    error.kind().to_string()
}

async fn connect(target: &Target) -> Result<TcpStream, String> {
    target.connect().await.map_err(|error| format!("no connection: {}", failed(&error)))
}

/// Sends a byte every `pace` and waits for an answer with this status.
async fn drip(
    mut stream: TcpStream,
    began: Instant,
    pace: Duration,
    status: &str,
) -> Result<Duration, String> {
    let mut answer = [0; 64];
    loop {
        match tokio::time::timeout(pace, stream.read(&mut answer)).await {
            Ok(Ok(count)) => return judge(answer.get(..count).unwrap_or_default(), status, began),
            Ok(Err(error)) => return Err(failed(&error)),
            // The answer may be there already when the byte is refused.
            Err(_) => drop(stream.write_all(b"x").await),
        }
    }
}

fn judge(answer: &[u8], status: &str, began: Instant) -> Result<Duration, String> {
    let wanted = format!("HTTP/1.1 {status} ");
    if answer.starts_with(wanted.as_bytes()) {
        return Ok(began.elapsed());
    }
    let line = answer.split(|&byte| byte == b'\r').next().unwrap_or_default();
    Err(format!("{:?} instead of {status}", String::from_utf8_lossy(line)))
}
