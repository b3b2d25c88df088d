//! Whom the gate trusts when it speaks TLS to somebody: the one place where that is built, for
//! this client and for the data plane.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// The authorities that are trusted for everybody: the system's.
#[derive(Clone)]
pub struct Roots(Arc<RootCertStore>);

impl Roots {
    /// Those of the system, or of `SSL_CERT_FILE` and `SSL_CERT_DIR` where they are set, as
    /// OpenSSL has it. Reads files: load them once. What can't be read is left out.
    pub fn of_system() -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self(Arc::new(store))
    }

    /// None at all: only a configured authority is trusted.
    pub fn none() -> Self {
        Self(Arc::new(RootCertStore::empty()))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Roots").field("count", &self.count()).finish()
    }
}

/// The files of one product's TLS. All are PEM.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsFiles<'a> {
    /// Authorities that are trusted besides the roots.
    pub ca: Option<&'a Path>,
    /// The gate's own certificate with its chain, and its key.
    pub client: Option<(&'a Path, &'a Path)>,
}

/// Why there is no TLS to be had. Which file is at fault is a caller's to name.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authorities can't be read, or one of them is none.
    #[error("{}: {words}", .file.display())]
    Ca {
        /// Where they were to stand.
        file: PathBuf,
        /// Why.
        words: String,
    },
    /// The gate's own certificate can't be read, or does not go with its key.
    #[error("{}: {words}", .file.display())]
    ClientCertificate {
        /// Where it was to stand.
        file: PathBuf,
        /// Why.
        words: String,
    },
    /// The gate's own key can't be read.
    #[error("{}: {words}", .file.display())]
    ClientKey {
        /// Where it was to stand.
        file: PathBuf,
        /// Why.
        words: String,
    },
    /// Nobody is trusted.
    #[error("the system has no authorities, and none are configured")]
    NobodyTrusted,
}

/// TLS 1.2 and 1.3 to whoever has a certificate of `roots` or of the configured authorities.
///
/// The certificate, its name and its dates are always checked: there is no way to switch that
/// off. Only HTTP/1.1 is offered (ALPN, RFC 7301), sessions are resumed. Share the result:
/// sessions are remembered in it.
pub fn client_config(roots: &Roots, files: TlsFiles<'_>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut trusted = RootCertStore::clone(&roots.0);
    if let Some(file) = files.ca {
        let wrong = |words: String| TlsError::Ca { file: file.to_owned(), words };
        for certificate in certificates(file).map_err(wrong)? {
            let refused =
                |error| wrong(format!("a certificate in it can't be an authority: {error}"));
            trusted.add(certificate).map_err(refused)?;
        }
    }
    if trusted.is_empty() {
        return Err(TlsError::NobodyTrusted);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsError::NobodyTrusted)?
        .with_root_certificates(trusted);
    let mut config = match files.client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let wrong = |words| TlsError::ClientCertificate { file: certificate.to_owned(), words };
            let chain = certificates(certificate).map_err(wrong)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                let words = format!("no key can be read from it: {error}");
                TlsError::ClientKey { file: key.to_owned(), words }
            })?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| wrong(format!("it does not go with its key: {error}")))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// All certificates of a file; at least one.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error| format!("no certificate can be read from it: {error}");
    let read = CertificateDer::pem_file_iter(file).map_err(unreadable)?;
    let found = read.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if found.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(found)
}

/// What is wrong with a peer, in words for an administrator. Not for callers: it tells of what
/// stands behind the gate.
pub fn explain(error: &rustls::Error) -> String {
    use rustls::Error;
    let words = match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is from no authority that the system or tls.ca knows"
        }
        Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired",
        Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate does not hold yet",
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name; tls.server_name may say which one is meant",
        Error::InvalidCertificate(_) => "its certificate is not valid",
        Error::InvalidMessage(_) => "what answers there speaks no TLS",
        Error::AlertReceived(_) => "it ended the handshake",
        _ => "TLS failed",
    };
    format!("{words} ({error})")
}
