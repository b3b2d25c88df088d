//! Clients that are slow on purpose, or idle, disturb nobody.

use std::time::Duration;

use gatepass_gate::Count;
use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::TestGateOptions;
use gatepass_testkit::raw::{Answer, Client, Ended};

use crate::support::{ALICE, ANSWER, PATIENCE, Scene, answer_alice, within};

const SHORT: Duration = Duration::from_millis(300);

async fn scene(set_up: impl FnOnce(&mut TestGateOptions)) -> Scene {
    let answer = std::sync::Arc::new(answer_alice);
    Scene::with(RecorderSettings { answer, ..RecorderSettings::default() }, set_up).await
}

/// 1000 bytes a second over 300 ms, and all the time between two of them.
fn hasty(options: &mut TestGateOptions) {
    options.limits.body_rate = 1000;
    options.limits.body_grace = SHORT;
}

fn post(scene: &Scene, length: usize) -> String {
    let lines = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
    scene.head("POST /rest/api/2/issue", &lines)
}

/// Sends a byte now and then until something comes back.
async fn drip(client: &mut Client) -> Answer {
    let began = std::time::Instant::now();
    loop {
        assert!(began.elapsed() < PATIENCE);
        // Once it has answered, the gate may take no more.
        let _ = client.send("x").await;
        if let Ok(answer) = client.answer().await {
            return answer;
        }
    }
}

async fn dripping_client(scene: &Scene) -> Client {
    scene.client().await.with_patience(Duration::from_millis(50))
}

#[tokio::test]
async fn a_body_that_drips_is_refused_and_the_product_never_hears_of_it() {
    let scene = scene(hasty).await;
    for length in [1000, 1_000_000] {
        let mut client = dripping_client(&scene).await;
        client.send(post(&scene, length)).await.unwrap();
        let answer = drip(&mut client).await;
        assert_eq!((answer.status, answer.reason()), (408, Some("request_timeout")));
    }
    assert_eq!(scene.jira.connections(), 0);
}

#[tokio::test]
async fn a_body_that_begins_to_drip_later_is_refused_too() {
    let scene = scene(hasty).await;
    let mut client = dripping_client(&scene).await;
    client.send(post(&scene, 1_000_000)).await.unwrap();
    client.send(vec![b'x'; 20_000]).await.unwrap();
    let answer = drip(&mut client).await;
    assert_eq!((answer.status, answer.reason()), (408, Some("request_timeout")));
    assert_eq!(scene.jira.connections(), 1);
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
}

#[tokio::test]
async fn a_form_that_drips_is_refused() {
    let scene = scene(hasty).await;
    let lines = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n";
    let mut client = dripping_client(&scene).await;
    client.send(scene.head("POST /rest/api/2/issue", lines)).await.unwrap();
    assert_eq!(drip(&mut client).await.reason(), Some("request_timeout"));
}

#[tokio::test]
async fn a_body_at_a_steady_rate_goes_through() {
    let scene = scene(hasty).await;
    let mut client = scene.client().await;
    client.send(post(&scene, 3_000)).await.unwrap();
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        client.send(vec![b'x'; 100]).await.unwrap();
    }
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
}

#[tokio::test]
async fn uploads_leave_half_of_the_connections_to_others() {
    let scene = scene(|options| {
        options.instances[0].connections = 2;
        options.instances[0].connect = SHORT;
    })
    .await;
    let mut slow = scene.client().await;
    slow.send(post(&scene, 40_000)).await.unwrap();
    slow.send(vec![b'x'; 20_000]).await.unwrap();
    within("the upload", scene.jira.wait_until(|jira| jira.connections() == 1)).await;
    let mut second = scene.client().await;
    second.send(post(&scene, 40_000)).await.unwrap();
    second.send(vec![b'x'; 20_000]).await.unwrap();
    assert_eq!(second.answer().await.unwrap().reason(), Some("overloaded"));
    let mut reader = scene.client().await;
    reader.send(scene.get()).await.unwrap();
    assert_eq!(reader.answer().await.unwrap().status, 200);
    // One that has come whole counts no longer.
    slow.send(vec![b'x'; 20_000]).await.unwrap();
    assert_eq!(slow.answer().await.unwrap().status, 200);
    let mut third = scene.client().await;
    third.send(post(&scene, 40_000)).await.unwrap();
    third.send(vec![b'x'; 40_000]).await.unwrap();
    assert_eq!(third.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_client_that_takes_a_little_now_and_then_is_given_up() {
    let head = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 1000000000\r\n\r\n");
    let answer = RawAnswer::raw(head).then(Step::Repeat(vec![b'x'; 100_000], 10_000));
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(move |_| answer.clone()),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |options| options.timeouts.write = SHORT).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let began = std::time::Instant::now();
    while scene.jira.connections() == 0 || scene.jira.open_connections() > 0 {
        let _ = client.take(1).await;
        tokio::time::sleep(SHORT / 10).await;
        assert!(began.elapsed() < PATIENCE);
    }
    assert_eq!(scene.gate.stop().await.unwrap().totals.count(Count::Broken), 1);
}

#[tokio::test]
async fn at_the_limit_those_that_idle_the_longest_make_place() {
    let scene = scene(|options| options.limits.connections = 8).await;
    let mut served = scene.client().await;
    served.send(post(&scene, 10)).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..7 {
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200);
        idle.push(client);
    }
    for _ in 0..3 {
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200);
        idle.push(client);
    }
    let mut ended = 0;
    for client in &mut idle {
        let patience = Duration::from_millis(100);
        if let Ok(Ok(how)) = tokio::time::timeout(patience, client.ended()).await {
            assert_eq!(how, Ended::Finished);
            ended += 1;
        }
    }
    assert_eq!(ended, 3);
    // Who is in the middle of a request is not disturbed.
    served.send("0123456789").await.unwrap();
    assert_eq!(served.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn at_the_limit_nobody_who_is_served_makes_place() {
    let late = RawAnswer::new().then(Step::Wait(Duration::from_secs(1)));
    let text = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 0\r\n\r\n");
    let late = late.then(Step::Write(text.into_bytes()));
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(move |_| late.clone()),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |options| options.limits.connections = 2).await;
    let mut served = Vec::new();
    for _ in 0..2 {
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        served.push(client);
    }
    within("the requests", scene.jira.wait_for(2)).await;
    let mut third = scene.client().await;
    let _ = third.send(scene.get()).await;
    let refused = third.answer().await;
    assert!(refused.is_err(), "{refused:?}");
    for client in &mut served {
        assert_eq!(client.answer().await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn what_is_compressed_stays_so() {
    let bomb = [b"\x1f\x8b\x08".as_slice(), &[0; 5000]].concat();
    let length = bomb.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"
    );
    let answer = RawAnswer::raw([head.as_bytes(), &bomb].concat());
    let scene = Scene::new(move |_| answer.clone()).await;
    let mut client = scene.client().await;
    client
        .send(scene.head("GET /rest/api/2/issue/ABC-1", "Accept-Encoding: gzip\r\n"))
        .await
        .unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body, bomb);
}
