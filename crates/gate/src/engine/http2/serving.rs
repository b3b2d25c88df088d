//! A connection: its streams, its time limits, its end.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use gatepass_model::Reason as Refused;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Method, Request};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};

use super::guard::{Guarded, Watch};
use super::head::{self, Came, Written};
use super::stream::{MOST_SENT, Piece, StreamSide};
use crate::connection::{self, Arrival, Room};
use crate::settings::Settings;
use crate::thread::{Thread, Tracked, TrackedGuard};
use crate::wire::client::ClientSide;

/// Requests that a client may have open at once.
const STREAMS: u32 = 100;
/// Bytes of a request's body that may wait to be read; of all of a connection's together.
const WINDOW: u32 = 64 * 1024;
const ALL_WINDOWS: u32 = 512 * 1024;
/// How long a client may take for the last bytes of a connection that ends.
const GOODBYE: Duration = Duration::from_secs(2);

/// Serves a connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    stream: S,
    arrival: Arrival,
) {
    let settings = &thread.shared.settings;
    let stream = Rc::new(RefCell::new(stream));
    let watch = Rc::new(Watch::new());
    let guarded = Guarded::new(Rc::clone(&stream), Rc::clone(&watch));
    let greeting = builder(settings).handshake(guarded);
    let Ok(Ok(connection)) = tokio::time::timeout(settings.timeouts.head, greeting).await else {
        return;
    };
    let serving = Serving {
        connection,
        thread: Rc::clone(&thread),
        tracked,
        watch,
        arrival,
        requests: JoinSet::new(),
        phase: Phase::Open,
        idle_since: Instant::now(),
        head_since: None,
        timer: Box::pin(tokio::time::sleep(settings.timeouts.idle)),
    };
    serving.run().await;
    linger(&stream).await;
}

fn builder(settings: &Settings) -> Builder {
    let streams = STREAMS as usize;
    // A head beyond our bound but within twice of it is answered by us, with a reason.
    let list = u32::try_from(settings.limits.head.head.saturating_mul(2)).unwrap_or(u32::MAX);
    let mut builder = Builder::new();
    builder
        .max_concurrent_streams(STREAMS)
        .initial_window_size(WINDOW)
        .initial_connection_window_size(ALL_WINDOWS)
        .max_header_list_size(list)
        .max_send_buffer_size(MOST_SENT)
        .max_pending_accept_reset_streams(streams)
        .max_concurrent_reset_streams(streams)
        .reset_stream_duration(Duration::from_secs(5));
    builder
}

/// How a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Requests are taken.
    Open,
    /// The client was told to send no more (RFC 9113 6.8); those that came are served.
    Parting,
    /// Nothing is served any more; until then the last bytes may go out.
    Ending(Instant),
}

/// What happened on a connection.
enum Event {
    Request(Box<Request<RecvStream>>, SendResponse<Piece>),
    /// It is over.
    Over,
    /// A request was served, however.
    Served,
    /// The thread ends.
    Drains,
    /// The client has sent too much that is of no use.
    Flooded,
    /// A time limit has passed.
    Late,
}

struct Serving<S> {
    connection: Connection<Guarded<S>, Piece>,
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    watch: Rc<Watch>,
    arrival: Arrival,
    requests: JoinSet<()>,
    phase: Phase,
    idle_since: Instant,
    /// Which head has begun to come, and when.
    head_since: Option<(u64, Instant)>,
    timer: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Serving<S> {
    async fn run(mut self) {
        let tracked = Rc::clone(&self.tracked);
        let mut drains = pin!(tracked.drains.notified());
        loop {
            match poll_fn(|context| self.poll_event(context, drains.as_mut())).await {
                Event::Request(request, respond) => self.take(*request, respond),
                Event::Over => return,
                Event::Served if self.requests.is_empty() => self.idle_since = Instant::now(),
                Event::Served => {}
                Event::Drains => {
                    self.phase = Phase::Parting;
                    self.idle_since = Instant::now();
                    self.connection.graceful_shutdown();
                }
                Event::Late if matches!(self.phase, Phase::Ending(_)) => return,
                Event::Late if self.requests.is_empty() => self.end(Reason::NO_ERROR),
                Event::Late | Event::Flooded => self.end(Reason::ENHANCE_YOUR_CALM),
            }
        }
    }

    /// Says goodbye. Requests that are on their way are cut.
    fn end(&mut self, reason: Reason) {
        self.phase = Phase::Ending(Instant::now() + GOODBYE);
        self.requests.abort_all();
        self.connection.abrupt_shutdown(reason);
    }

    fn poll_event(
        &mut self,
        context: &mut Context<'_>,
        drains: Pin<&mut impl Future<Output = ()>>,
    ) -> Poll<Event> {
        self.tracked.is_idle.set(self.requests.is_empty());
        match pin!(self.connection.accept()).poll(context) {
            Poll::Ready(Some(Ok((request, respond)))) => {
                return Poll::Ready(Event::Request(Box::new(request), respond));
            }
            Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Event::Over),
            Poll::Pending => {}
        }
        if let Poll::Ready(Some(_)) = self.requests.poll_join_next(context) {
            return Poll::Ready(Event::Served);
        }
        let is_ending = matches!(self.phase, Phase::Ending(_));
        if self.watch.is_over() && !is_ending {
            return Poll::Ready(Event::Flooded);
        }
        if self.phase == Phase::Open
            && (self.thread.is_draining.get() || drains.poll(context).is_ready())
        {
            return Poll::Ready(Event::Drains);
        }
        self.poll_late(context)
    }

    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let Some(at) = self.time_limit() else { return Poll::Pending };
        if self.timer.deadline() != at {
            self.timer.as_mut().reset(at);
        }
        self.timer.as_mut().poll(context).map(|()| Event::Late)
    }

    /// When the connection ends if nothing happens before.
    fn time_limit(&mut self) -> Option<Instant> {
        if let Phase::Ending(at) = self.phase {
            return Some(at);
        }
        let timeouts = &self.thread.shared.settings.timeouts;
        self.head_since = self.watch.open_head().map(|number| match self.head_since {
            Some((known, since)) if known == number => (known, since),
            _ => (number, Instant::now()),
        });
        let idle = if self.phase == Phase::Open { timeouts.idle } else { GOODBYE };
        let limits = [
            self.head_since.map(|(_, since)| since + timeouts.head),
            self.watch.blocked_since().map(|since| since + timeouts.write),
            self.requests.is_empty().then(|| self.idle_since + idle),
        ];
        limits.into_iter().flatten().min()
    }

    /// Serves a request in a task of its own, so that its end is not that of the others.
    fn take(&mut self, request: Request<RecvStream>, mut respond: SendResponse<Piece>) {
        let thread = &self.thread;
        let limit = thread.shared.settings.limits.connections;
        if thread.connections.borrow().len() >= limit {
            thread.meter.add_refusal(Refused::Overloaded);
            // The client may send it again: nothing was done (RFC 9113 8.7).
            return respond.send_reset(Reason::REFUSED_STREAM);
        }
        self.tracked.was_used.set(true);
        let tracked = Rc::new(Tracked::default());
        let one = One {
            _guard: thread.track(&tracked),
            thread: Rc::clone(thread),
            tracked: Rc::clone(&tracked),
            watch: Rc::clone(&self.watch),
            arrival: self.arrival,
        };
        let abort = self.requests.spawn_local(one.serve(request, respond));
        tracked.abort.replace(Some(abort));
    }
}

/// What serves one request.
struct One {
    _guard: TrackedGuard,
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    watch: Rc<Watch>,
    arrival: Arrival,
}

impl One {
    async fn serve(self, request: Request<RecvStream>, respond: SendResponse<Piece>) {
        let settings = &self.thread.shared.settings;
        let (parts, body) = request.into_parts();
        let came = Came {
            is_secure: self.arrival.is_secure,
            in_pieces: self.watch.take_continued(respond.stream_id().as_u32()),
            ends_stream: body.is_end_stream(),
        };
        let (written, bad) = match head::write(&parts, came, &settings.limits.head) {
            Ok(written) => (written, None),
            Err(bad) => (Written { bytes: Vec::new(), is_chunked: false }, Some(bad)),
        };
        let is_head_request = parts.method == Method::HEAD;
        drop(parts);
        let side = StreamSide::new(written, is_head_request, body, respond, Rc::clone(&self.watch));
        let mut client = ClientSide::new(side, settings.timeouts.idle);
        let (thread, tracked) = (&self.thread, &self.tracked);
        if let Some(bad) = bad {
            connection::refuse_head(thread, &mut client, bad).await;
        } else {
            let mut room = Room::default();
            connection::serve_one(thread, tracked, &mut client, &mut room, self.arrival).await;
        }
        client.stream.finish();
    }
}

/// Reads over what still comes: unread bytes would make the system reset the connection, and our
/// last words with it. For a short time, and not for much.
async fn linger<S: AsyncRead + Unpin>(stream: &RefCell<S>) {
    let all = async {
        let mut waste = vec![0_u8; 16 * 1024];
        for _ in 0..64 {
            let once = poll_fn(|context| {
                let mut read = tokio::io::ReadBuf::new(&mut waste);
                let stream = Pin::new(&mut *stream.borrow_mut()).poll_read(context, &mut read);
                stream.map(|done| done.is_ok() && !read.filled().is_empty())
            });
            if !once.await {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(GOODBYE, all).await;
}
