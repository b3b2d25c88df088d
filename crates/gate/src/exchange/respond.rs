//! Answers of the gate's own, and bodies that it reads itself.

use std::io;
use std::sync::atomic::Ordering;
use std::task::Poll;

use gatepass_model::{Family, Product, Reason, Refusal};
use gatepass_profiles::{Profile, profile};
use tokio::io::{AsyncRead, AsyncWrite};

use super::tally::Tally;
use super::{After, Line, Taken};
use crate::engine::http1::framing::Framing;
use crate::engine::http1::request::RequestHead;
use crate::refuse::{self, Reader};
use crate::request_id::RequestId;
use crate::thread::Shared;
use crate::wire::body::Body;
use crate::wire::pace::Pace;

/// Who hears an answer of the gate's own, and about which request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Responder {
    pub(crate) id: RequestId,
    /// What the request is, once that is known.
    pub(crate) family: Option<Family>,
    pub(crate) instance: Option<usize>,
}

/// The profile of an instance by its place in the settings.
pub(crate) fn profile_of(shared: &Shared, index: usize) -> &'static Profile {
    shared.instances.get(index).map_or_else(|| profile(Product::Jira), |room| room.profile)
}

/// Refuses a request that was counted for an instance.
pub(crate) async fn refuse_tallied<S: AsyncRead + AsyncWrite + Unpin>(
    line: Line<'_, S>,
    head: &RequestHead<'_>,
    responder: Responder,
    refusal: Refusal,
    tally: &mut Tally<'_>,
) -> After {
    tally.refused = Some(refusal.reason);
    tally.status = refusal.reason.status();
    tracing::debug!(
        request_id = %responder.id,
        reason = %refusal.reason,
        status = tally.status,
        "refused"
    );
    refuse(line, head, responder, &refusal).await
}

/// Refuses a request whose head was read.
pub(crate) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    line: Line<'_, S>,
    head: &RequestHead<'_>,
    responder: Responder,
    refusal: &Refusal,
) -> After {
    let Line { thread, client, out, taken, .. } = line;
    thread.meter.add_refusal(refusal.reason);
    let rest = rest_of(head, taken, client.buffer.unread(), refusal.reason);
    let closes = rest.is_none() || head.wants_close || thread.is_draining.get();
    out.reset(super::respond::KEEP);
    let profile = responder
        .instance
        .map_or_else(|| profile_of(&thread.shared, 0), |index| profile_of(&thread.shared, index));
    refuse::write(
        refusal,
        profile,
        Reader::of(head, responder.family),
        responder.id,
        closes,
        &mut out.bytes,
    );
    if client.send(&out.bytes, thread.shared.settings.timeouts.write).await.is_err() {
        return After::Close;
    }
    match rest {
        Some(rest) if !closes => {
            client.buffer.consume(rest);
            After::Next
        }
        _ => After::Linger,
    }
}

/// Memory that is kept for the next answer of a connection.
pub(crate) const KEEP: usize = 16 * 1024;

/// How many bytes of the buffer are the request's body, when all of it stands there and nothing
/// about the request's framing was in doubt.
fn rest_of(head: &RequestHead<'_>, taken: Taken, unread: &[u8], reason: Reason) -> Option<usize> {
    if matches!(reason, Reason::MalformedRequest | Reason::MethodNotAllowed) {
        return None;
    }
    match taken {
        Taken::Nothing => {}
        Taken::Some => return None,
        Taken::All => return Some(0),
    }
    match head.framing {
        Framing::None => Some(0),
        Framing::Length(length) => {
            usize::try_from(length).ok().filter(|&length| length <= unread.len())
        }
        Framing::Chunked | Framing::UntilClose => None,
    }
}

/// Gives back what was counted, however the reading ended.
struct Counted<'s> {
    shared: &'s Shared,
    bytes: usize,
}

impl Counted<'_> {
    fn grow_to(&mut self, bytes: usize) -> Result<(), Refusal> {
        let more = bytes.saturating_sub(self.bytes);
        let before = self.shared.forms.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        if before + more > self.shared.settings.limits.all_forms {
            return Err(Refusal::new(
                Reason::Overloaded,
                "Too many forms are being checked for credentials at once. Try again soon.",
            ));
        }
        Ok(())
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.shared.forms.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body whole, for a decision needs it. `None`: the client went away.
pub(crate) async fn read_body<S: AsyncRead + AsyncWrite + Unpin>(
    line: &mut Line<'_, S>,
    head: &RequestHead<'_>,
    tally: &mut Tally<'_>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let limit = line.thread.shared.settings.limits.form;
    let mut counted = Counted { shared: &line.thread.shared, bytes: 0 };
    let body = read_whole(line, head, limit, |bytes| counted.grow_to(bytes)).await?;
    tally.bytes_in = body.as_ref().map_or(0, |body| body.len() as u64);
    Ok(body)
}

/// Reads a body of at most `limit` bytes. `counts` is told how much is held and may refuse.
pub(crate) async fn read_whole<S: AsyncRead + AsyncWrite + Unpin>(
    line: &mut Line<'_, S>,
    head: &RequestHead<'_>,
    limit: usize,
    mut counts: impl FnMut(usize) -> Result<(), Refusal>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let too_large = || {
        let words = format!("The body is longer than the {limit} bytes that are read here.");
        Refusal::new(Reason::BodyTooLarge, words)
    };
    if matches!(head.framing, Framing::Length(length) if length > limit as u64) {
        return Err(too_large());
    }
    let timeouts = line.thread.shared.settings.timeouts;
    if !give_continue(line, head).await {
        return Ok(None);
    }
    let limits = &line.thread.shared.settings.limits;
    let mut pace = Pace::new(limits.body_rate, limits.body_grace);
    let mut body = Body::new(head.framing, false);
    let mut whole = Vec::new();
    line.taken = Taken::Some;
    while !body.is_done() {
        let Line { client, out, .. } = &mut *line;
        client.deadline.set(pace.span(true, body.bytes(), timeouts.body));
        let piece = std::future::poll_fn(|context| {
            match body.poll_piece(context, &mut client.buffer, &mut client.stream, out) {
                Poll::Ready(piece) => Poll::Ready(Some(piece)),
                Poll::Pending => client.deadline.poll_passed(context).map(|()| None),
            }
        });
        match piece.await {
            Some(Ok(())) => whole.extend_from_slice(&out.bytes),
            Some(Err(crate::wire::body::BodyError::Broken(broken))) => {
                return Err(Refusal::new(Reason::MalformedRequest, broken.0));
            }
            Some(Err(_)) => return Ok(None),
            None => {
                return Err(Refusal::new(Reason::RequestTimeout, "The body did not come in time."));
            }
        }
        counts(whole.len())?;
        if whole.len() > limit {
            return Err(too_large());
        }
    }
    line.taken = Taken::All;
    line.out.reset(KEEP);
    Ok(Some(whole))
}

/// Says `100 Continue` to a client that waits for it, now that its request is taken. `false`: it
/// went away.
pub(crate) async fn give_continue<S: AsyncRead + AsyncWrite + Unpin>(
    line: &mut Line<'_, S>,
    head: &RequestHead<'_>,
) -> bool {
    if !head.expects_continue || !head.framing.has_body() || !line.client.buffer.is_empty() {
        return true;
    }
    let patience = line.thread.shared.settings.timeouts.write;
    let sent: io::Result<()> = line.client.send(b"HTTP/1.1 100 Continue\r\n\r\n", patience).await;
    sent.is_ok()
}
