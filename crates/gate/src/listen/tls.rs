//! TLS towards clients: which certificate is shown, and on what terms.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{InconsistentKeys, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// HTTP/2, as ALPN names it (RFC 9113 3.2).
pub(super) const H2: &[u8] = b"h2";

/// What is offered to clients, the preferred first.
const OFFERED: [&[u8]; 2] = [H2, b"http/1.1"];

/// A certificate, those that vouch for it, and its key.
#[derive(Clone)]
pub struct CertificatePair(Arc<CertifiedKey>);

/// Why two texts are no certificate with its key.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Nothing in the first is a certificate.
    #[error("there is no certificate in it (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// Something in the first can't be read.
    #[error("a certificate in it can't be read: {0}")]
    UnreadableCertificate(String),
    /// The second can't be read, or is encrypted.
    #[error("there is no private key in it that can be read; it must not be encrypted")]
    NoKey,
    /// Each is good, but they don't belong together.
    #[error("it is not the key of the certificate")]
    Mismatch,
    /// rustls can't work with them.
    #[error("they can't be used: {0}")]
    Unusable(rustls::Error),
}

impl CertificateError {
    /// Whether it is about the key, not the certificate.
    pub const fn is_of_key(&self) -> bool {
        matches!(self, Self::NoKey | Self::Mismatch)
    }
}

impl CertificatePair {
    /// Reads both, in PEM. The server's own certificate is the first of its file, its issuers
    /// follow.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| CertificateError::UnreadableCertificate(error.to_string()))?;
        if chain.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateError::NoKey)?;
        let pair = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        pair.map(|pair| Self(Arc::new(pair))).map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                CertificateError::Mismatch
            }
            error => CertificateError::Unusable(error),
        })
    }

    /// The server's own certificate, in DER.
    pub fn certificate(&self) -> &[u8] {
        self.0.cert.first().map_or(&[], |certificate| certificate.as_ref())
    }
}

impl fmt::Debug for CertificatePair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of the key.
        out.debug_tuple("CertificatePair").field(&self.0.cert.len()).finish()
    }
}

/// The certificate in force. It can be replaced at any moment; connections that are open stay.
#[derive(Clone)]
pub struct ServerCertificate(Arc<ArcSwap<CertifiedKey>>);

impl ServerCertificate {
    /// With this one at first.
    pub fn new(pair: CertificatePair) -> Self {
        Self(Arc::new(ArcSwap::new(pair.0)))
    }

    /// From now on handshakes get this one.
    pub fn replace(&self, pair: CertificatePair) {
        self.0.store(pair.0);
    }
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ServerCertificate")
    }
}

impl ResolvesServerCert for ServerCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Whatever name is asked for: hosts are judged by the Host header.
        Some(self.0.load_full())
    }
}

/// TLS 1.2 and 1.3, with tickets for sessions to be resumed, and no early data: a replayed request
/// must not be acted on twice (RFC 8446 8).
pub(crate) fn acceptor(certificate: &ServerCertificate) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificate.clone()));
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.alpn_protocols = OFFERED.iter().map(|name| name.to_vec()).collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
