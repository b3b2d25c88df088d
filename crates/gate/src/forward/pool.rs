//! Connections to one instance, of one thread: bounded, reused, never shared.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::resolve::Addresses;
use crate::wire::buffer::Buffer;

/// How long an idle connection is kept: below the 20 s after which Tomcat ends it.
const IDLE: Duration = Duration::from_secs(15);
/// Room for an answer's head and the start of its body: most answers of REST are smaller.
const ANSWER: usize = 32 * 1024;

/// A connection to the product, with what was read from it.
pub(crate) struct Upstream {
    pub(crate) stream: TcpStream,
    pub(crate) buffer: Buffer,
    /// Whether an earlier request used it: only then may a safe request be tried again.
    pub(crate) is_reused: bool,
    _place: OwnedSemaphorePermit,
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum NoConnection {
    /// All are in use, and none came free in time.
    Exhausted,
    /// The product took none.
    Refused(io::Error),
}

/// The connections of one thread to one instance.
pub(crate) struct Pool {
    addresses: Arc<Addresses>,
    idle: RefCell<VecDeque<(Upstream, Instant)>>,
    places: Arc<Semaphore>,
    connect: Duration,
}

impl Pool {
    /// At most `most` connections at once, each to be made within `connect`.
    pub(crate) fn new(addresses: Arc<Addresses>, most: usize, connect: Duration) -> Rc<Self> {
        Rc::new(Self {
            addresses,
            idle: RefCell::default(),
            places: Arc::new(Semaphore::new(most)),
            connect,
        })
    }

    /// The idle connection that was used last, if it still stands and `fresh` is not asked for;
    /// else a new one. `now`, read a moment ago, spares another look at the clock.
    pub(crate) async fn take(&self, fresh: bool, now: Instant) -> Result<Upstream, NoConnection> {
        if !fresh && let Some(found) = self.take_idle(now).await {
            return Ok(found);
        }
        let place = self.place().await?;
        let stream = tokio::time::timeout(self.connect, self.open())
            .await
            .map_err(|_| NoConnection::Refused(io::ErrorKind::TimedOut.into()))?
            .map_err(NoConnection::Refused)?;
        let buffer = Buffer::with_capacity(ANSWER);
        Ok(Upstream { stream, buffer, is_reused: false, _place: place })
    }

    async fn take_idle(&self, now: Instant) -> Option<Upstream> {
        loop {
            let (mut found, since) = self.idle.borrow_mut().pop_back()?;
            if now.saturating_duration_since(since) < IDLE && is_silent(&mut found).await {
                found.is_reused = true;
                return Some(found);
            }
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, NoConnection> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        // An idle connection holds a place that somebody needs now.
        drop(self.idle.borrow_mut().pop_front());
        match tokio::time::timeout(self.connect, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(NoConnection::Exhausted),
        }
    }

    async fn open(&self) -> io::Result<TcpStream> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for address in self.addresses.now().iter() {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Gives a connection back, on which an answer began at `since`. The caller vouches that the
    /// answer has ended and that nothing of it is left.
    pub(crate) fn put(&self, mut upstream: Upstream, since: Instant) {
        if upstream.buffer.is_empty() {
            upstream.buffer.shrink_when_empty(ANSWER);
            self.idle.borrow_mut().push_back((upstream, since));
        }
    }

    /// Ends what was idle for too long.
    pub(crate) fn sweep(&self) {
        self.idle.borrow_mut().retain(|(_, since)| since.elapsed() < IDLE);
    }
}

/// Whether the product has neither ended the connection nor said anything unasked. What the
/// runtime has not seen yet is not seen here: it costs no system call.
async fn is_silent(upstream: &mut Upstream) -> bool {
    poll_fn(|context| {
        Poll::Ready(match upstream.stream.poll_read_ready(context) {
            Poll::Pending => true,
            Poll::Ready(Err(_)) => false,
            Poll::Ready(Ok(())) => {
                // Ready to be read may only mean that nobody has looked since the last answer.
                let mut byte = [0_u8; 1];
                matches!(upstream.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
            }
        })
    })
    .await
}
