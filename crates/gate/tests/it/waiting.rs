//! Whatever is waited for has an end.

use std::time::{Duration, Instant};

use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::TestGateOptions;
use gatepass_testkit::raw::Ended;

use crate::support::{PATIENCE, Scene, within};

const SHORT: Duration = Duration::from_millis(300);

fn hanging() -> RecorderSettings {
    RecorderSettings {
        answer: std::sync::Arc::new(|_| RawAnswer::new().then(Step::Hang)),
        ..RecorderSettings::default()
    }
}

async fn impatient(set_up: impl FnOnce(&mut TestGateOptions)) -> Scene {
    Scene::with(hanging(), set_up).await
}

#[tokio::test]
async fn an_unfinished_head_is_refused_in_time_however_it_trickles() {
    let scene = impatient(|options| options.timeouts.head = SHORT).await;
    let mut client = scene.client().await;
    client.send("GET / HTTP/1.1\r\nHost: jira").await.unwrap();
    let began = Instant::now();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (408, Some("request_timeout")));
    assert!(began.elapsed() >= SHORT / 2);
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    // One total deadline: a byte now and then does not move it.
    let mut client = scene.client().await.with_patience(Duration::from_millis(50));
    client.send("GET / HTTP/1.1\r\nX: ").await.unwrap();
    let began = Instant::now();
    let answer = loop {
        client.send("y").await.unwrap();
        if let Ok(answer) = client.answer().await {
            break answer;
        }
        assert!(began.elapsed() < PATIENCE);
    };
    assert_eq!(answer.reason(), Some("request_timeout"));
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_ended_without_a_word() {
    let scene = impatient(|options| options.timeouts.idle = SHORT).await;
    let mut client = scene.client().await;
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn an_unfinished_body_is_refused_in_time() {
    let scene = impatient(|options| options.timeouts.body = SHORT).await;
    for kind in ["application/json", "application/x-www-form-urlencoded"] {
        let mut client = scene.client().await;
        let lines = format!("Content-Type: {kind}\r\nContent-Length: 10\r\n");
        client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
        client.send("a=b").await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.reason()), (408, Some("request_timeout")), "{kind}");
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
}

#[tokio::test]
async fn a_product_that_does_not_answer_is_given_up_in_time() {
    let scene = impatient(|options| options.instances[0].first_byte = SHORT).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (504, Some("upstream_timeout")));
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
    // The client's connection is as good as before.
    assert!(!answer.closes());
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 504);
}

#[tokio::test]
async fn a_product_that_takes_no_connection_is_told_of() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let scene = impatient(|options| options.instances[0].upstream = address).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (502, Some("upstream_unreachable")));
}

#[tokio::test]
async fn a_product_whose_connections_are_all_in_use_is_told_of() {
    let scene = impatient(|options| {
        options.instances[0].connections = 1;
        options.instances[0].connect = SHORT;
    })
    .await;
    let mut first = scene.client().await;
    first.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    let mut second = scene.client().await;
    second.send(scene.get()).await.unwrap();
    let answer = second.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (503, Some("overloaded")));
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up_in_time() {
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(|_| {
            let head =
                "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 1000000000\r\n\r\n";
            RawAnswer::raw(head).then(Step::Repeat(vec![b'x'; 100_000], 10_000))
        }),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |options| options.timeouts.write = SHORT).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
}
