//! HTTP/2: what clients ask in good faith, and what hostile ones send.

mod client;
mod floods;
mod frames;
mod heads;
mod limits;
mod requests;
mod rows;
mod wire;

use std::sync::Arc;

use gatepass_gate::{CertificatePair, ServerCertificate};
use gatepass_sandbox::{RawAnswer, RecordedRequest, RecorderSettings};
use gatepass_testkit::TestGateOptions;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{PATIENCE, Scene, answer_alice};

/// A certificate, and what a client needs to trust it.
struct Tls {
    certificate: ServerCertificate,
    client: Arc<ClientConfig>,
}

impl Tls {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["jira.example".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let pair = CertificatePair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self { certificate: ServerCertificate::new(pair), client: Arc::new(client) }
    }

    async fn connect(&self, address: std::net::SocketAddr) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("jira.example").unwrap();
        let connecting = TlsConnector::from(Arc::clone(&self.client)).connect(name, stream);
        let stream = tokio::time::timeout(PATIENCE, connecting).await.unwrap().unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        stream
    }
}

/// A gate that speaks HTTP/2, before one Jira.
struct Stage {
    scene: Scene,
    tls: Tls,
}

impl Stage {
    /// With a product that answers alice.
    async fn new() -> Self {
        Self::with(|_| {}, answer_alice).await
    }

    /// With a product and a gate that are set up so.
    async fn with(
        set_up: impl FnOnce(&mut TestGateOptions),
        answer: impl Fn(&RecordedRequest) -> RawAnswer + Send + Sync + 'static,
    ) -> Self {
        let tls = Tls::new();
        let settings = RecorderSettings { answer: Arc::new(answer), ..RecorderSettings::default() };
        let scene = Scene::with(settings, |options| {
            options.entry.tls = Some(tls.certificate.clone());
            set_up(options);
        });
        Self { scene: scene.await, tls }
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        self.tls.connect(self.scene.gate.address()).await
    }

    /// Frames as they are.
    async fn wire(&self) -> wire::Wire {
        wire::Wire::greet(self.connect().await).await
    }

    /// A client in good faith.
    async fn client(&self) -> client::Client {
        client::Client::new(self.connect().await).await
    }

    /// The fields of a GET of `ABC-1` with the token.
    fn get(&self) -> Vec<wire::Field> {
        wire::get("/rest/api/2/issue/ABC-1", &self.scene.token)
    }
}
