//! What a connection goes through before its first request: whose it is, and TLS.

use std::fmt;
use std::rc::Rc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::proxy_protocol::{self, Source};
use super::secure::Secure;
use super::tls::H2;
use crate::connection::{self, Arrival};
use crate::engine::http2;
use crate::exchange::meter::Count;
use crate::thread::{Thread, Tracked};

/// Admits a connection of TCP and serves it.
pub(super) async fn tcp(
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    mut stream: TcpStream,
    mut arrival: Arrival,
    is_announced: bool,
) {
    let deadline = Instant::now() + thread.shared.settings.entry.handshake;
    if is_announced && !announced(&thread, &mut stream, &mut arrival, deadline).await {
        return;
    }
    let Some(acceptor) = &thread.shared.tls else {
        return connection::serve(thread, tracked, stream, arrival).await;
    };
    match timeout_at(deadline, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            arrival.is_secure = true;
            speak(thread, tracked, stream, arrival).await;
        }
        Ok(Err(error)) => unadmitted(&thread, arrival, &error),
        Err(late) => unadmitted(&thread, arrival, &late),
    }
}

/// Admits a connection of a unix socket and serves it.
pub(super) async fn unix<S: AsyncRead + AsyncWrite + Unpin>(
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    mut stream: S,
    mut arrival: Arrival,
) {
    let deadline = Instant::now() + thread.shared.settings.entry.handshake;
    if announced(&thread, &mut stream, &mut arrival, deadline).await {
        connection::serve(thread, tracked, stream, arrival).await;
    }
}

/// Serves a connection in the protocol that was agreed on.
async fn speak(
    thread: Rc<Thread>,
    tracked: Rc<Tracked>,
    stream: tokio_rustls::server::TlsStream<TcpStream>,
    arrival: Arrival,
) {
    if stream.get_ref().1.alpn_protocol() == Some(H2) {
        return http2::serve(thread, tracked, stream, arrival).await;
    }
    connection::serve(thread, tracked, Secure::new(stream), arrival).await;
}

/// Reads who the proxy says that it is. `false`: the connection ends.
async fn announced<S: AsyncRead + Unpin>(
    thread: &Thread,
    stream: &mut S,
    arrival: &mut Arrival,
    deadline: Instant,
) -> bool {
    match timeout_at(deadline, proxy_protocol::read(stream)).await {
        Ok(Ok(Source::Client(address))) => {
            arrival.peer = address;
            // The proxy carries bytes and reads none: what the client says of itself is not the
            // proxy's word.
            arrival.is_trusted = false;
            return true;
        }
        Ok(Ok(Source::Proxy)) => return true,
        Ok(Err(error)) => unadmitted(thread, *arrival, &error),
        Err(late) => unadmitted(thread, *arrival, &late),
    }
    false
}

fn unadmitted(thread: &Thread, arrival: Arrival, why: &dyn fmt::Display) {
    thread.meter.add(Count::Unadmitted);
    tracing::debug!(peer = %arrival.peer, %why, "a connection ended before its first request");
}
