//! The server that keeps the budgets.

use std::fmt;
use std::str::FromStr;

use redis::aio::MultiplexedConnection;
use redis::{Client, IntoConnectionInfo as _, Script};

/// Where the server is: `redis://…` or `redis+unix:///…`. May hold a password: printed nowhere.
#[derive(Clone)]
pub struct ServerUrl(Client);

/// A text that is no address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no address such as redis://127.0.0.1:6379 or redis+unix:///run/valkey/valkey.sock")]
pub struct InvalidUrl;

impl FromStr for ServerUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let info = text.into_connection_info().map_err(|_| InvalidUrl)?;
        Client::open(info).map(Self).map_err(|_| InvalidUrl)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ServerUrl")
    }
}

/// Why the server did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// Not in time.
    #[error("it did not answer in time")]
    TooSlow,
    /// It can't be reached, or refused.
    #[error(transparent)]
    Failed(#[from] redis::RedisError),
    /// What it said makes no sense.
    #[error("its answer makes no sense")]
    Odd,
}

/// What all subjects of one call want.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    pub(crate) subjects: Vec<SubjectQuestion>,
}

/// What one subject wants.
#[derive(Debug)]
pub(crate) struct SubjectQuestion {
    pub(crate) key: Box<str>,
    pub(crate) rate: RateQuestion,
    pub(crate) heavy_rate: RateQuestion,
    pub(crate) bytes: u64,
    pub(crate) day: u16,
}

/// What is wanted of one rate; an interval of 0: there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RateQuestion {
    pub(crate) interval_micros: u64,
    pub(crate) burst: u64,
    pub(crate) debt: u32,
    pub(crate) back: u32,
    pub(crate) want: u32,
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) nodes: u32,
    pub(crate) subjects: Vec<SubjectAnswer>,
}

/// What it said of one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubjectAnswer {
    pub(crate) rate: RateAnswer,
    pub(crate) heavy_rate: RateAnswer,
    /// All nodes' bytes of the day.
    pub(crate) bytes: u64,
}

/// What it said of one rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RateAnswer {
    pub(crate) granted: u32,
    /// How far the budget's arrival time lies ahead of the present.
    pub(crate) ahead_micros: u64,
}

const BUDGET: &str = include_str!("budget.lua");
const PREFIX: &str = "gatepass:limits:";
/// A node that said nothing for so long does not count: 5 s, in microseconds.
const NODE_LIVES: u64 = 5_000_000;

/// Whether the server answers, for `gatepass check`.
pub async fn probe(url: &ServerUrl) -> Result<(), Unreachable> {
    let asked = async {
        let mut connection = url.0.get_multiplexed_async_connection().await?;
        let said: String = redis::cmd("PING").query_async(&mut connection).await?;
        if said == "PONG" { Ok(()) } else { Err(Unreachable::Odd) }
    };
    tokio::time::timeout(PROBE, asked).await.unwrap_or(Err(Unreachable::TooSlow))
}

const PROBE: std::time::Duration = std::time::Duration::from_secs(2);

pub(crate) struct Server {
    client: Client,
    node: String,
    script: Script,
    connection: Option<MultiplexedConnection>,
}

impl Server {
    pub(crate) fn new(url: &ServerUrl, node: String) -> Self {
        Self { client: url.0.clone(), node, script: Script::new(BUDGET), connection: None }
    }

    /// The next call makes a connection anew.
    pub(crate) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// One call for all subjects of a turn; also a sign of life.
    pub(crate) async fn ask(&mut self, turn: &Turn) -> Result<Answer, Unreachable> {
        let mut call = self.script.prepare_invoke();
        call.key(format!("{PREFIX}nodes")).arg(&self.node).arg(NODE_LIVES);
        for subject in &turn.subjects {
            call.key(format!("{PREFIX}{}", subject.key));
            for rate in [subject.rate, subject.heavy_rate] {
                call.arg(rate.interval_micros).arg(rate.burst);
                call.arg(rate.debt).arg(rate.back).arg(rate.want);
            }
            call.arg(subject.bytes).arg(subject.day);
        }
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(self.client.get_multiplexed_async_connection().await?),
        };
        let said: Vec<u64> = call.invoke_async(connection).await?;
        parse(&said, turn.subjects.len()).ok_or(Unreachable::Odd)
    }
}

fn parse(said: &[u64], subjects: usize) -> Option<Answer> {
    let (&nodes, rest) = said.split_first()?;
    let small = |number: u64| u32::try_from(number).ok();
    let mut answers = Vec::with_capacity(subjects);
    for one in rest.chunks_exact(5) {
        let &[granted, ahead, heavy_granted, heavy_ahead, bytes] = one else { return None };
        answers.push(SubjectAnswer {
            rate: RateAnswer { granted: small(granted)?, ahead_micros: ahead },
            heavy_rate: RateAnswer { granted: small(heavy_granted)?, ahead_micros: heavy_ahead },
            bytes,
        });
    }
    (answers.len() == subjects).then_some(Answer { nodes: small(nodes)?, subjects: answers })
}
