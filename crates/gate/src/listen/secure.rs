//! A connection over TLS, as the engines want it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

/// What was written to a TLS session may still lie in it, encrypted, when the socket was full. The
/// engines write to sockets, which need no flushing: here whoever goes on to read sends the rest.
pub(super) struct Secure<S> {
    inner: TlsStream<S>,
    has_pending: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Secure<S> {
    pub(super) const fn new(inner: TlsStream<S>) -> Self {
        Self { inner, has_pending: true }
    }

    fn poll_send_pending(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.has_pending
            && let Poll::Ready(sent) = Pin::new(&mut self.inner).poll_flush(context)
        {
            sent?;
            self.has_pending = false;
        }
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secure<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_send_pending(context)?;
        Pin::new(&mut self.inner).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secure<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.has_pending = self.inner.get_ref().1.wants_write();
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        if flushed.is_ready() {
            self.has_pending = false;
        }
        flushed
    }

    /// Sends the rest, then says that nothing more comes (`close_notify`, RFC 8446 6.1): without
    /// that, what was sent counts as cut off.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::listen::tls::{CertificatePair, ServerCertificate, acceptor};

    /// Both ends of a connection that takes a few bytes at a time.
    async fn connected() -> (Secure<DuplexStream>, tokio_rustls::client::TlsStream<DuplexStream>) {
        let made = rcgen::generate_simple_self_signed(vec!["gate.example".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let pair = CertificatePair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let server = acceptor(&ServerCertificate::new(pair)).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (ours, theirs) = tokio::io::duplex(512);
        let name = ServerName::try_from("gate.example").unwrap();
        let connector = TlsConnector::from(Arc::new(client));
        let (ours, theirs) = tokio::join!(server.accept(ours), connector.connect(name, theirs));
        (Secure::new(ours.unwrap()), theirs.unwrap())
    }

    #[tokio::test]
    async fn what_the_socket_had_no_room_for_is_sent_while_the_next_request_is_waited_for() {
        let (mut ours, mut theirs) = connected().await;
        let written = ours.write(&[b'x'; 10_000]).await.unwrap();
        assert_eq!(written, 10_000, "the session takes it whole");
        let reading = async {
            let mut answer = vec![0; 10_000];
            theirs.read_exact(&mut answer).await.unwrap();
            theirs.write_all(b"next").await.unwrap();
            theirs.flush().await.unwrap();
            answer
        };
        let waiting = async {
            let mut next = [0; 4];
            ours.read_exact(&mut next).await.unwrap();
            next
        };
        let both = async { tokio::join!(reading, waiting) };
        let both = tokio::time::timeout(std::time::Duration::from_secs(20), both).await;
        let (answer, next) = both.expect("the rest was never sent");
        assert!(answer == [b'x'; 10_000] && next == *b"next");
    }
}
