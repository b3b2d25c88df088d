//! What connections go through before their first request: TLS, the PROXY protocol, unix sockets,
//! and room for them.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_gate::settings::Entry;
use gatepass_gate::{CertificateError, CertificatePair, Count, ServerCertificate, Sockets};
use gatepass_model::{ListenAddress, PeerSet};
use gatepass_sandbox::RecorderSettings;
use gatepass_testkit::TestGateOptions;
use gatepass_testkit::raw::{Client, Ended};
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{ANSWER, Scene, answer_alice};

const SHORT: Duration = Duration::from_millis(300);

/// A certificate for `jira.example`, and its key, in PEM.
struct Made {
    certificate: String,
    key: String,
}

fn make() -> Made {
    let made = rcgen::generate_simple_self_signed(vec!["jira.example".to_owned()]).unwrap();
    Made { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
}

impl Made {
    fn pair(&self) -> CertificatePair {
        CertificatePair::from_pem(self.certificate.as_bytes(), self.key.as_bytes()).unwrap()
    }

    /// A client that trusts this certificate only.
    fn client(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let root = rustls::pki_types::CertificateDer::from_pem_slice(self.certificate.as_bytes());
        roots.add(root.unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    }
}

async fn scene(set_up: impl FnOnce(&mut TestGateOptions)) -> Scene {
    let answer = RecorderSettings { answer: Arc::new(answer_alice), ..RecorderSettings::default() };
    Scene::with(answer, set_up).await
}

async fn secure_scene(certificate: &ServerCertificate) -> Scene {
    let tls = Some(certificate.clone());
    scene(|options| options.entry = Entry { tls, handshake: SHORT * 10, ..Entry::default() }).await
}

async fn try_tls(
    stream: TcpStream,
    config: &Arc<ClientConfig>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("jira.example").unwrap();
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await
}

async fn tls(address: SocketAddr, config: &Arc<ClientConfig>) -> TlsStream<TcpStream> {
    try_tls(TcpStream::connect(address).await.unwrap(), config).await.unwrap()
}

const BOTH: &[&rustls::SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];

#[tokio::test]
async fn a_request_over_tls_goes_up_as_https_and_the_end_is_said() {
    let made = make();
    let scene = secure_scene(&ServerCertificate::new(made.pair())).await;
    for (version, wanted) in [
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
    ] {
        let stream = tls(scene.gate.address(), &made.client(&[version])).await;
        assert_eq!(stream.get_ref().1.protocol_version(), Some(wanted));
        let mut client = Client::over(stream);
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
        client
            .send(scene.head("GET /rest/api/2/issue/ABC-1", "Connection: close\r\n"))
            .await
            .unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
        // Without close_notify the client would take this for a cut.
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
    for seen in scene.jira.requests() {
        assert_eq!(seen.headers("x-forwarded-proto"), ["https"]);
    }
}

#[tokio::test]
async fn a_session_is_resumed() {
    let made = make();
    let scene = secure_scene(&ServerCertificate::new(made.pair())).await;
    for version in BOTH {
        let config = made.client(&[version]);
        let mut kinds = Vec::new();
        for _ in 0..2 {
            let mut stream = tls(scene.gate.address(), &config).await;
            kinds.push(stream.get_ref().1.handshake_kind());
            stream.write_all(scene.get().as_bytes()).await.unwrap();
            // The tickets of TLS 1.3 come with the answer.
            Client::over(stream).answer().await.unwrap();
        }
        let resumed = Some(HandshakeKind::Resumed);
        assert!(kinds[0] != resumed && kinds[1] == resumed, "{kinds:?}");
    }
}

#[tokio::test]
async fn only_what_is_spoken_is_agreed_on() {
    let made = make();
    let scene = secure_scene(&ServerCertificate::new(made.pair())).await;
    let offering = |names: &[&str]| {
        let mut config = (*made.client(BOTH)).clone();
        config.alpn_protocols = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    };
    let stream = tls(scene.gate.address(), &offering(&["http/1.1"])).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let stream = tls(scene.gate.address(), &made.client(BOTH)).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), None);
    let stream = TcpStream::connect(scene.gate.address()).await.unwrap();
    assert!(try_tls(stream, &offering(&["spdy/3"])).await.is_err());
}

#[tokio::test]
async fn a_new_certificate_is_shown_from_then_on_and_cuts_no_connection() {
    let (old, new) = (make(), make());
    let certificate = ServerCertificate::new(old.pair());
    let scene = secure_scene(&certificate).await;
    let mut before = Client::over(tls(scene.gate.address(), &old.client(BOTH)).await);
    certificate.replace(new.pair());
    let mut after = Client::over(tls(scene.gate.address(), &new.client(BOTH)).await);
    let stream = TcpStream::connect(scene.gate.address()).await.unwrap();
    assert!(try_tls(stream, &old.client(BOTH)).await.is_err());
    for client in [&mut before, &mut after] {
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
}

#[test]
fn a_key_of_another_certificate_is_told_from_one_that_can_not_be_read() {
    let (one, other) = (make(), make());
    let read = |certificate: &str, key: &str| {
        CertificatePair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err()
    };
    assert!(matches!(read(&one.certificate, &other.key), CertificateError::Mismatch));
    assert!(matches!(read(&one.certificate, &one.certificate), CertificateError::NoKey));
    assert!(matches!(read(&one.key, &one.key), CertificateError::NoCertificate));
    assert!(read(&one.certificate, &other.key).is_of_key());
    assert!(!format!("{:?}", one.pair()).contains("PRIVATE"));
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_ended_in_time_and_counted() {
    let made = make();
    let tls = Some(ServerCertificate::new(made.pair()));
    let entry = Entry { tls, handshake: SHORT, ..Entry::default() };
    let scene = scene(|options| options.entry = entry).await;
    let mut silent = scene.client().await;
    let mut slow = scene.client().await;
    // The first bytes of a ClientHello, and then nothing.
    slow.send([0x16, 3, 1, 2, 0, 1]).await.unwrap();
    let mut plain = scene.client().await;
    plain.send(scene.get()).await.unwrap();
    let began = Instant::now();
    for client in [&mut silent, &mut slow] {
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
    assert!(began.elapsed() >= SHORT / 2);
    plain.take_all().await.unwrap();
    assert_eq!(scene.gate.stop().await.unwrap().totals.count(Count::Unadmitted), 3);
}

/// What a proxy says before it passes on what `address` sends.
fn announcement(address: [u8; 4]) -> Vec<u8> {
    let rest = [&address[..], &[127, 0, 0, 1], &[0x1f, 0x90], &[0, 80]].concat();
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c", rest.as_slice()].concat()
}

fn from_loopback() -> PeerSet {
    PeerSet { networks: vec!["127.0.0.0/8".parse().unwrap()], unix: false }
}

#[tokio::test]
async fn whom_a_proxy_announces_is_the_client() {
    let entry = Entry { proxy_protocol: from_loopback(), ..Entry::default() };
    let scene = scene(|options| {
        options.entry = entry;
        options.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut client = scene.client().await;
    let lines = "X-Forwarded-For: 6.6.6.6\r\n";
    let request = scene.head("GET /rest/api/2/issue/ABC-1", lines);
    // In one piece: nothing behind the announcement may be lost.
    client.send([announcement([198, 51, 100, 7]), request.into()].concat()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    // The proxy's own, to see how we are.
    let mut client = scene.client().await;
    client.send(b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00").await.unwrap();
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    let seen: Vec<_> = scene.jira.requests();
    assert_eq!(seen[0].headers("x-forwarded-for"), ["198.51.100.7"]);
    assert_eq!(seen[1].headers("x-forwarded-for"), ["127.0.0.1"]);
}

#[tokio::test]
async fn tls_may_follow_an_announcement_at_once() {
    let made = make();
    let tls = Some(ServerCertificate::new(made.pair()));
    let entry = Entry { tls, proxy_protocol: from_loopback(), ..Entry::default() };
    let scene = scene(|options| options.entry = entry).await;
    let mut stream = TcpStream::connect(scene.gate.address()).await.unwrap();
    stream.write_all(&announcement([198, 51, 100, 7])).await.unwrap();
    let mut client = Client::over(try_tls(stream, &made.client(BOTH)).await.unwrap());
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    assert_eq!(scene.jira.requests()[0].headers("x-forwarded-for"), ["198.51.100.7"]);
}

#[tokio::test]
async fn who_must_announce_and_does_not_is_not_served() {
    let entry = Entry { proxy_protocol: from_loopback(), handshake: SHORT, ..Entry::default() };
    let scene = scene(|options| options.entry = entry).await;
    let mut silent = scene.client().await;
    let mut cut = scene.client().await;
    cut.send(&announcement([198, 51, 100, 7])[..20]).await.unwrap();
    for client in [&mut silent, &mut cut] {
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
    for first in [scene.get().into_bytes(), b"PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n".to_vec()] {
        let mut client = scene.client().await;
        client.send(&first).await.unwrap();
        assert!(client.take_all().await.unwrap().is_empty());
    }
    assert!(scene.jira.requests().is_empty());
}

#[tokio::test]
async fn an_announcement_of_anybody_else_is_no_request() {
    let elsewhere = PeerSet { networks: vec!["192.0.2.0/24".parse().unwrap()], unix: true };
    let entry = Entry { proxy_protocol: elsewhere, ..Entry::default() };
    let scene = scene(|options| options.entry = entry).await;
    let mut client = scene.client().await;
    client.send([announcement([198, 51, 100, 7]), scene.get().into()].concat()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 400);
    assert!(scene.jira.requests().is_empty());
}

async fn on_unix_socket(path: &Path) -> Client {
    Client::over(UnixStream::connect(path).await.unwrap())
}

#[tokio::test]
async fn a_unix_socket_is_shared_by_threads_and_never_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sock");
    let address = ListenAddress::Unix(path.clone());
    let tls = Some(ServerCertificate::new(make().pair()));
    let scene = scene(|options| {
        options.listen.push(address);
        options.threads = 2;
        options.entry = Entry { tls, trusts_unix: true, ..Entry::default() };
    })
    .await;
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o660);
    for from in [None, Some("198.51.100.7")] {
        let mut client = on_unix_socket(&path).await;
        let line =
            from.map(|from| format!("X-Forwarded-For: {from}\r\nX-Forwarded-Proto: https\r\n"));
        let line = line.unwrap_or_default();
        client.send(scene.head("GET /rest/api/2/issue/ABC-1", &line)).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
        let seen = scene.jira.requests();
        let seen = seen.last().unwrap();
        assert!(seen.headers("x-forwarded-for")[0].starts_with(from.unwrap_or("127.0.0.1")));
        let scheme = if from.is_some() { "https" } else { "http" };
        assert_eq!(seen.headers("x-forwarded-proto"), [scheme]);
    }
    scene.gate.stop().await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_unix_socket_may_be_that_of_a_proxy_that_announces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sock");
    let address = ListenAddress::Unix(path.clone());
    let proxy_protocol = PeerSet { networks: Vec::new(), unix: true };
    let scene = scene(|options| {
        options.listen.push(address);
        options.entry = Entry { proxy_protocol, trusts_unix: true, ..Entry::default() };
    })
    .await;
    let mut client = on_unix_socket(&path).await;
    let lines = "X-Forwarded-For: 6.6.6.6\r\n";
    let request = scene.head("GET /rest/api/2/issue/ABC-1", lines);
    client.send([announcement([198, 51, 100, 7]), request.into()].concat()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    // What such a client says of itself is not the proxy's word.
    assert_eq!(scene.jira.requests()[0].headers("x-forwarded-for"), ["198.51.100.7"]);
    let mut client = on_unix_socket(&path).await;
    client.send(scene.get()).await.unwrap();
    assert!(client.take_all().await.unwrap().is_empty());
}

#[test]
fn a_stale_socket_is_replaced_and_anything_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| -> (PathBuf, ListenAddress) {
        let path = folder.path().join(name);
        (path.clone(), ListenAddress::Unix(path))
    };
    let (stale, address) = place("stale");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(stale.exists());
    let bound = Sockets::bind(std::slice::from_ref(&address), 2, 0o600).unwrap();
    assert!(std::os::unix::net::UnixStream::connect(&stale).is_ok());
    let taken = Sockets::bind(&[address], 2, 0o600).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    drop(bound);
    let (file, address) = place("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(Sockets::bind(&[address], 1, 0o600).is_err());
    assert_eq!(std::fs::read_to_string(file).unwrap(), "mine");
}

#[tokio::test]
async fn the_oldest_idle_connection_makes_room_and_one_in_use_is_spared() {
    let made = make();
    let tls_too = Some(ServerCertificate::new(made.pair()));
    let scene = scene(|options| {
        options.limits.connections = 4;
        options.entry.tls = tls_too;
    })
    .await;
    let config = made.client(BOTH);
    let connect = || async { Client::over(tls(scene.gate.address(), &config).await) };
    // One that works, one that is idle after its handshake, two that never shook hands.
    let mut used = connect().await;
    used.send(scene.get()).await.unwrap();
    used.answer().await.unwrap();
    let mut idle = connect().await;
    let mut unfinished = vec![scene.client().await, scene.client().await];
    // Both are counted before the next comes: the system hands over in order.
    let mut fifth = connect().await;
    fifth.send(scene.get()).await.unwrap();
    assert_eq!(fifth.answer().await.unwrap().text(), ANSWER);
    idle.take_all().await.unwrap();
    used.send(scene.get()).await.unwrap();
    assert_eq!(used.answer().await.unwrap().text(), ANSWER);
    // And so on: whoever comes is served, however many only hold on.
    for _ in 0..20 {
        unfinished.push(scene.client().await);
        let mut client = connect().await;
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
    let totals = scene.gate.stop().await.unwrap().totals;
    assert!(totals.count(Count::Evicted) >= 20, "{}", totals.count(Count::Evicted));
}
