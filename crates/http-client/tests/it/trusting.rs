//! https: who is trusted, under which name, and what is said of who is not.

use std::net::SocketAddr;
use std::path::PathBuf;

use gatepass_http_client::tls::{Roots, TlsError, TlsFiles, client_config};
use gatepass_http_client::{Answer, Client, ClientError, Renamed, Settings, Tls};
use gatepass_testkit::tls::{Authority, Certified, FrontOptions, TlsFront};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::server::{answer, serve};

/// A folder with the authority's certificate in `ca.pem`.
struct Scene {
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::new("Company CA").unwrap(),
        };
        scene.file("ca.pem", &scene.authority.pem());
        scene
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn tls(&self, renamed: Option<Renamed>) -> Tls {
        let ca = self.folder.path().join("ca.pem");
        let files = TlsFiles { ca: Some(&ca), client: None };
        Tls { config: client_config(&Roots::none(), files).unwrap(), renamed }
    }
}

/// A server of one answer behind TLS.
async fn front(
    certified: &Certified,
    options: FrontOptions,
) -> (TlsFront, UnboundedReceiver<String>) {
    let (url, asked) = serve(vec![answer("200 OK", "{}")]).await;
    let plain: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
    (TlsFront::start(plain, certified, options).await.unwrap(), asked)
}

async fn ask(front: &TlsFront, tls: &Tls) -> Result<Answer, ClientError> {
    let client = Client::with_tls(Settings::default(), tls).unwrap();
    client.get_json(&format!("https://{}/a", front.address()), &[]).await
}

#[tokio::test]
async fn a_certificate_of_a_configured_authority_is_trusted_and_told_of() {
    let scene = Scene::new();
    for only_tls12 in [false, true] {
        let certified = scene.authority.certify(&["127.0.0.1"]).unwrap();
        let options = FrontOptions { only_tls12, ..FrontOptions::default() };
        let (front, _asked) = front(&certified, options).await;
        let answer = ask(&front, &scene.tls(None)).await.unwrap();
        let certificate = answer.certificate().unwrap();
        assert_eq!(certificate.issuer, "Company CA");
        assert_eq!(certificate.expires, "4096-01-01T00:00:00Z");
        assert_eq!(front.handshakes()[0].protocol.as_deref(), Some("http/1.1"));
    }
}

#[tokio::test]
async fn who_can_not_be_trusted_is_told_with_the_check_that_failed() {
    let scene = Scene::new();
    let other = Authority::new("Somebody else").unwrap();
    for (certified, words) in [
        (other.certify(&["127.0.0.1"]).unwrap(), "from no authority"),
        (scene.authority.certify(&["jira.internal"]).unwrap(), "for another name"),
        (scene.authority.certify_expired(&["127.0.0.1"]).unwrap(), "has expired"),
    ] {
        let (front, _asked) = front(&certified, FrontOptions::default()).await;
        let error = ask(&front, &scene.tls(None)).await.unwrap_err();
        let told = error.to_string();
        assert!(matches!(error, ClientError::Untrusted { .. }) && told.contains(words), "{told}");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = stream.read_u8().await;
    });
    let client = Client::with_tls(Settings::default(), &scene.tls(None)).unwrap();
    let error = client.get_json(&format!("https://{address}/"), &[]).await.unwrap_err();
    assert!(error.to_string().contains("speaks no TLS"), "{error:?}");
}

#[tokio::test]
async fn a_certificate_for_another_name_passes_under_that_name_only() {
    let scene = Scene::new();
    let certified = scene.authority.certify(&["jira.internal"]).unwrap();
    let (front, mut asked) = front(&certified, FrontOptions::default()).await;
    let renamed = |server_name: &str| Renamed {
        host: "127.0.0.1".to_owned(),
        server_name: server_name.to_owned(),
    };
    let error = ask(&front, &scene.tls(Some(renamed("wiki.internal")))).await.unwrap_err();
    assert!(error.to_string().contains("for another name"), "{error}");
    let answer = ask(&front, &scene.tls(Some(renamed("jira.internal")))).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(front.handshakes()[0].server_name.as_deref(), Some("jira.internal"));
    let head = asked.recv().await.unwrap().to_lowercase();
    assert!(head.contains(&format!("host: {}\r\n", front.address())), "{head}");
}

#[tokio::test]
async fn a_certificate_that_vouches_for_itself_is_trusted_where_it_is_configured() {
    let scene = Scene::new();
    let certified = Authority::certify_itself(&["127.0.0.1"]).unwrap();
    let (front, _asked) = front(&certified, FrontOptions::default()).await;
    assert!(ask(&front, &scene.tls(None)).await.is_err());
    scene.file("ca.pem", &certified.certificate);
    assert_eq!(ask(&front, &scene.tls(None)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_gate_proves_itself_where_it_has_a_certificate() {
    let scene = Scene::new();
    let ours = scene.authority.certify(&["gate"]).unwrap();
    let certificate = scene.file("gate.pem", &ours.certificate);
    let key = scene.file("gate.key", &ours.key);
    let ca = scene.folder.path().join("ca.pem");
    let files = TlsFiles { ca: Some(&ca), client: Some((&certificate, &key)) };
    let config = client_config(&Roots::none(), files).unwrap();
    let certified = scene.authority.certify(&["127.0.0.1"]).unwrap();
    let options =
        FrontOptions { client_ca: Some(scene.authority.pem()), ..FrontOptions::default() };
    let (front, _asked) = front(&certified, options).await;
    assert!(ask(&front, &scene.tls(None)).await.is_err());
    assert_eq!(ask(&front, &Tls { config, renamed: None }).await.unwrap().status(), 200);
}

#[test]
fn a_file_that_holds_nothing_to_trust_is_named() {
    let scene = Scene::new();
    let empty = scene.file("empty.pem", "");
    let broken = scene
        .file("broken.pem", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n");
    let ours = scene.authority.certify(&["gate"]).unwrap();
    let certificate = scene.file("gate.pem", &ours.certificate);
    let other_key = scene.file("other.key", &scene.authority.certify(&["x"]).unwrap().key);
    let ca = scene.folder.path().join("ca.pem");
    for file in [&empty, &broken, &scene.folder.path().join("nowhere")] {
        let files = TlsFiles { ca: Some(file), client: None };
        let error = client_config(&Roots::none(), files).unwrap_err();
        assert!(matches!(&error, TlsError::Ca { file: told, .. } if told == file), "{error}");
    }
    let with = |client| client_config(&Roots::none(), TlsFiles { ca: Some(&ca), client });
    let error = with(Some((&certificate, &other_key))).unwrap_err();
    assert!(matches!(error, TlsError::ClientCertificate { .. }), "{error}");
    let error = with(Some((&certificate, &empty))).unwrap_err();
    assert!(matches!(error, TlsError::ClientKey { .. }), "{error}");
    let error = client_config(&Roots::none(), TlsFiles::default()).unwrap_err();
    assert!(matches!(error, TlsError::NobodyTrusted), "{error}");
}
