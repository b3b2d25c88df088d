//! One request up and one answer down, with back-pressure both ways.
//!
//! Both functions poll both sides from one task: an answer may come before the body was sent, a
//! client may go while the product works, and neither side may make the other buffer.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::tally::Tally;
use crate::engine::http1::chunked::BrokenChunk;
use crate::engine::http1::response::{self, MAX_HEAD};
use crate::forward::pool::Upstream;
use crate::wire::body::{Body, BodyError, PIECE};
use crate::wire::buffer::Outgoing;
use crate::wire::client::{ClientSide, SMALL};
use crate::wire::pace::Pace;

/// How long to wait for what, while one request is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the next piece of the request's body.
    pub(crate) body: Duration,
    /// For the product's next piece.
    pub(crate) upstream: Duration,
    /// For the client to take the next piece.
    pub(crate) write: Duration,
    /// For any progress once the client has ended its side.
    pub(crate) half_closed: Duration,
}

/// Whose bytes are counted while a body flows.
#[derive(Clone, Copy)]
pub(crate) struct Flow<'f> {
    tally: Option<&'f Tally<'f>>,
    before: u64,
}

impl<'f> Flow<'f> {
    /// Of this request, for which `before` bytes were moved already.
    pub(crate) fn of(tally: &'f Tally<'_>, before: u64) -> Self {
        Self { tally: tally.account.counts_bytes().then_some(tally), before }
    }

    fn moved(self, body: &Body) {
        if let Some(tally) = self.tally {
            tally.moved(self.before, body.bytes());
        }
    }
}

/// Why no answer came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SendError {
    /// The client's chunks are broken.
    ClientBroken(BrokenChunk),
    /// The client sent nothing for too long.
    ClientSlow,
    /// The client went away.
    ClientGone,
    /// The product ended the connection without a byte of an answer.
    UpstreamDied,
    /// The product did not begin to answer in time, or did not take the body.
    UpstreamSlow,
    /// What the product sent is no answer.
    UpstreamBad,
}

/// How much of a request had gone up when its answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it: the connection can take another.
    Whole,
    /// Less: what would come next on the connection would be read as the rest.
    Part,
}

/// Sends `out` (the head, and what was there of the body), then the rest of `body`, until the
/// head of the final answer stands whole in the upstream's buffer. Interim answers (RFC 9110
/// 15.2) but `100 Continue`, which the gate gives itself, are appended to `interim`.
pub(crate) async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut ClientSide<S>,
    upstream: &mut Upstream,
    (out, body): (&mut Outgoing, &mut Body),
    interim: &mut Vec<u8>,
    (patience, pace): (Patience, &mut Pace),
    flow: Flow<'_>,
) -> Result<Sent, SendError> {
    let mut span = |body: &Body, out: &Outgoing| {
        if body.is_done() {
            return patience.upstream;
        }
        pace.span(out.is_sent(), body.bytes(), patience.body)
    };
    client.wait(span(body, out), patience.half_closed);
    upstream.scan.clear();
    let mut takes_body = true;
    poll_fn(|context| {
        loop {
            let mut moved = false;
            if takes_body {
                moved |= poll_upload(context, client, upstream, out, body, &mut takes_body)?;
                if moved {
                    flow.moved(body);
                    client.wait(span(body, out), patience.half_closed);
                    upstream.release_upload(body.is_done());
                }
            }
            match poll_answer(context, upstream, interim)? {
                Heard::Whole if out.is_sent() && body.is_done() => {
                    return Poll::Ready(Ok(Sent::Whole));
                }
                Heard::Whole => return Poll::Ready(Ok(Sent::Part)),
                Heard::Some => moved = true,
                Heard::Nothing => {}
            }
            let is_sent = out.is_sent() && body.is_done();
            if is_sent && client.poll_watch(context, patience.half_closed).is_err() {
                return Poll::Ready(Err(SendError::ClientGone));
            }
            if !moved {
                if client.deadline.poll_passed(context).is_pending() {
                    return Poll::Pending;
                }
                return Poll::Ready(Err(match () {
                    () if client.has_ended => SendError::ClientGone,
                    () if out.is_sent() && !body.is_done() => SendError::ClientSlow,
                    () => SendError::UpstreamSlow,
                }));
            }
        }
    })
    .await
}

/// Appends to `out` what comes of the body, until it holds `held` bytes of it or all.
pub(crate) async fn gather<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut ClientSide<S>,
    (out, body): (&mut Outgoing, &mut Body),
    held: u64,
    (patience, pace): (Patience, &mut Pace),
) -> Result<(), SendError> {
    while !body.is_done() && body.bytes() < held {
        client.wait(pace.span(true, body.bytes(), patience.body), patience.half_closed);
        client.buffer.make_room(SMALL);
        let read = poll_fn(|context| {
            match client.buffer.poll_read_from(context, &mut client.stream, SMALL) {
                Poll::Ready(read) => Poll::Ready(Some(read)),
                Poll::Pending => client.deadline.poll_passed(context).map(|()| None),
            }
        });
        match read.await {
            None => return Err(SendError::ClientSlow),
            Some(Ok(0) | Err(_)) => return Err(SendError::ClientGone),
            Some(Ok(_)) => {}
        }
        body.take(&mut client.buffer, &mut out.bytes).map_err(SendError::ClientBroken)?;
    }
    Ok(())
}

/// Moves the body on; whether anything moved. A product that takes no more of it may be
/// answering: that is no error yet.
fn poll_upload<S: AsyncRead + AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    client: &mut ClientSide<S>,
    upstream: &mut Upstream,
    out: &mut Outgoing,
    body: &mut Body,
    takes_body: &mut bool,
) -> Result<bool, SendError> {
    let mut moved = false;
    loop {
        if !out.is_sent() {
            match out.poll_send(context, &mut upstream.stream) {
                Poll::Pending => return Ok(moved),
                Poll::Ready(Err(_)) => {
                    *takes_body = false;
                    return Ok(true);
                }
                Poll::Ready(Ok(())) => moved = true,
            }
        }
        if body.is_done() {
            return Ok(moved);
        }
        match body.poll_piece(context, &mut client.buffer, &mut client.stream, out) {
            Poll::Pending => return Ok(moved),
            Poll::Ready(Ok(())) => moved = true,
            Poll::Ready(Err(BodyError::Broken(broken))) => {
                return Err(SendError::ClientBroken(broken));
            }
            Poll::Ready(Err(BodyError::CutShort | BodyError::Failed)) => {
                return Err(SendError::ClientGone);
            }
        }
    }
}

/// What was heard of the product.
enum Heard {
    Nothing,
    Some,
    Whole,
}

fn poll_answer(
    context: &mut Context<'_>,
    upstream: &mut Upstream,
    interim: &mut Vec<u8>,
) -> Result<Heard, SendError> {
    let Upstream { stream, buffer, scan, .. } = upstream;
    if !buffer.has_room() {
        // Room may stand before what is unread, where interim answers were.
        let is_full = buffer.unread().len() >= buffer.capacity();
        if is_full && buffer.capacity() >= MAX_HEAD {
            return Err(SendError::UpstreamBad);
        }
        buffer.make_room(if is_full { MAX_HEAD } else { buffer.capacity() });
    }
    match buffer.poll_read_from(context, stream, usize::MAX) {
        Poll::Pending => return Ok(Heard::Nothing),
        Poll::Ready(Ok(0) | Err(_)) if buffer.is_empty() && interim.is_empty() => {
            return Err(SendError::UpstreamDied);
        }
        Poll::Ready(Ok(0) | Err(_)) => return Err(SendError::UpstreamBad),
        Poll::Ready(Ok(_)) => {}
    }
    while let Some(end) =
        response::find_end(buffer.unread(), scan).map_err(|_| SendError::UpstreamBad)?
    {
        let status = buffer.unread().get(9..12).unwrap_or_default();
        if status.first() != Some(&b'1') || status == b"101" {
            return Ok(Heard::Whole);
        }
        if status != b"100" {
            interim.extend_from_slice(buffer.unread().get(..end).unwrap_or_default());
        }
        if interim.len() > MAX_HEAD {
            return Err(SendError::UpstreamBad);
        }
        buffer.consume(end);
        scan.clear();
    }
    Ok(Heard::Some)
}

/// Why an answer did not reach the client whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelayError {
    /// The client went away, or took nothing for too long.
    Client,
    /// The product broke off, or sent nothing for too long.
    Upstream,
}

/// Sends `out` (the head, and what was there of a body that is framed anew), then the rest of the
/// answer's `body`. A plain body goes from the upstream's buffer to the client without a copy.
pub(crate) async fn relay<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut ClientSide<S>,
    upstream: &mut Upstream,
    out: &mut Outgoing,
    body: &mut Body,
    patience: Patience,
    flow: Flow<'_>,
) -> Result<(), RelayError> {
    let mut waits_for_client = true;
    client.wait(patience.write, patience.half_closed);
    poll_fn(|context| {
        loop {
            let step = if body.is_plain() {
                poll_plain(context, client, upstream, out, body)
            } else {
                poll_framed(context, client, upstream, out, body)
            };
            let for_client = match step {
                Step::Ended => return Poll::Ready(Ok(())),
                Step::Failed(error) => return Poll::Ready(Err(error)),
                Step::Moved => {
                    flow.moved(body);
                    continue;
                }
                Step::WaitsForClient => true,
                Step::WaitsForProduct => false,
            };
            if for_client != waits_for_client {
                waits_for_client = for_client;
                let span = if for_client { patience.write } else { patience.upstream };
                client.wait(span, patience.half_closed);
            }
            if client.poll_watch(context, patience.half_closed).is_err() {
                return Poll::Ready(Err(RelayError::Client));
            }
            if client.deadline.poll_passed(context).is_pending() {
                return Poll::Pending;
            }
            let is_client = waits_for_client || client.has_ended;
            return Poll::Ready(Err(if is_client {
                RelayError::Client
            } else {
                RelayError::Upstream
            }));
        }
    })
    .await
}

/// How an answer moves on.
enum Step {
    Moved,
    Ended,
    WaitsForClient,
    WaitsForProduct,
    Failed(RelayError),
}

fn poll_framed<S: AsyncRead + AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    client: &mut ClientSide<S>,
    upstream: &mut Upstream,
    out: &mut Outgoing,
    body: &mut Body,
) -> Step {
    if !out.is_sent() {
        return match out.poll_send(context, &mut client.stream) {
            Poll::Ready(Ok(())) => Step::Moved,
            Poll::Ready(Err(_)) => Step::Failed(RelayError::Client),
            Poll::Pending => Step::WaitsForClient,
        };
    }
    if body.is_done() {
        return Step::Ended;
    }
    match body.poll_piece(context, &mut upstream.buffer, &mut upstream.stream, out) {
        Poll::Ready(Ok(())) => Step::Moved,
        Poll::Ready(Err(_)) => Step::Failed(RelayError::Upstream),
        Poll::Pending => Step::WaitsForProduct,
    }
}

fn poll_plain<S: AsyncRead + AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    client: &mut ClientSide<S>,
    upstream: &mut Upstream,
    out: &mut Outgoing,
    body: &mut Body,
) -> Step {
    let buffer = &mut upstream.buffer;
    let count = body.count_of(buffer.unread().len());
    if count > 0 || !out.is_sent() {
        let more = buffer.unread().get(..count).unwrap_or_default();
        return match out.poll_send_with(context, &mut client.stream, more) {
            Poll::Ready(Ok(count)) => {
                buffer.consume(count);
                body.pass(count);
                Step::Moved
            }
            Poll::Ready(Err(_)) => Step::Failed(RelayError::Client),
            Poll::Pending => Step::WaitsForClient,
        };
    }
    if body.is_done() {
        return Step::Ended;
    }
    buffer.make_room(PIECE);
    // A counted body is never read beyond its end.
    match buffer.poll_read_from(context, &mut upstream.stream, body.count_of(usize::MAX)) {
        Poll::Ready(Ok(0)) if body.end() => Step::Moved,
        Poll::Ready(Ok(0) | Err(_)) => Step::Failed(RelayError::Upstream),
        Poll::Ready(Ok(_)) => Step::Moved,
        Poll::Pending => Step::WaitsForProduct,
    }
}
