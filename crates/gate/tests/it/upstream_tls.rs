//! https towards the product.

use std::sync::Arc;
use std::time::Duration;

use gatepass_gate::settings::UpstreamTls;
use gatepass_sandbox::{RawAnswer, RecordedRequest, Recorder, RecorderSettings, Step};
use gatepass_testkit::tls::{Authority, Certified, FrontOptions, TlsFront};
use gatepass_testkit::{TestGate, TestGateOptions};

use crate::support::{ALICE, ANSWER, Scene, answer_alice, within};

const NAME: &str = "jira.internal";

/// A gate that trusts one authority before a product behind TLS.
struct Secure {
    scene: Scene,
    front: TlsFront,
}

/// The product proves itself by `certified`.
async fn secure(
    authority: &Authority,
    certified: &Certified,
    options: FrontOptions,
    answer: impl Fn(&RecordedRequest) -> RawAnswer + Send + Sync + 'static,
) -> Secure {
    let settings = RecorderSettings { answer: Arc::new(answer), ..RecorderSettings::default() };
    let jira = Arc::new(Recorder::start_with(settings).await.unwrap());
    let front = TlsFront::start(jira.address(), certified, options).await.unwrap();
    let mut options = TestGateOptions::jira(front.address()).unwrap();
    options.instances[0].tls = Some(UpstreamTls {
        config: authority.trusted().unwrap(),
        server_name: NAME.try_into().unwrap(),
    });
    let gate = TestGate::start(options).await.unwrap();
    let issued = gate.issue("alice", gatepass_model::Grant::read_write()).await.unwrap();
    Secure { scene: Scene { gate, jira, token: issued.secret, id: issued.id }, front }
}

async fn good(answer: impl Fn(&RecordedRequest) -> RawAnswer + Send + Sync + 'static) -> Secure {
    let authority = Authority::new("ours").unwrap();
    let certified = authority.certify(&[NAME]).unwrap();
    secure(&authority, &certified, FrontOptions::default(), answer).await
}

#[tokio::test]
async fn requests_share_a_connection_and_the_next_one_resumes_its_session() {
    let Secure { scene, front } = good(|request| {
        if request.target().ends_with("last") {
            RawAnswer::json(ANSWER, &[ALICE, "Connection: close"]).then(Step::Close)
        } else {
            answer_alice(request)
        }
    })
    .await;
    let mut client = scene.client().await;
    for target in ["a", "b", "last", "c"] {
        client.send(scene.head(&format!("GET /rest/api/2/issue/{target}"), "")).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
    let connections: Vec<usize> =
        scene.jira.requests().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 0, 1]);
    let handshakes = front.handshakes();
    let resumed: Vec<bool> = handshakes.iter().map(|seen| seen.is_resumed).collect();
    assert_eq!(resumed, [false, true]);
    assert!(handshakes.iter().all(|seen| seen.server_name.as_deref() == Some(NAME)));
    assert!(handshakes.iter().all(|seen| seen.protocol.as_deref() == Some("http/1.1")));
}

#[tokio::test]
async fn a_product_that_speaks_tls_1_2_only_is_spoken_to() {
    let authority = Authority::new("ours").unwrap();
    let certified = authority.certify(&[NAME]).unwrap();
    let options = FrontOptions { only_tls12: true, ..FrontOptions::default() };
    let Secure { scene, front: _front } =
        secure(&authority, &certified, options, answer_alice).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
}

#[tokio::test]
async fn a_product_that_can_not_be_trusted_gets_no_byte_of_a_request() {
    let authority = Authority::new("ours").unwrap();
    let other = Authority::new("ours").unwrap();
    for certified in [
        other.certify(&[NAME]).unwrap(),
        authority.certify(&["wiki.internal", "127.0.0.1"]).unwrap(),
        authority.certify_expired(&[NAME]).unwrap(),
    ] {
        let options = FrontOptions::default();
        let Secure { scene, front } = secure(&authority, &certified, options, answer_alice).await;
        let mut client = scene.client().await;
        for _ in 0..2 {
            client.send(scene.get()).await.unwrap();
            let answer = client.answer().await.unwrap();
            assert_eq!((answer.status, answer.reason()), (502, Some("upstream_unreachable")));
            // What is wrong with it is not the caller's to know.
            let text = answer.text().to_lowercase();
            for word in ["certificate", "issuer", NAME, "wiki", "tls"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
        assert!(scene.jira.requests().is_empty());
        assert!(front.handshakes().is_empty());
    }
}

#[tokio::test]
async fn an_answer_that_may_have_been_cut_is_broken_off() {
    let authority = Authority::new("ours").unwrap();
    let certified = authority.certify(&[NAME]).unwrap();
    let unframed = |_: &RecordedRequest| {
        RawAnswer::raw(format!("HTTP/1.1 200 OK\r\n{ALICE}\r\n\r\nhalf of it")).then(Step::Close)
    };
    for breaks_off in [false, true] {
        let options = FrontOptions { breaks_off, ..FrontOptions::default() };
        let Secure { scene, front: _front } =
            secure(&authority, &certified, options, unframed).await;
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        let answer = client.answer().await;
        assert_eq!(answer.is_err(), breaks_off, "{answer:?}");
    }
}

#[tokio::test]
async fn megabytes_go_both_ways() {
    const SIZE: usize = 3 << 20;
    let head = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: {SIZE}\r\n\r\n");
    let Secure { scene, front: _front } = good(move |_| {
        RawAnswer::raw(head.clone()).then(Step::Repeat(vec![b'd'; 1 << 10], 3 << 10))
    })
    .await;
    let mut client = scene.client().await;
    let lines = format!("Content-Type: application/octet-stream\r\nContent-Length: {SIZE}\r\n");
    client.send(scene.head("POST /rest/api/2/issue/ABC-1/attachments", &lines)).await.unwrap();
    for _ in 0..3 {
        client.send(vec![b'u'; 1 << 20]).await.unwrap();
    }
    assert_eq!(client.head().await.unwrap().status, 200);
    let mut received = 0;
    let count = |bytes: &[u8]| {
        assert!(bytes.iter().all(|&byte| byte == b'd'));
        received += bytes.len();
    };
    client.stream(SIZE as u64, count).await.unwrap();
    assert_eq!(received, SIZE);
    let seen = scene.jira.requests().pop().unwrap();
    assert_eq!(seen.body_length, SIZE as u64);
    assert!(seen.body.iter().all(|&byte| byte == b'u'));
}

#[tokio::test]
async fn a_websocket_goes_through_with_early_bytes_and_both_ends() {
    let Secure { scene, front: _front } = good(|_| {
        RawAnswer::raw(
            "HTTP/1.1 101 Switching Protocols\r\nX-AUSERNAME: alice\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\n\r\nearly down,",
        )
        .then(Step::Echo)
    })
    .await;
    let mut client = scene.client().await;
    let ask = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGVzdA==\r\n";
    let head = scene.head("GET /rest/api/2/issue/ABC-1", ask);
    client.send(format!("{head}early up,")).await.unwrap();
    assert_eq!(client.head().await.unwrap().status, 101);
    assert_eq!(client.take(20).await.unwrap(), b"early down,early up,");
    let long = vec![b'x'; 1 << 20];
    client.send(&long).await.unwrap();
    assert_eq!(client.take(long.len()).await.unwrap(), long);
    client.finish_sending().await;
    assert!(client.take_all().await.unwrap().is_empty());
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_given_up_in_time() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = TestGateOptions::jira(silent.local_addr().unwrap()).unwrap();
    options.instances[0].connect = Duration::from_millis(300);
    options.instances[0].tls = Some(UpstreamTls {
        config: Authority::new("ours").unwrap().trusted().unwrap(),
        server_name: NAME.try_into().unwrap(),
    });
    let gate = TestGate::start(options).await.unwrap();
    let issued = gate.issue("alice", gatepass_model::Grant::read_write()).await.unwrap();
    let jira = Arc::new(Recorder::start(answer_alice).await.unwrap());
    let scene = Scene { gate, jira, token: issued.secret, id: issued.id };
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = within("the answer", client.answer()).await.unwrap();
    assert_eq!((answer.status, answer.reason()), (502, Some("upstream_unreachable")));
}
