//! TLS in a test: an authority that signs what a test wants, and a front that speaks TLS before
//! any server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_http_client::tls::{Roots, TlsFiles, client_config};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{HandshakeKind, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// An authority of a test's own.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its key, both as PEM.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Authority {
    /// Called `name`.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = called(name);
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Its own certificate, as PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// What a gate needs to trust this authority and nobody else, built as the program builds it.
    pub fn trusted(&self) -> anyhow::Result<Arc<rustls::ClientConfig>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, self.pem())?;
        let files = TlsFiles { ca: Some(&file), client: None };
        Ok(client_config(&Roots::none(), files)?)
    }

    /// Signs a certificate for names and addresses, good for servers and clients, until 4096.
    pub fn certify(&self, names: &[&str]) -> anyhow::Result<Certified> {
        self.sign(names, None)
    }

    /// A certificate that nobody but itself vouches for, good until 4096.
    pub fn certify_itself(names: &[&str]) -> anyhow::Result<Certified> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = called("itself");
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Certified { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// The same, but it has expired, years ago.
    pub fn certify_expired(&self, names: &[&str]) -> anyhow::Result<Certified> {
        self.sign(names, Some(2001))
    }

    fn sign(&self, names: &[&str], ended: Option<i32>) -> anyhow::Result<Certified> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = called("somebody");
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        if let Some(year) = ended {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(year, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Certified { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

fn called(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

/// How a front behaves.
#[derive(Clone, Debug, Default)]
pub struct FrontOptions {
    /// It speaks TLS 1.2 and nothing newer.
    pub only_tls12: bool,
    /// It ends connections without `close_notify`, as a cut wire does (RFC 8446 6.1).
    pub breaks_off: bool,
    /// Clients must have a certificate of this authority; as PEM.
    pub client_ca: Option<String>,
}

/// What a front learned of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The name that it asked for.
    pub server_name: Option<String>,
    /// Whether it resumed an earlier session.
    pub is_resumed: bool,
    /// What was agreed on by ALPN.
    pub protocol: Option<String>,
}

/// Speaks TLS on a free port of 127.0.0.1 and passes what it hears to a plain server. Dropping it
/// ends it, and cuts its connections.
pub struct TlsFront {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Handshake>>>,
    task: JoinHandle<()>,
}

impl TlsFront {
    /// Before the server at `to`, as whom `certified` says.
    pub async fn start(
        to: SocketAddr,
        certified: &Certified,
        options: FrontOptions,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(server_config(certified, &options)?));
        let seen = Arc::new(Mutex::default());
        let task = tokio::spawn(accept(listener, acceptor, to, options, Arc::clone(&seen)));
        Ok(Self { address, seen, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The handshakes that succeeded so far.
    pub fn handshakes(&self) -> Vec<Handshake> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a TLS server needs to be whom `certified` says.
pub fn server_config(
    certified: &Certified,
    options: &FrontOptions,
) -> anyhow::Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] =
        if options.only_tls12 { &[&rustls::version::TLS12] } else { rustls::ALL_VERSIONS };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)?;
    let builder = match &options.client_ca {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes())?;
    let mut config = builder.with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Connections end with the front: they live in a set that this task owns.
async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    to: SocketAddr,
    options: FrontOptions,
    seen: Arc<Mutex<Vec<Handshake>>>,
) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        let breaks_off = options.breaks_off;
        connections.spawn(async move {
            // A client that does not like the certificate goes: that is what some tests do.
            let _ = serve(stream, acceptor, to, breaks_off, &seen).await;
        });
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    to: SocketAddr,
    breaks_off: bool,
    seen: &Mutex<Vec<Handshake>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut secure = acceptor.accept(stream).await?;
    let (_, connection) = secure.get_ref();
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(Handshake {
        server_name: connection.server_name().map(str::to_owned),
        is_resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        protocol: connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
    });
    let mut plain = TcpStream::connect(to).await?;
    plain.set_nodelay(true)?;
    let mut bytes = vec![0; 16 * 1024];
    let mut more = vec![0; 16 * 1024];
    let (mut client_ended, mut server_ended) = (false, false);
    while !(client_ended && server_ended) {
        tokio::select! {
            count = secure.read(&mut bytes), if !client_ended => match count? {
                0 => {
                    client_ended = true;
                    plain.shutdown().await?;
                }
                count => plain.write_all(bytes.get(..count).unwrap_or_default()).await?,
            },
            count = plain.read(&mut more), if !server_ended => match count? {
                0 if breaks_off => return Ok(()),
                0 => {
                    server_ended = true;
                    secure.shutdown().await?;
                }
                count => {
                    secure.write_all(more.get(..count).unwrap_or_default()).await?;
                    secure.flush().await?;
                }
            },
        }
    }
    Ok(())
}
