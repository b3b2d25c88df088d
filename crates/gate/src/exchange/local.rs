//! What lies below `console_path`: answered by Gatepass itself, on the control runtime.

use std::future::Future;
use std::io::Write as _;
use std::net::IpAddr;
use std::pin::Pin;

use gatepass_model::{CanonicalTarget, InstanceName, Method, Reason, Refusal, TokenId};
use tokio::io::{AsyncRead, AsyncWrite};

use super::ask::Gathered;
use super::respond::{self, Responder};
use super::{After, Line};
use crate::engine::http1::request::RequestHead;
use crate::read::client::{Client, scheme_of};
use crate::read::credential::{Credentials, text_of};
use crate::thread::Thread;

/// Where a request that Gatepass answers itself was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalPlace {
    /// Below `console_path`.
    Console,
    /// To where the people of this instance sign in, below its context path.
    SignIn(InstanceName),
    /// To this instance's own page of native tokens, where policy says that the console stands in
    /// for it.
    NativeTokens(InstanceName),
}

/// A request that Gatepass answers itself, with its body.
#[derive(Clone, Debug)]
pub struct LocalRequest {
    /// Where it was sent.
    pub place: LocalPlace,
    /// `http` or `https`, as the client used it.
    pub scheme: &'static str,
    /// The `Host` that the client asked for, with its port where it named one.
    pub host: String,
    /// What is asked.
    pub method: Method,
    /// The path below `console_path`, beginning with `/`; `/` for what stands elsewhere.
    pub path: String,
    /// The query without its `?`.
    pub query: Option<String>,
    /// Header lines in order, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// At most [`LOCAL_BODY`] bytes.
    pub body: Vec<u8>,
    /// Who asks, as far as anybody may be believed.
    pub client: IpAddr,
    /// The token that he presents.
    pub caller: Caller,
    /// The name of the request in logs.
    pub request_id: String,
}

/// Most bytes of a body below `console_path`: 1 MiB.
pub const LOCAL_BODY: usize = 1024 * 1024;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody whom the gate knows.
    Nobody,
    /// The owner of this token, which is good at this moment.
    Token(TokenId),
    /// Somebody with a token that is not good.
    Refused(Refusal),
}

/// What Gatepass answers itself.
#[derive(Clone, Debug)]
pub struct LocalAnswer {
    /// 200 to 599.
    pub status: u16,
    /// Header lines; framing is the gate's.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer to come.
pub type LocalFuture = Pin<Box<dyn Future<Output = LocalAnswer> + Send>>;

/// Answers what lies below `console_path`. Called from every data-plane thread; the future runs
/// on the control runtime, and is dropped when the client goes.
pub trait LocalService: Send + Sync {
    /// Answers one request.
    fn call(&self, request: LocalRequest) -> LocalFuture;
}

/// Asks the local service and sends its answer.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut line: Line<'_, S>,
    head: &RequestHead<'_>,
    target: &CanonicalTarget<'_>,
    peer: &Client,
    (place, path): (LocalPlace, String),
    responder: Responder,
) -> After {
    let thread = line.thread;
    let body = match respond::read_whole(&mut line, head, LOCAL_BODY, |_| Ok(())).await {
        Ok(Some(body)) => body,
        Ok(None) => return After::Close,
        Err(refusal) => return respond::refuse(line, head, responder, &refusal).await,
    };
    let request = LocalRequest {
        place,
        scheme: scheme_of(head, peer, line.arrival),
        host: head.host.to_owned(),
        method: head.method,
        path,
        query: target.query().map(str::to_owned),
        headers: head
            .fields
            .iter()
            .map(|header| (text_of(header.name).to_ascii_lowercase(), header.value.to_vec()))
            .collect(),
        body,
        client: peer.address,
        caller: caller(head, peer, target, thread),
        request_id: responder.id.to_string(),
    };
    let running = thread.shared.control.spawn(thread.shared.local.call(request));
    let guard = AbortOnDrop(running.abort_handle());
    let answer = running.await;
    drop(guard);
    let Ok(answer) = answer else {
        // A panic ended one request, not the process.
        tracing::error!(request_id = %responder.id, "the local service failed");
        let refusal = Refusal::new(Reason::NotReady, "Gatepass could not answer. Try again.");
        return respond::refuse(line, head, responder, &refusal).await;
    };
    send(line, head, &answer, responder).await
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Who asks: his token is judged as at an instance, but for what only an instance can say.
fn caller(
    head: &RequestHead<'_>,
    peer: &Client,
    target: &CanonicalTarget<'_>,
    thread: &Thread,
) -> Caller {
    let shared = &thread.shared;
    let now = shared.clock.now();
    let profile = respond::profile_of(shared, 0);
    let credentials = match Credentials::read(head, target.query(), profile, false) {
        Ok(credentials) => credentials,
        Err(refusal) => return Caller::Refused(refusal),
    };
    if credentials.token.is_none() {
        return Caller::Nobody;
    }
    match Gathered::authenticate(&credentials, shared, peer.address, head, now) {
        Ok(id) => Caller::Token(id),
        Err(refusal) => Caller::Refused(refusal),
    }
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    line: Line<'_, S>,
    head: &RequestHead<'_>,
    answer: &LocalAnswer,
    responder: Responder,
) -> After {
    let Line { thread, client, out, .. } = line;
    let closes = head.wants_close || thread.is_draining.get();
    out.reset(respond::KEEP);
    let bytes = &mut out.bytes;
    // Writing to a Vec can't fail.
    let _ = write!(bytes, "HTTP/1.1 {} {}\r\n", answer.status, crate::refuse::words(answer.status));
    for (name, value) in &answer.headers {
        if matches!(name.as_str(), "content-length" | "connection" | "transfer-encoding") {
            continue;
        }
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    let _ = write!(bytes, "Content-Length: {}\r\nX-Gatepass-Request-Id: ", answer.body.len());
    responder.id.write(bytes);
    bytes.extend_from_slice(b"\r\n");
    if closes {
        bytes.extend_from_slice(b"Connection: close\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    if head.method != Method::Head {
        bytes.extend_from_slice(&answer.body);
    }
    let patience = thread.shared.settings.timeouts.write;
    match client.send(bytes, patience).await {
        Err(_) => After::Close,
        Ok(()) if closes => After::Linger,
        Ok(()) => After::Next,
    }
}
