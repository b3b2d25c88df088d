//! Connections to one instance, of one thread: bounded, reused, never shared.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::resolve::Addresses;
use super::stream::{UpstreamStream, UpstreamTls};
use crate::engine::http1::scan::Scan;
use crate::settings::InstanceSettings;
use crate::wire::buffer::Buffer;

/// How long an idle connection is kept: below the 20 s after which Tomcat ends it.
const IDLE: Duration = Duration::from_secs(15);
/// Room for an answer's head and the start of its body: most answers of REST are smaller.
const ANSWER: usize = 32 * 1024;

/// Room before an answer, for a head that becomes longer on its way: by the request's id and what
/// the connection to the client says.
const HEADROOM: usize = 256;

/// A connection to the product, with what was read from it.
pub(crate) struct Upstream {
    pub(crate) stream: UpstreamStream,
    pub(crate) buffer: Buffer,
    /// Where the lines of an answer's head end, which stands at the start of `buffer`.
    pub(crate) scan: Scan,
    /// Whether an earlier request used it: only then may a safe request be tried again.
    pub(crate) is_reused: bool,
    /// Held while a body is still coming from the client.
    upload: Option<OwnedSemaphorePermit>,
    _place: OwnedSemaphorePermit,
}

impl Upstream {
    /// Once all of the body has come, the connection counts as an upload no longer.
    pub(crate) fn release_upload(&mut self, has_come: bool) {
        if has_come {
            self.upload = None;
        }
    }
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
    /// Half of the places: clients that send slowly must leave the others for everybody else.
    uploads: Arc<Semaphore>,
    connect: Duration,
    tls: Option<UpstreamTls>,
}

impl Pool {
    /// To these addresses, as the instance's settings bound it.
    pub(crate) fn new(addresses: Arc<Addresses>, settings: &InstanceSettings) -> Rc<Self> {
        Rc::new(Self {
            addresses,
            idle: RefCell::default(),
            places: Arc::new(Semaphore::new(settings.connections)),
            uploads: Arc::new(Semaphore::new(settings.connections.div_ceil(2))),
            connect: settings.connect,
            tls: settings.tls.clone(),
        })
    }

    /// The idle connection that was used last, if it still stands and `fresh` is not asked for;
    /// else a new one. For an `is_upload`, a body that is still coming, one of half of the places.
    /// `now`, read a moment ago, spares another look at the clock.
    pub(crate) async fn take(
        &self,
        fresh: bool,
        is_upload: bool,
        now: Instant,
    ) -> Result<Upstream, NoConnection> {
        let upload = if is_upload { Some(self.wait_for(&self.uploads).await?) } else { None };
        if !fresh && let Some(mut found) = self.take_idle(now).await {
            found.upload = upload;
            return Ok(found);
        }
        let place = self.place().await?;
        let stream = tokio::time::timeout(self.connect, self.open())
            .await
            .map_err(|_| NoConnection::Refused(io::ErrorKind::TimedOut.into()))?
            .map_err(NoConnection::Refused)?;
        let buffer = Buffer::with_headroom(ANSWER, HEADROOM);
        let scan = Scan::default();
        Ok(Upstream { stream, buffer, scan, is_reused: false, upload, _place: place })
    }

    async fn take_idle(&self, now: Instant) -> Option<Upstream> {
        loop {
            let (mut found, since) = self.idle.borrow_mut().pop_back()?;
            let is_silent = poll_fn(|context| Poll::Ready(found.stream.poll_silent(context)));
            if now.saturating_duration_since(since) < IDLE && is_silent.await {
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
        self.wait_for(&self.places).await
    }

    async fn wait_for(&self, all: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, NoConnection> {
        match tokio::time::timeout(self.connect, Arc::clone(all).acquire_owned()).await {
            Ok(Ok(one)) => Ok(one),
            _ => Err(NoConnection::Exhausted),
        }
    }

    /// Connects, and does the handshake where there is one to do.
    async fn open(&self) -> io::Result<UpstreamStream> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for address in self.addresses.now().iter() {
            match self.open_one(*address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn open_one(&self, address: SocketAddr) -> io::Result<UpstreamStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(UpstreamStream::Plain(stream)),
            Some(tls) => tls.secure(stream).await,
        }
    }

    /// Gives a connection back, on which an answer began at `since`. The caller vouches that the
    /// answer has ended and that nothing of it is left.
    pub(crate) fn put(&self, mut upstream: Upstream, since: Instant) {
        upstream.upload = None;
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
