//! Reading requests and writing answers on one connection.

use std::io;

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::answer::{RawAnswer, Step};
use super::{Log, RecordedRequest, RecorderSettings};

/// The most bytes of a head, and of a chunk's line; beyond it the request is given up.
const LINE_BOUND: usize = 1 << 20;
/// How many bytes one read asks for.
const READ_SIZE: usize = 64 << 10;

struct Connection<'a> {
    stream: TcpStream,
    /// What was read and not used.
    buffer: Vec<u8>,
    log: &'a Log,
    keep: usize,
}

/// How a body ends.
#[derive(Debug, PartialEq, Eq)]
enum Framing {
    Counted(u64),
    Chunked,
}

/// Whether a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Request,
    End,
}

/// Takes one request after the other until an end.
pub(super) async fn serve(
    stream: TcpStream,
    connection: usize,
    log: &Log,
    settings: &RecorderSettings,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut own = Connection { stream, buffer: Vec::new(), log, keep: settings.keep };
    while own.exchange(connection, settings).await? == Next::Request {}
    Ok(())
}

impl Connection<'_> {
    async fn exchange(
        &mut self,
        connection: usize,
        settings: &RecorderSettings,
    ) -> io::Result<Next> {
        if self.buffer.is_empty() && !self.fill().await? {
            return Ok(Next::End);
        }
        let number = self.log.begin(RecordedRequest { connection, ..RecordedRequest::default() });
        if !self.read_head(number).await? {
            return Ok(Next::End);
        }
        let head = self.log.copy(number);
        let early = settings.early.as_ref().and_then(|early| early(&head));
        let is_answered = early.is_some();
        if let Some(answer) = early {
            if self.play(number, answer).await? == Next::End {
                return Ok(Next::End);
            }
        } else if settings.continues && expects_continue(&head) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let is_whole = match framing(&head) {
            Framing::Counted(length) => self.take(number, length, true).await?,
            Framing::Chunked => self.take_chunks(number).await?,
        };
        if !is_whole {
            return Ok(Next::End);
        }
        self.log.change(number, |request| request.is_complete = true);
        if is_answered {
            return Ok(Next::Request);
        }
        let answer = (settings.answer)(&self.log.copy(number));
        self.play(number, answer).await
    }

    /// Reads once; `false` at the end.
    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.reserve(READ_SIZE);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    /// Reads to the empty line; what came before an end is written down all the same.
    async fn read_head(&mut self, number: usize) -> io::Result<bool> {
        loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                let rest = self.buffer.split_off(end + 4);
                let head = std::mem::replace(&mut self.buffer, rest);
                self.log.change(number, |request| request.head = head);
                return Ok(true);
            }
            let so_far = self.buffer.clone();
            self.log.change(number, |request| request.head = so_far);
            if self.buffer.len() > LINE_BOUND || !self.fill().await? {
                return Ok(false);
            }
        }
    }

    /// Takes bytes of the body or of what frames it; `false` when they end before.
    async fn take(&mut self, number: usize, length: u64, is_body: bool) -> io::Result<bool> {
        let mut left = length;
        while left > 0 {
            if self.buffer.is_empty() && !self.fill().await? {
                return Ok(false);
            }
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
            let rest = self.buffer.split_off(count);
            let taken = std::mem::replace(&mut self.buffer, rest);
            left -= taken.len() as u64;
            let keep = self.keep;
            self.log.change(number, |request| {
                append(&mut request.framed_body, &taken, keep);
                if is_body {
                    append(&mut request.body, &taken, keep);
                    request.body_length += taken.len() as u64;
                }
            });
        }
        Ok(true)
    }

    async fn take_chunks(&mut self, number: usize) -> io::Result<bool> {
        loop {
            let Some(line) = self.take_line(number).await? else { return Ok(false) };
            let Some(size) = chunk_size(&line) else { return Ok(false) };
            if size == 0 {
                break;
            }
            if !self.take(number, size, true).await? || !self.take(number, 2, false).await? {
                return Ok(false);
            }
        }
        loop {
            match self.take_line(number).await? {
                None => return Ok(false),
                Some(line) if line == b"\r\n" => return Ok(true),
                Some(_) => {}
            }
        }
    }

    /// A line with its end, also written down; `None` when it does not end.
    async fn take_line(&mut self, number: usize) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n") {
                let line = self.buffer.get(..end + 2).unwrap_or_default().to_vec();
                self.take(number, line.len() as u64, false).await?;
                return Ok(Some(line));
            }
            if self.buffer.len() > LINE_BOUND || !self.fill().await? {
                let rest = self.buffer.len() as u64;
                self.take(number, rest, false).await?;
                return Ok(None);
            }
        }
    }

    async fn play(&mut self, number: usize, answer: RawAnswer) -> io::Result<Next> {
        for step in answer.steps {
            match step {
                Step::Write(bytes) => self.stream.write_all(&bytes).await?,
                Step::Repeat(bytes, times) => {
                    for _ in 0..times {
                        self.stream.write_all(&bytes).await?;
                    }
                }
                Step::Wait(span) => tokio::time::sleep(span).await,
                Step::Hang => {
                    while self.fill().await? {
                        self.buffer.clear();
                    }
                    return Ok(Next::End);
                }
                Step::Echo => return self.echo(number).await,
                Step::Close => return Ok(Next::End),
            }
        }
        Ok(Next::Request)
    }

    async fn echo(&mut self, number: usize) -> io::Result<Next> {
        loop {
            let taken = std::mem::take(&mut self.buffer);
            let keep = self.keep;
            self.log.change(number, |request| append(&mut request.tunnel, &taken, keep));
            self.stream.write_all(&taken).await?;
            if !self.fill().await? {
                self.stream.shutdown().await?;
                return Ok(Next::End);
            }
        }
    }
}

fn append(to: &mut Vec<u8>, bytes: &[u8], keep: usize) {
    let room = keep.saturating_sub(to.len()).min(bytes.len());
    to.extend_from_slice(bytes.get(..room).unwrap_or_default());
}

fn framing(request: &RecordedRequest) -> Framing {
    let codings = request.headers("transfer-encoding");
    if codings.iter().any(|coding| coding.to_ascii_lowercase().contains("chunked")) {
        return Framing::Chunked;
    }
    let length = request.headers("content-length");
    Framing::Counted(length.first().and_then(|length| length.parse().ok()).unwrap_or(0))
}

fn expects_continue(request: &RecordedRequest) -> bool {
    request.headers("expect").iter().any(|value| value.eq_ignore_ascii_case("100-continue"))
}

/// The number before any extension.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| matches!(byte, b';' | b'\r')).next()?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?.trim(), 16).ok()
}
