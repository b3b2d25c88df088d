//! Everybody else: clients that ask and wait for their answers.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::target::Target;

/// Between two requests.
const PACE: Duration = Duration::from_millis(5);
/// After so many requests a new connection is made, for a gate must take those too.
const A_CONNECTION: usize = 20;
/// For one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How they fared.
pub(crate) struct Fared {
    /// Sorted.
    times: Vec<Duration>,
    /// Requests that were not answered with 200.
    pub(crate) failed: usize,
}

impl Fared {
    /// What 99 of 100 did not exceed, in milliseconds.
    pub(crate) fn p99_ms(&self) -> f64 {
        self.percentile(99)
    }

    fn percentile(&self, percent: usize) -> f64 {
        let at = self.times.len().saturating_sub(1) * percent / 100;
        self.times.get(at).map_or(f64::INFINITY, |time| time.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Fared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} answered, {} not, p50 {:.2} ms, p99 {:.2} ms",
            self.times.len(),
            self.failed,
            self.percentile(50),
            self.percentile(99)
        )
    }
}

/// Asks for so long.
pub(crate) async fn ask_for(target: &Target, span: Duration) -> Result<Fared> {
    let end = Instant::now() + span;
    ask_until(target, || Instant::now() >= end).await
}

/// Asks until `is_over`.
pub(crate) async fn ask_until(target: &Target, is_over: impl Fn() -> bool) -> Result<Fared> {
    let mut fared = Fared { times: Vec::new(), failed: 0 };
    while !is_over() {
        let Ok(stream) = target.connect().await else {
            fared.failed += 1;
            tokio::time::sleep(PACE).await;
            continue;
        };
        let mut stream = BufReader::new(stream);
        for _ in 0..A_CONNECTION {
            if is_over() {
                break;
            }
            let began = Instant::now();
            let asked = tokio::time::timeout(PATIENCE, ask(target, &mut stream)).await;
            if !matches!(asked, Ok(Ok(200))) {
                fared.failed += 1;
                break;
            }
            fared.times.push(began.elapsed());
            tokio::time::sleep(PACE).await;
        }
    }
    fared.times.sort_unstable();
    Ok(fared)
}

/// One request; gives the status of its answer, which must have a length.
async fn ask(target: &Target, stream: &mut BufReader<TcpStream>) -> Result<u16> {
    let head = target.head(&format!("GET {}", target.path), "");
    stream.get_mut().write_all(head.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.context("an answer without a length")?;
    let mut body = stream.take(length);
    let read = tokio::io::copy(&mut body, &mut tokio::io::sink()).await?;
    if read < length {
        anyhow::bail!("an answer that breaks off");
    }
    status.context("an answer without a status")
}
