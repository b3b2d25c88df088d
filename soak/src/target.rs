//! The gate that everybody here talks to.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpSocket, TcpStream};

/// Where it is and what may be asked there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) gate: SocketAddr,
    pub(crate) host: String,
    pub(crate) token: String,
    pub(crate) path: String,
    pub(crate) long_path: String,
}

impl Target {
    /// A head with the token. `start` is method and path, `lines` end in CRLF each.
    pub(crate) fn head(&self, start: &str, lines: &str) -> String {
        let Self { host, token, .. } = self;
        format!("{start} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{lines}\r\n")
    }

    pub(crate) async fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.gate).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// With as small a receive window as the system gives.
    pub(crate) async fn connect_narrow(&self) -> io::Result<TcpStream> {
        let socket = if self.gate.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_recv_buffer_size(1)?;
        socket.connect(self.gate).await
    }
}
