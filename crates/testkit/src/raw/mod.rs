//! A client that sends bytes as they are and reads answers as strictly as RFC 9112 lets it.
//!
//! It adds nothing, repairs nothing and never retries, so that a test says what is on the wire.

mod answer;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

pub use answer::Answer;
use answer::{Framing, Head};

/// How long any one step may take: 10 s.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// In order, by a FIN.
    Finished,
    /// By a reset, which may have destroyed bytes on their way.
    Reset,
}

/// How bytes are handed to the system.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// In one piece.
    Whole,
    /// The first so many bytes one by one, the rest in one piece.
    Drip(usize),
    /// Cut before these places, with a pause at each cut.
    Cut(Vec<usize>, Duration),
}

/// What a connection runs over.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}

/// One connection.
pub struct Client {
    stream: Box<dyn Wire>,
    /// What was read and not used.
    buffer: Vec<u8>,
    ended: Option<Ended>,
    patience: Duration,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }

    /// Over something that is connected already: TLS, a unix socket.
    pub fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: Vec::new(), ended: None, patience: PATIENCE }
    }

    /// With another patience than [`PATIENCE`] for each step.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let sent = tokio::time::timeout(self.patience, self.stream.write_all(bytes.as_ref()));
        Ok(sent.await.context("the other side takes no bytes")??)
    }

    /// Sends bytes in pieces. That the other side stops taking them is no error: it may have
    /// answered.
    pub async fn deliver(&mut self, bytes: &[u8], delivery: &Delivery) -> anyhow::Result<()> {
        let (cuts, pause): (Vec<usize>, _) = match delivery {
            Delivery::Whole => (Vec::new(), Duration::ZERO),
            Delivery::Drip(count) => ((1..=*count).collect(), Duration::ZERO),
            Delivery::Cut(cuts, pause) => (cuts.clone(), *pause),
        };
        let mut from = 0;
        for upto in cuts.into_iter().chain([bytes.len()]) {
            let piece = bytes.get(from..upto.min(bytes.len())).unwrap_or_default();
            if piece.is_empty() {
                continue;
            }
            let sent = tokio::time::timeout(self.patience, self.stream.write_all(piece)).await;
            if sent.context("the other side takes no bytes")?.is_err() {
                return Ok(());
            }
            from += piece.len();
            if pause.is_zero() {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(pause).await;
            }
        }
        Ok(())
    }

    /// Ends our side: the other may still answer (RFC 9112 9.6).
    pub async fn finish_sending(&mut self) {
        // It fails when the connection is gone already, which the reader will see.
        let _ = self.stream.shutdown().await;
    }

    /// The next final answer with its body, and the interim ones before it. `None` when the
    /// connection ends instead.
    pub async fn answer_to(&mut self, method: &str) -> anyhow::Result<Option<Answer>> {
        let Some((mut answer, framing)) = self.head_to(method).await? else { return Ok(None) };
        answer.body = match &framing {
            Framing::None => Vec::new(),
            Framing::Length(length) => self.take(*length).await?,
            Framing::Chunked => self.take_chunks().await?,
            Framing::UntilClose => self.take_all().await?,
        };
        if matches!(framing, Framing::UntilClose) && self.ended == Some(Ended::Reset) {
            bail!("the answer was to last until the connection ends, and it was reset");
        }
        Ok(Some(answer))
    }

    /// The next final answer to a GET; an error when there is none.
    pub async fn answer(&mut self) -> anyhow::Result<Answer> {
        self.answer_to("GET").await?.context("the connection ended without an answer")
    }

    /// The head of the next final answer, without its body; an error when there is none.
    pub async fn head(&mut self) -> anyhow::Result<Answer> {
        let head = self.head_to("GET").await?;
        Ok(head.context("the connection ended without an answer")?.0)
    }

    async fn head_to(&mut self, method: &str) -> anyhow::Result<Option<(Answer, Framing)>> {
        let mut interim = Vec::new();
        loop {
            let Some(head) = self.take_head().await? else { return Ok(None) };
            if (100..200).contains(&head.status) && head.status != 101 {
                interim.push(Answer::new(head, Vec::new()));
                continue;
            }
            let framing = head.framing(method)?;
            return Ok(Some((Answer::new(head, interim), framing)));
        }
    }

    async fn take_head(&mut self) -> anyhow::Result<Option<Head>> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                let rest = self.buffer.split_off(end + 4);
                let head = std::mem::replace(&mut self.buffer, rest);
                return Head::parse(&head).map(Some);
            }
            if !self.fill().await? {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                bail!("the head of the answer is cut: {:?}", Text(&self.buffer));
            }
        }
    }

    /// Exactly so many bytes.
    pub async fn take(&mut self, count: usize) -> anyhow::Result<Vec<u8>> {
        while self.buffer.len() < count {
            if !self.fill().await? {
                bail!("the body is cut after {} of {count} bytes", self.buffer.len());
            }
        }
        let rest = self.buffer.split_off(count);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    async fn take_chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.take_line().await?;
            let size = usize::from_str_radix(std::str::from_utf8(&size)?, 16)?;
            body.extend(self.take(size).await?);
            if !self.take_line().await?.is_empty() {
                bail!("a chunk does not end where it says");
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn take_line(&mut self) -> anyhow::Result<Vec<u8>> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n") {
                let mut line = self.take(end + 2).await?;
                line.truncate(end);
                return Ok(line);
            }
            if !self.fill().await? {
                bail!("the chunked body is cut");
            }
        }
    }

    /// Everything up to the end of the connection.
    pub async fn take_all(&mut self) -> anyhow::Result<Vec<u8>> {
        while self.fill().await? {}
        Ok(std::mem::take(&mut self.buffer))
    }

    /// So many bytes of a long body, which are given to `each` as they come and not kept.
    pub async fn stream(&mut self, count: u64, mut each: impl FnMut(&[u8])) -> anyhow::Result<()> {
        let mut left = count;
        while left > 0 {
            if self.buffer.is_empty() && !self.fill().await? {
                bail!("the body is cut {left} bytes before its end");
            }
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
            let rest = self.buffer.split_off(here);
            each(&self.buffer);
            left -= here as u64;
            self.buffer = rest;
        }
        Ok(())
    }

    /// Waits for the connection to end; an error when bytes come instead, or nothing happens.
    pub async fn ended(&mut self) -> anyhow::Result<Ended> {
        let rest = self.take_all().await?;
        if !rest.is_empty() {
            bail!("bytes come that nobody asked for: {:?}", Text(&rest));
        }
        self.ended.context("the connection has not ended")
    }

    /// How the connection ended, as far as was seen.
    pub const fn seen_end(&self) -> Option<Ended> {
        self.ended
    }

    /// Reads once; `false` at the end.
    async fn fill(&mut self) -> anyhow::Result<bool> {
        if self.ended.is_some() {
            return Ok(false);
        }
        self.buffer.reserve(64 << 10);
        let read = tokio::time::timeout(self.patience, self.stream.read_buf(&mut self.buffer));
        match read.await.with_context(|| format!("nothing came within {:?}", self.patience))? {
            Ok(0) => self.ended = Some(Ended::Finished),
            Ok(_) => return Ok(true),
            Err(_) => self.ended = Some(Ended::Reset),
        }
        Ok(false)
    }
}

/// What came of one delivery.
#[derive(Debug, Default)]
pub struct Exchange {
    /// The final answers, in order.
    pub answers: Vec<Answer>,
    /// The connection ended before we ended our side.
    pub closed: Option<Ended>,
    /// What was wrong with the bytes that came.
    pub broken: Option<String>,
}

/// Sends bytes on a connection of their own and reads as many answers as come.
///
/// Once `expected` answers have come, and the other side has not ended the connection after one
/// that says `Connection: close`, ours is ended, so that whatever else the other side makes of
/// these bytes comes before its end and not before a time limit.
pub async fn exchange(
    address: SocketAddr,
    bytes: &[u8],
    delivery: &Delivery,
    expected: usize,
    patience: Duration,
) -> anyhow::Result<Exchange> {
    let began = Instant::now();
    let mut client = Client::connect(address).await?.with_patience(patience);
    client.deliver(bytes, delivery).await?;
    let mut seen = Exchange::default();
    let mut method = if bytes.starts_with(b"HEAD ") { "HEAD" } else { "GET" };
    let mut has_finished = false;
    loop {
        match client.answer_to(method).await {
            Ok(None) => break,
            Ok(Some(answer)) => seen.answers.push(answer),
            Err(error) => {
                seen.broken = Some(format!("{error:#}, {:?} after the start", began.elapsed()));
                break;
            }
        }
        method = "GET";
        let says_close = seen.answers.last().is_some_and(Answer::closes);
        if seen.answers.len() >= expected && !says_close {
            has_finished = true;
            client.finish_sending().await;
        }
    }
    seen.closed = client.seen_end().filter(|_| !has_finished);
    Ok(seen)
}

/// Bytes as text, for messages.
pub struct Text<'a>(pub &'a [u8]);

impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = self.0.get(..400).unwrap_or(self.0);
        write!(out, "{}", most.escape_ascii())?;
        if most.len() < self.0.len() { write!(out, "… ({} bytes)", self.0.len()) } else { Ok(()) }
    }
}
