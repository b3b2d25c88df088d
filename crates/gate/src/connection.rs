//! One connection of a client: heads in, one request after the other.

use std::future::poll_fn;
use std::net::IpAddr;
use std::rc::Rc;
use std::task::Poll;

use gatepass_model::{Product, Reason, Refusal};
use gatepass_profiles::profile;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::engine::http1::request::{self, BadHead, Progress};
use crate::engine::http1::scan::Scan;
use crate::exchange::{self, After, Line, Taken};
use crate::forward::head::Origin;
use crate::refuse::{self, Reader};
use crate::thread::{Thread, Tracked};
use crate::wire::buffer::Outgoing;
use crate::wire::client::{ClientSide, SMALL};

/// How a connection came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Whose address stands at its other end; what a trusted peer said of it, where one may.
    pub(crate) peer: IpAddr,
    /// Whether it is encrypted.
    pub(crate) is_secure: bool,
    /// Whether it came by a unix socket that only trusted proxies use: then `peer` says nothing,
    /// and what they say of the client is believed.
    pub(crate) is_trusted: bool,
}

/// How the waiting for a head ended.
enum Arrived {
    /// So many bytes of the buffer are a head.
    Head(usize),
    /// The client has ended, or asked for nothing for too long.
    Nothing,
}

/// Serves a connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    stream: S,
    arrival: Arrival,
) {
    let settings = &thread.shared.settings;
    let mut client = ClientSide::new(stream, settings.timeouts.idle);
    let mut room = Room::default();
    loop {
        if client.has_ended && client.buffer.is_empty() {
            return client.finish(settings.timeouts.write).await;
        }
        // While the gate drains this one is served once more: see `listen::drain`.
        tracked.is_idle.set(client.buffer.is_empty());
        client.buffer.shrink_when_empty(SMALL);
        client.deadline.set(settings.timeouts.idle);
        let after = serve_one(&thread, &tracked, &mut client, &mut room, arrival).await;
        match after {
            Some(After::Next) => {}
            Some(After::Close) => return,
            None => return client.finish(settings.timeouts.write).await,
            Some(After::Linger) => {
                tracked.is_idle.set(true);
                return client.linger().await;
            }
        }
    }
}

/// Memory that one request after the other uses.
#[derive(Default)]
pub(crate) struct Room {
    /// The head of the present one.
    head: Vec<u8>,
    /// What goes out next, to either side.
    out: Outgoing,
    /// Where the lines of the head end.
    scan: Scan,
    /// What the product is told of where it comes from.
    origin: Origin,
}

/// Serves one request, from the first byte of its head on. `None`: there came none.
pub(crate) async fn serve_one<S: AsyncRead + AsyncWrite + Unpin>(
    thread: &Thread,
    tracked: &Tracked,
    client: &mut ClientSide<S>,
    room: &mut Room,
    arrival: Arrival,
) -> Option<After> {
    let Room { head: bytes, out, scan, origin } = room;
    match read_head(client, scan, thread, tracked).await {
        Ok(Arrived::Nothing) => None,
        Err(bad) => Some(refuse_head(thread, client, bad).await),
        Ok(Arrived::Head(length)) => {
            bytes.clear();
            bytes.extend_from_slice(client.buffer.unread().get(..length).unwrap_or_default());
            client.buffer.consume(length);
            Some(match request::parse(bytes, scan, &thread.shared.settings.limits.head) {
                Err(bad) => refuse_head(thread, client, bad).await,
                Ok(head) => {
                    let taken = Taken::default();
                    let line = Line { thread, tracked, client, out, origin, arrival, taken };
                    exchange::serve(line, &head).await
                }
            })
        }
    }
}

/// Waits for a whole head: as long as connections may idle for its first byte, then one total
/// time for the rest.
async fn read_head<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut ClientSide<S>,
    scan: &mut Scan,
    thread: &Thread,
    tracked: &Tracked,
) -> Result<Arrived, BadHead> {
    let settings = &thread.shared.settings;
    let limits = &settings.limits.head;
    scan.clear();
    let mut has_begun = false;
    loop {
        if skip_empty_line(client) {
            scan.clear();
        }
        if !client.buffer.is_empty() {
            tracked.is_idle.set(false);
            tracked.was_used.set(true);
            if let Progress::Complete(length) =
                request::find_end(client.buffer.unread(), scan, limits)?
            {
                return Ok(Arrived::Head(length));
            }
            check_first_line(client.buffer.unread())?;
            if !has_begun {
                has_begun = true;
                client.deadline.set(settings.timeouts.head);
            }
        }
        if client.has_ended {
            return Ok(Arrived::Nothing);
        }
        client.buffer.make_room((scan.seen() * 2).clamp(SMALL, limits.head + 1));
        let read = poll_fn(|context| {
            match client.buffer.poll_read_from(context, &mut client.stream, usize::MAX) {
                Poll::Ready(read) => Poll::Ready(Some(read)),
                Poll::Pending => client.deadline.poll_passed(context).map(|()| None),
            }
        });
        match read.await {
            Some(Ok(0) | Err(_)) => return Ok(Arrived::Nothing),
            Some(Ok(_)) => {}
            None if has_begun => {
                return Err(BadHead {
                    reason: Reason::RequestTimeout,
                    message: "the head did not come in time",
                });
            }
            None => return Ok(Arrived::Nothing),
        }
    }
}

/// One empty line before a request is read over (RFC 9112 2.2): old clients send one after a form.
/// Whether there was one, for then the head begins elsewhere.
fn skip_empty_line<S>(client: &mut ClientSide<S>) -> bool {
    let is_there = client.buffer.unread().starts_with(b"\r\n");
    if is_there {
        client.buffer.consume(2);
    }
    is_there
}

/// A first line that can't be HTTP/1.1 is refused before the rest comes: an HTTP/0.9 client sends
/// no rest.
fn check_first_line(bytes: &[u8]) -> Result<(), BadHead> {
    let Some(end) = memchr::memchr(b'\r', bytes).filter(|_| bytes != b"\r") else {
        // Nothing yet, or the first half of an empty line.
        return Ok(());
    };
    let line = bytes.get(..end).unwrap_or_default();
    if line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0") {
        return Ok(());
    }
    Err(BadHead { reason: Reason::MalformedRequest, message: "the first line is not HTTP/1.1" })
}

/// Answers what could not be read. Whatever follows on the connection can't be trusted.
pub(crate) async fn refuse_head<S: AsyncRead + AsyncWrite + Unpin>(
    thread: &Thread,
    client: &mut ClientSide<S>,
    bad: BadHead,
) -> After {
    thread.meter.add_refusal(bad.reason);
    let mut message = bad.message.to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    message.push('.');
    let refusal = Refusal::new(bad.reason, message);
    let mut out = Vec::new();
    let profile =
        thread.shared.instances.first().map_or_else(|| profile(Product::Jira), |one| one.profile);
    refuse::write(&refusal, profile, Reader::UNKNOWN, thread.ids.next(), true, &mut out);
    match client.send(&out, thread.shared.settings.timeouts.write).await {
        Ok(()) => After::Linger,
        Err(_) => After::Close,
    }
}
