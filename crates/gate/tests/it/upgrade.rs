//! Leaving HTTP, with bytes that come early.

use std::time::{Duration, Instant};

use gatepass_sandbox::{RawAnswer, Step};
use gatepass_testkit::raw::Ended;

use crate::support::{Scene, within};

const ASK: &str =
    "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGVzdA==\r\n";

async fn switching() -> Scene {
    Scene::new(|_| {
        RawAnswer::raw(
            "HTTP/1.1 101 Switching Protocols\r\nX-AUSERNAME: alice\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\n\r\nearly down,",
        )
        .then(Step::Echo)
    })
    .await
}

#[tokio::test]
async fn bytes_of_both_sides_that_come_early_are_not_lost() {
    let scene = switching().await;
    let mut client = scene.client().await;
    let head = scene.head("GET /rest/api/2/issue/ABC-1", ASK);
    client.send(format!("{head}early up,")).await.unwrap();
    let answer = client.head().await.unwrap();
    assert_eq!((answer.status, answer.header("upgrade")), (101, Some("websocket")));
    let early = "early down,early up,";
    assert_eq!(client.take(early.len()).await.unwrap(), early.as_bytes());
    for _ in 0..3 {
        client.send("ping").await.unwrap();
        assert_eq!(client.take(4).await.unwrap(), b"ping");
    }
    client.finish_sending().await;
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
    let seen = scene.jira.requests().pop().unwrap();
    assert_eq!(seen.tunnel, b"early up,pingpingping");
    assert_eq!(seen.headers("upgrade"), ["websocket"]);
    assert_eq!(seen.headers("connection"), ["Upgrade"]);
}

#[tokio::test]
async fn nobody_is_switched_who_did_not_ask() {
    let scene = switching().await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (502, Some("upstream_unreachable")));
}

#[tokio::test]
async fn a_switched_connection_ends_with_its_token() {
    let scene = switching().await;
    let mut client = scene.client().await;
    client.send(scene.head("GET /rest/api/2/issue/ABC-1", ASK)).await.unwrap();
    client.head().await.unwrap();
    client.take("early down,".len()).await.unwrap();
    scene.gate.revoke(scene.id).await.unwrap();
    let since = Instant::now();
    assert!(client.take_all().await.unwrap().is_empty());
    assert!(since.elapsed() < Duration::from_secs(5));
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
}
