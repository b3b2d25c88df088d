//! A client in good faith: the crate `h2`'s own.

use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Method, Request, Response};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::client::TlsStream;

use crate::support::{PATIENCE, within};

/// An answer with its body.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Whole {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection.
pub(super) struct Client {
    pub(super) send: SendRequest<Bytes>,
    running: JoinHandle<Result<(), h2::Error>>,
}

impl Client {
    pub(super) async fn new(stream: TlsStream<TcpStream>) -> Self {
        let mut builder = h2::client::Builder::new();
        builder.enable_push(false).max_concurrent_reset_streams(1000);
        builder.reset_stream_duration(Duration::from_mins(1));
        Self::with(stream, &builder).await
    }

    pub(super) async fn with(stream: TlsStream<TcpStream>, builder: &h2::client::Builder) -> Self {
        let (send, connection) =
            within("the greeting", builder.handshake::<_, Bytes>(stream)).await.unwrap();
        Self { send, running: tokio::spawn(connection) }
    }

    /// Waits for room for one more stream.
    pub(super) async fn ready(&self) -> SendRequest<Bytes> {
        within("room for a stream", self.send.clone().ready()).await.unwrap()
    }

    /// Sends a head.
    pub(super) async fn begin(
        &self,
        request: Request<()>,
        ends: bool,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        self.ready().await.send_request(request, ends).unwrap()
    }

    /// Asks, with this body unless it is empty.
    pub(super) async fn ask(&self, request: Request<()>, body: &[u8]) -> Result<Whole, h2::Error> {
        let (answer, mut sending) = self.begin(request, body.is_empty()).await;
        let body = Bytes::copy_from_slice(body);
        let upload = async {
            if !body.is_empty() {
                let _ = send(&mut sending, body).await;
            }
        };
        let download = async { whole(answer.await?).await };
        let both = async { tokio::join!(upload, download).1 };
        within("the answer", both).await
    }

    /// Waits for the end of the connection.
    pub(super) async fn ended(self) -> Result<(), h2::Error> {
        drop(self.send);
        within("the end of the connection", self.running).await.unwrap()
    }

    /// Whether the connection has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.running.is_finished()
    }
}

/// Sends all of a body, as far as the window is open.
pub(super) async fn send(stream: &mut SendStream<Bytes>, mut body: Bytes) -> Result<(), h2::Error> {
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let room = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
        let room = room.ok_or(h2::Reason::STREAM_CLOSED)??;
        let piece = body.split_to(room.min(body.len()));
        stream.send_data(piece, body.is_empty())?;
    }
    Ok(())
}

/// Reads all of an answer.
pub(super) async fn whole(answer: Response<RecvStream>) -> Result<Whole, h2::Error> {
    let (parts, mut stream) = answer.into_parts();
    let mut body = Vec::new();
    while let Some(data) = stream.data().await {
        let data = data?;
        stream.flow_control().release_capacity(data.len())?;
        body.extend_from_slice(&data);
    }
    Ok(Whole { status: parts.status.as_u16(), headers: parts.headers, body })
}

/// A request for a path, with a token.
pub(super) fn request(method: Method, path: &str, token: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("https://jira.example{path}"))
        .header("authorization", format!("Bearer {token}"))
}

/// A GET of `ABC-1`.
pub(super) fn get(token: &str) -> Request<()> {
    request(Method::GET, "/rest/api/2/issue/ABC-1", token).body(()).unwrap()
}

/// Waits until something holds, for nothing tells of it.
pub(super) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what} did not come within {PATIENCE:?}");
}
