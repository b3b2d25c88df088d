//! How a running gate is reached: TLS and its files, unix sockets, and sockets that are handed on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::support::{Installation, Running, send, text};

const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until it is so.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A certificate for `gate.example` until the given year, and its key.
fn make(year: i32) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut wanted = rcgen::CertificateParams::new(vec!["gate.example".to_owned()]).unwrap();
    wanted.distinguished_name.push(rcgen::DnType::CommonName, "the gate");
    wanted.not_after = rcgen::date_time_ymd(year, 1, 1);
    (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// With `server` as further lines of its table, and what follows it.
fn installation(server: &str) -> Installation {
    let here = Installation::new();
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    here.write(
        "gatepass.toml",
        &config.replacen("[[directories]]", &format!("{server}\n[[directories]]"), 1),
    );
    here
}

const TLS: &str = "[server.tls]\ncertificate = \"tls.crt\"\nkey = \"tls.key\"";

fn with_certificate((certificate, key): &(String, String)) -> Installation {
    let here = installation(TLS);
    write_pair(&here, certificate, key);
    here
}

fn write_pair(here: &Installation, certificate: &str, key: &str) {
    here.write("tls.crt", certificate);
    here.write("tls.key", key);
}

fn serve(here: &Installation, words: &[&str]) -> (Running, String) {
    let running = Running::start(&here.path(""), &[&["serve"], words].concat());
    let address = text(&running.said["listen"][0]).to_owned();
    (running, address)
}

/// Asks whether the gate lives, over TLS, trusting `certificate` alone.
fn ask_by_tls(address: &str, certificate: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("gate.example").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut stream = rustls::StreamOwned::new(session, socket);
    let head = "GET /gatepass/healthz HTTP/1.1\r\nHost: gate.example\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn reasons(operations: &str) -> String {
    send(operations, "GET /readyz", &[], "").body
}

#[test]
fn a_new_certificate_comes_into_force_and_a_broken_one_does_not() {
    let (first, second) = (make(2099), make(2098));
    let here = with_certificate(&first);
    let (running, gate) = serve(&here, &[]);
    let operations = text(&running.said["operations"]).to_owned();
    assert!(ask_by_tls(&gate, &first.0).unwrap().starts_with("HTTP/1.1 200"));
    // By itself, once both files have changed.
    write_pair(&here, &second.0, &second.1);
    until("the new certificate", || ask_by_tls(&gate, &second.0).is_ok());
    assert!(ask_by_tls(&gate, &first.0).is_err());
    assert!(!reasons(&operations).contains("certificate"));
    // A key that does not belong to it.
    here.write("tls.key", &first.1);
    until("the reason", || reasons(&operations).contains("older certificate is in force"));
    assert!(reasons(&operations).contains("server.tls.key"), "{}", reasons(&operations));
    let metrics = send(&operations, "GET /metrics", &[], "").body;
    assert!(metrics.contains("\ngatepass_certificate_problem 1\n"), "{metrics}");
    assert!(ask_by_tls(&gate, &second.0).is_ok());
    // At once, when it is told to.
    here.write("tls.crt", &first.0);
    running.signal(Signal::HUP);
    until("the old certificate", || ask_by_tls(&gate, &first.0).is_ok());
    until("no reason", || !reasons(&operations).contains("certificate"));
    let (code, log) = running.stop();
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}

#[test]
fn files_that_are_no_certificate_with_its_key_are_named_with_their_key() {
    let (one, other) = (make(2099), make(2099));
    for (certificate, key, named) in [
        (&one.0, &other.1, "server.tls.key: "),
        (&one.0, &one.0, "server.tls.key: "),
        (&one.1, &one.1, "server.tls.certificate: "),
    ] {
        let here = with_certificate(&(certificate.clone(), key.clone()));
        let done = here.run(&["serve", "--json"]);
        assert_eq!(done.code, 1, "{done:?}");
        assert_eq!(done.json()["error"]["code"], "certificate_unusable");
        assert!(text(&done.json()["error"]["message"]).starts_with(named), "{done:?}");
        assert!(!here.path("gatepass.db").exists());
    }
    let here = installation(TLS);
    let done = here.run(&["serve"]);
    assert!(done.code == 1 && done.err.contains("server.tls.certificate: "), "{done:?}");
}

#[test]
fn check_says_whose_the_certificate_is_and_when_it_ends() {
    let found = |year, mode| {
        let here = with_certificate(&make(year));
        let key = here.path("tls.key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        here.run(&["check", "--json"]).json()["checks"].clone()
    };
    let of = |checks: &serde_json::Value, name: &str| {
        let all = checks.as_array().unwrap();
        all.iter().find(|one| one["check"] == name).cloned()
    };
    let good = found(2099, 0o600);
    let certificate = of(&good, "TLS certificate").unwrap();
    assert_eq!(certificate["state"], "ok", "{certificate}");
    let words = text(&certificate["words"]);
    for part in ["CN=the gate", "gate.example", "2099-01-01"] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(of(&good, "TLS key"), None);
    let bad = found(2001, 0o644);
    assert_eq!(of(&bad, "TLS certificate").unwrap()["state"], "failed");
    assert_eq!(of(&bad, "TLS key").unwrap()["state"], "warning");
}

#[test]
fn a_unix_socket_is_listened_on_and_taken_away() {
    let here = Installation::new();
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    let listen = "listen = [\"unix:gate.sock\"]\nsocket_mode = \"0600\"";
    here.write("gatepass.toml", &config.replacen("listen = [\"127.0.0.1:0\"]", listen, 1));
    let (running, gate) = serve(&here, &[]);
    let path = here.path("gate.sock");
    assert!(gate.starts_with("unix:") && gate.ends_with("gate.sock"), "{gate}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /gatepass/healthz HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let second = here.run(&["serve"]);
    assert!(second.code == 1 && second.err.contains("somebody answers there"), "{second:?}");
    let (code, log) = running.stop();
    assert_eq!(code, 0, "{log}");
    assert!(!path.exists() && !here.path("gatepass.handover").exists());
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn with_ports() -> Installation {
    let here = Installation::new();
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    let (gate, operations) = (free_port(), free_port());
    let config = config.replacen("\"127.0.0.1:0\"", &format!("\"127.0.0.1:{gate}\""), 1).replacen(
        "\"127.0.0.1:0\"",
        &format!("\"127.0.0.1:{operations}\""),
        1,
    );
    here.write("gatepass.toml", &config);
    here
}

#[test]
fn a_gate_hands_its_sockets_on_and_ends() {
    let here = with_ports();
    // Without a gate that runs it is a start like any other.
    let (mut running, gate) = serve(&here, &["--takeover"]);
    let refused = here.run(&["serve"]);
    assert!(refused.code == 1 && refused.err.contains("server.listen"), "{refused:?}");
    for _ in 0..3 {
        let (next, same) = serve(&here, &["--takeover"]);
        assert_eq!(same, gate);
        let (code, log) = running.wait();
        assert!(code == 0 && log.contains("another gate has taken over"), "{log}");
        assert_eq!(send(&gate, "GET /gatepass/healthz", &[], "").status, 200);
        let operations = text(&next.said["operations"]);
        assert_eq!(send(operations, "GET /readyz", &[], "").status, 200);
        running = next;
    }
    let mode = std::fs::metadata(here.path("gatepass.handover")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, log) = running.stop();
    assert_eq!(code, 0, "{log}");
    assert!(!here.path("gatepass.handover").exists());
    assert!(TcpStream::connect(&gate).is_err());
}

#[test]
fn a_successor_that_fails_leaves_the_gate_as_it_was() {
    let here = with_ports();
    let (running, gate) = serve(&here, &[]);
    let people = std::fs::read_to_string(here.path("people.toml")).unwrap();
    here.write("people.toml", "[[people]]\nname = 1\n");
    let failed = here.run(&["serve", "--takeover"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    here.write("people.toml", &people);
    // Bytes of somebody else's, and silence, neither.
    let mut stranger = UnixStream::connect(here.path("gatepass.handover")).unwrap();
    stranger.write_all(b"{\"yours\":{}}\n").unwrap();
    stranger.shutdown(std::net::Shutdown::Write).unwrap();
    let mut offered = Vec::new();
    stranger.read_to_end(&mut offered).unwrap();
    assert!(!String::from_utf8_lossy(&offered).contains("yours"));
    assert_eq!(send(&gate, "GET /gatepass/healthz", &[], "").status, 200);
    let (next, _) = serve(&here, &["--takeover"]);
    let (code, log) = running.wait();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("did not take over"), "{log}");
    assert_eq!(next.stop().0, 0);
}

#[test]
fn there_is_nobody_to_ask_without_a_socket_for_it() {
    let here = installation("handover_socket = \"\"");
    let done = here.run(&["serve", "--takeover", "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(done.json()["error"]["code"], "takeover_failed");
}
