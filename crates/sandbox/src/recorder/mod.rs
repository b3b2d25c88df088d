//! An upstream that writes down what reaches it, byte for byte.
//!
//! It has a reader of its own, simple on purpose: what a proxy let through must not be tidied up
//! by a library before a test sees it. Framing is taken as the most careless server takes it:
//! `Transfer-Encoding` with `chunked` in it wins over `Content-Length`, whatever follows a request
//! on the connection is the next one.

pub(crate) mod answer;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use answer::RawAnswer;

/// What decides on an answer.
type Answer = Arc<dyn Fn(&RecordedRequest) -> RawAnswer + Send + Sync>;
/// What may answer before the body is read.
type EarlyAnswer = Arc<dyn Fn(&RecordedRequest) -> Option<RawAnswer> + Send + Sync>;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct RecordedRequest {
    /// The connection that it came on, counted from 0.
    pub connection: usize,
    /// All bytes up to and with the empty line; fewer when the head is not complete.
    pub head: Vec<u8>,
    /// What followed, with its framing (chunk sizes, trailers), up to the bound.
    pub framed_body: Vec<u8>,
    /// What followed, without its framing, up to the bound.
    pub body: Vec<u8>,
    /// How long the body is, bound or not.
    pub body_length: u64,
    /// Whether it came to its end.
    pub is_complete: bool,
    /// Bytes that came after an answer with [`answer::Step::Echo`], up to the bound.
    pub tunnel: Vec<u8>,
}

/// How a recorder answers and how much it keeps.
#[derive(Clone)]
pub struct RecorderSettings {
    /// The answer to a complete request.
    pub answer: Answer,
    /// An answer to a head, before the body is read; the body is then read and recorded as it
    /// comes, unless the answer closes the connection.
    pub early: Option<EarlyAnswer>,
    /// Whether `Expect: 100-continue` is answered with `100 Continue`.
    pub continues: bool,
    /// Bytes kept of each body and tunnel; the others are counted only.
    pub keep: usize,
}

/// A recording upstream, listening on a free port of 127.0.0.1. Dropping it ends it, and cuts its
/// connections.
pub struct Recorder {
    address: SocketAddr,
    log: Arc<Log>,
    task: JoinHandle<()>,
}

/// What was seen so far.
pub(crate) struct Log {
    state: Mutex<State>,
    /// Told of every change.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    requests: Vec<RecordedRequest>,
    /// Requests that are no longer in the list, all older than those in it.
    forgotten: usize,
    connections: usize,
    open: usize,
}

impl Default for RecorderSettings {
    /// 200 with `{"recorded":true}` to everything, 16 MiB kept.
    fn default() -> Self {
        Self {
            answer: Arc::new(|request| {
                let body = "{\"recorded\":true}";
                if request.method() == "HEAD" {
                    RawAnswer::json_head(body, &[])
                } else {
                    RawAnswer::json(body, &[])
                }
            }),
            early: None,
            continues: true,
            keep: 16 << 20,
        }
    }
}

impl Recorder {
    /// Listens, and answers complete requests with `answer`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(
        answer: impl Fn(&RecordedRequest) -> RawAnswer + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let settings = RecorderSettings { answer: Arc::new(answer), ..RecorderSettings::default() };
        Self::start_with(settings).await
    }

    /// Listens.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start_with(settings: RecorderSettings) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (changed, _) = watch::channel(());
        let log = Arc::new(Log { state: Mutex::default(), changed });
        let task = tokio::spawn(accept(listener, Arc::clone(&log), settings));
        Ok(Self { address, log, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests of which a byte came, in the order of their first bytes.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.log.state().requests.clone()
    }

    /// Connections that were made so far.
    pub fn connections(&self) -> usize {
        self.log.state().connections
    }

    /// Connections that are open now.
    pub fn open_connections(&self) -> usize {
        self.log.state().open
    }

    /// Forgets the requests so far. One that is under way is forgotten too.
    pub fn forget_requests(&self) {
        let mut state = self.log.state();
        state.forgotten += state.requests.len();
        state.requests.clear();
    }

    /// Waits until this many requests are complete. It has no end of its own: bound it.
    pub async fn wait_for(&self, count: usize) {
        self.wait_until(|recorder| {
            let state = recorder.log.state();
            state.requests.iter().filter(|request| request.is_complete).count() >= count
        })
        .await;
    }

    /// Waits until something holds, looking again after each change. Bound it.
    pub async fn wait_until(&self, holds: impl Fn(&Self) -> bool) {
        let mut changes = self.log.changed.subscribe();
        while !holds(self) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RecordedRequest {
    /// What stands before the first space; empty when there is none.
    pub fn method(&self) -> String {
        self.word(0)
    }

    /// What stands between the first two spaces.
    pub fn target(&self) -> String {
        self.word(1)
    }

    fn word(&self, index: usize) -> String {
        let line = self.head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let word = line.split(|byte| *byte == b' ').nth(index).unwrap_or_default();
        String::from_utf8_lossy(word).into_owned()
    }

    /// Every value of a header, case of the name ignored, in order, without space around it.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.head);
        text.split("\r\n")
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .filter(|(own, _)| own.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    }

    /// All of it, as it came.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.framed_body, &self.tunnel].concat()
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a request, and gives the number by which it is changed.
    fn begin(&self, request: RecordedRequest) -> usize {
        let mut state = self.state();
        state.requests.push(request);
        state.forgotten + state.requests.len() - 1
    }

    /// Changes a request, and tells those who wait. One that was forgotten stays so.
    fn change(&self, number: usize, change: impl FnOnce(&mut RecordedRequest)) {
        {
            let mut state = self.state();
            let index = number.checked_sub(state.forgotten);
            if let Some(request) = index.and_then(|index| state.requests.get_mut(index)) {
                change(request);
            }
        }
        self.changed.send_replace(());
    }

    /// A copy of a request; an empty one when it was forgotten.
    fn copy(&self, number: usize) -> RecordedRequest {
        let state = self.state();
        let index = number.checked_sub(state.forgotten);
        index.and_then(|index| state.requests.get(index)).cloned().unwrap_or_default()
    }

    fn opened(&self) -> usize {
        let number = {
            let mut state = self.state();
            state.open += 1;
            state.connections += 1;
            state.connections - 1
        };
        self.changed.send_replace(());
        number
    }
}

/// Counts a connection as open while it lives.
struct Open(Arc<Log>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.state().open -= 1;
        self.0.changed.send_replace(());
    }
}

/// Connections end with the recorder: they live in a set that this task owns.
async fn accept(listener: TcpListener, log: Arc<Log>, settings: RecorderSettings) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let number = log.opened();
        let open = Open(Arc::clone(&log));
        let (log, settings) = (Arc::clone(&log), settings.clone());
        connections.spawn(async move {
            let _open = open;
            let _ = wire::serve(stream, number, &log, &settings).await;
        });
    }
}
