//! The bytes of a connection to a product, plain or encrypted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How one instance is spoken to in TLS.
#[derive(Clone, Debug)]
pub struct UpstreamTls {
    /// Whom it trusts. Built once for an instance: sessions are remembered in it, and a handshake
    /// looks there under a lock; requests on a connection that stands do not.
    pub config: Arc<ClientConfig>,
    /// What the product's certificate must be for, and what is asked for (SNI).
    pub server_name: ServerName<'static>,
}

impl UpstreamTls {
    /// Does the handshake on a connection that was just made.
    pub(crate) async fn secure(&self, stream: TcpStream) -> io::Result<UpstreamStream> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let secured = connector.connect(self.server_name.clone(), stream).await?;
        Ok(UpstreamStream::Tls(Box::new(secured)))
    }
}

/// A connection to a product.
pub(crate) enum UpstreamStream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl UpstreamStream {
    /// Whether the product has neither ended the connection nor said anything unasked. What the
    /// runtime has not seen yet is not seen here: it costs no system call.
    pub(crate) fn poll_silent(&mut self, context: &mut Context<'_>) -> bool {
        match self {
            Self::Plain(stream) => match stream.poll_read_ready(context) {
                Poll::Pending => true,
                Poll::Ready(Err(_)) => false,
                Poll::Ready(Ok(())) => {
                    // Ready to be read may only mean that nobody has looked since the last answer.
                    let mut byte = [0_u8; 1];
                    matches!(stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
                }
            },
            // What came may be for TLS alone: new tickets do (RFC 8446 4.6.1). So it is read, which
            // asks the system only where the runtime has seen something.
            Self::Tls(stream) => {
                let mut byte = [0_u8; 1];
                Pin::new(stream).poll_read(context, &mut ReadBuf::new(&mut byte)).is_pending()
            }
        }
    }
}

/// The end of an encrypted stream without `close_notify` is an error, not an end: it may have been
/// cut (RFC 8446 6.1, RFC 9112 9.8).
impl AsyncRead for UpstreamStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => {
                // What was taken by a write may still wait for the socket, and whoever has written
                // all of a request only reads: so reading moves it on.
                if stream.get_ref().1.wants_write() {
                    // A product that takes no more may have answered before.
                    let _ = Pin::new(&mut **stream).poll_flush(context);
                }
                Pin::new(stream).poll_read(context, buffer)
            }
        }
    }
}

impl AsyncWrite for UpstreamStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => {
                let count = ready!(Pin::new(&mut **stream).poll_write(context, bytes))?;
                if stream.get_ref().1.wants_write() {
                    // Or nothing would wake the task when there is room again.
                    let _ = Pin::new(&mut **stream).poll_flush(context)?;
                }
                Poll::Ready(Ok(count))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
