//! Fifty megabytes, up and down.

use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};

use crate::support::{ALICE, ANSWER, Scene};

const PIECE: usize = 1 << 16;
const TIMES: usize = 800;
const LENGTH: usize = PIECE * TIMES;

/// Bytes of which no two stretches look the same, so that one that is lost or doubled shows.
fn piece() -> Vec<u8> {
    (0..PIECE).map(|at| u8::try_from((at * 31 + at / 251) % 256).unwrap()).collect()
}

/// Looks at a stream of pieces as it comes.
struct Checked {
    piece: Vec<u8>,
    at: usize,
}

impl Checked {
    fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let from = self.at % PIECE;
            let here = bytes.len().min(PIECE - from);
            assert!(bytes[..here] == self.piece[from..from + here], "wrong near {}", self.at);
            self.at += here;
            bytes = &bytes[here..];
        }
    }
}

#[tokio::test]
async fn a_large_download_comes_as_it_was_sent() {
    let scene = Scene::new(|_| {
        RawAnswer::raw(format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: {LENGTH}\r\n\r\n"))
            .then(Step::Repeat(piece(), TIMES as u64))
    })
    .await;
    let mut client = scene.client().await;
    for _ in 0..2 {
        client.send(scene.get()).await.unwrap();
        client.head().await.unwrap();
        let mut checked = Checked { piece: piece(), at: 0 };
        client.stream(LENGTH as u64, |bytes| checked.see(bytes)).await.unwrap();
        assert_eq!(checked.at, LENGTH);
    }
    assert_eq!(scene.jira.connections(), 1);
}

#[tokio::test]
async fn a_large_upload_arrives_as_it_was_sent() {
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(|_| RawAnswer::json(ANSWER, &[ALICE])),
        keep: LENGTH,
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |_| {}).await;
    let mut client = scene.client().await;
    let kind = "Content-Type: application/json\r\n";
    for chunked in [false, true] {
        let framing = if chunked {
            "Transfer-Encoding: chunked\r\n".to_owned()
        } else {
            format!("Content-Length: {LENGTH}\r\n")
        };
        let head = scene.head("POST /rest/api/2/issue", &format!("{kind}{framing}"));
        client.send(head).await.unwrap();
        let piece = piece();
        for _ in 0..TIMES {
            if chunked {
                client.send(format!("{PIECE:x}\r\n")).await.unwrap();
            }
            client.send(&piece).await.unwrap();
            if chunked {
                client.send("\r\n").await.unwrap();
            }
        }
        if chunked {
            client.send("0\r\n\r\n").await.unwrap();
        }
        assert_eq!(client.answer().await.unwrap().status, 200);
        let seen = scene.jira.requests().pop().unwrap();
        let mut checked = Checked { piece, at: 0 };
        checked.see(&seen.body);
        assert_eq!((checked.at, seen.body_length), (LENGTH, LENGTH as u64));
        scene.jira.forget_requests();
    }
}
