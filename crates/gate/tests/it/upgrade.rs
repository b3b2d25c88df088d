//! Leaving HTTP, with bytes that come early.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_gate::Count;
use gatepass_model::Grant;
use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::raw::Ended;

use crate::support::{Scene, within};

const ASK: &str =
    "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGVzdA==\r\n";

const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nX-AUSERNAME: alice\r\nUpgrade: websocket\r\n\
     Connection: Upgrade\r\n\r\n";

fn switch() -> RawAnswer {
    RawAnswer::raw(format!("{SWITCH}early down,")).then(Step::Echo)
}

async fn switching() -> Scene {
    Scene::new(|_| switch()).await
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

#[tokio::test]
async fn a_switch_to_something_else_than_was_asked_for_is_refused() {
    for lines in ["Upgrade: h2c\r\nConnection: Upgrade\r\n", ""] {
        let scene = Scene::new(move |_| {
            RawAnswer::raw(format!("HTTP/1.1 101 Switching\r\nX-AUSERNAME: alice\r\n{lines}\r\n"))
        })
        .await;
        let mut client = scene.client().await;
        client.send(scene.head("GET /rest/api/2/issue/ABC-1", ASK)).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(
            (answer.status, answer.reason()),
            (502, Some("upstream_unreachable")),
            "{lines}"
        );
    }
}

#[tokio::test]
async fn another_http_is_never_asked_for() {
    let scene = Scene::new(crate::support::answer_alice).await;
    for protocol in ["h2c", "HTTP/2.0", "TLS/1.0", "websocket, h2c"] {
        let mut client = scene.client().await;
        let ask = format!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\n");
        client.send(scene.head("GET /rest/api/2/issue/ABC-1", &ask)).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200);
        let seen = scene.jira.requests().pop().unwrap();
        assert!(seen.headers("upgrade").is_empty(), "{protocol}");
        assert!(seen.headers("connection").is_empty(), "{protocol}");
    }
}

/// A connection that has left HTTP, with its early bytes read.
async fn switched(scene: &Scene) -> gatepass_testkit::raw::Client {
    let mut client = scene.client().await;
    client.send(scene.head("GET /rest/api/2/issue/ABC-1", ASK)).await.unwrap();
    client.head().await.unwrap();
    client.take("early down,".len()).await.unwrap();
    client
}

#[tokio::test]
async fn a_switched_connection_ends_when_its_owner_becomes_inactive() {
    let scene = switching().await;
    let mut client = switched(&scene).await;
    let mut alice = gatepass_testkit::build::person("alice").unwrap();
    alice.active = false;
    scene.gate.set_people(vec![alice]).unwrap();
    assert!(client.take_all().await.unwrap().is_empty());
    assert_eq!(scene.gate.stop().await.unwrap().totals.count(Count::Cut), 1);
}

#[tokio::test]
async fn a_switched_connection_ends_when_its_grant_is_narrowed() {
    let scene = switching().await;
    let mut client = switched(&scene).await;
    let elsewhere = vec!["192.0.2.0/24".parse().unwrap()];
    scene.gate.change(scene.id, |token| token.grant.networks = elsewhere).await.unwrap();
    assert!(client.take_all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_switched_connection_ends_when_its_token_expires() {
    let scene = switching().await;
    let minute = gatepass_model::Lifetime::from_seconds(60);
    let token = scene.gate.issue_until("alice", Grant::read_write(), minute).await.unwrap();
    let head = scene.head("GET /rest/api/2/issue/ABC-1", ASK).replace(&scene.token, &token.secret);
    let mut client = scene.client().await;
    client.send(head).await.unwrap();
    client.head().await.unwrap();
    client.take("early down,".len()).await.unwrap();
    scene.gate.clock().advance(gatepass_model::Lifetime::from_seconds(61));
    assert!(client.take_all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_switched_connection_of_which_nothing_is_heard_ends() {
    let settings =
        RecorderSettings { answer: Arc::new(|_| switch()), ..RecorderSettings::default() };
    let silence = Duration::from_millis(400);
    let scene = Scene::with(settings, |options| options.timeouts.upgraded = silence).await;
    let mut client = switched(&scene).await;
    // As long as something is heard, it goes on.
    for _ in 0..5 {
        tokio::time::sleep(silence / 2).await;
        client.send("ping").await.unwrap();
        assert_eq!(client.take(4).await.unwrap(), b"ping");
    }
    let since = Instant::now();
    assert!(client.take_all().await.unwrap().is_empty());
    assert!(since.elapsed() >= silence / 2);
}

#[tokio::test]
async fn switched_connections_and_their_bytes_are_counted_also_when_cut() {
    let scene = switching().await;
    let mut client = switched(&scene).await;
    client.send("12345").await.unwrap();
    client.take(5).await.unwrap();
    scene.gate.revoke(scene.id).await.unwrap();
    let since = Instant::now();
    client.take_all().await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    let totals = scene.gate.stop().await.unwrap().totals;
    let counts = [Count::Upgraded, Count::UpgradesEnded, Count::BytesIn, Count::BytesOut];
    assert_eq!(counts.map(|count| totals.count(count)), [1, 1, 5, 16]);
}

#[tokio::test]
async fn either_side_may_end_first() {
    let bye = "bye".to_owned();
    let scene =
        Scene::new(move |_| RawAnswer::raw(format!("{SWITCH}{bye}")).then(Step::Close)).await;
    let mut client = scene.client().await;
    client.send(scene.head("GET /rest/api/2/issue/ABC-1", ASK)).await.unwrap();
    client.head().await.unwrap();
    assert_eq!(client.take_all().await.unwrap(), b"bye");
}
