//! The gate as a whole: hosts, threads, its end, its numbers.

use std::time::Duration;

use gatepass_gate::Count;
use gatepass_model::{Reason, Timestamp};
use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::raw::{Client, Ended};

use crate::support::{ALICE, ANSWER, Scene, answer_alice, within};

#[tokio::test]
async fn an_unknown_host_is_told_so() {
    let scene = Scene::new(answer_alice).await;
    for host in ["evil.example", "jira.example.evil", "127.0.0.1"] {
        let mut client = scene.client().await;
        client.send(scene.get().replace("jira.example", host)).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.reason()), (421, Some("instance_unknown")), "{host}");
    }
    for host in ["JIRA.example", "jira.example:8080"] {
        let mut client = scene.client().await;
        client.send(scene.get().replace("jira.example", host)).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200, "{host}");
    }
    let hosts: Vec<String> =
        scene.jira.requests().iter().flat_map(|seen| seen.headers("host")).collect();
    assert_eq!(hosts, ["JIRA.example", "jira.example:8080"]);
}

#[tokio::test]
async fn threads_share_a_port_and_have_connections_of_their_own() {
    let scene = Scene::with(RecorderSettings::default(), |options| options.threads = 2).await;
    for _ in 0..60 {
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
    // Sixty connections one after the other need one of each thread.
    assert_eq!(scene.jira.connections(), 2);
    assert_eq!(scene.gate.stop().await.unwrap().totals.count(Count::Requests), 60);
}

#[tokio::test]
async fn a_gate_that_stops_finishes_what_runs_and_takes_nothing_new() {
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(|_| {
            let late = RawAnswer::new().then(Step::Wait(Duration::from_millis(700)));
            let length = ANSWER.len();
            late.then(Step::Write(
                format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: {length}\r\n\r\n{ANSWER}")
                    .into_bytes(),
            ))
        }),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |_| {}).await;
    let address = scene.gate.address();
    let (mut idle, mut client) = (scene.client().await, scene.client().await);
    client.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    let stopping = tokio::spawn(scene.gate.stop());
    assert_eq!(idle.ended().await.unwrap(), Ended::Finished);
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.text(), answer.closes()), (200, ANSWER.to_owned(), true));
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    within("the stop", stopping).await.unwrap().unwrap();
    assert!(Client::connect(address).await.is_err());
}

#[tokio::test]
async fn a_gate_that_stops_answers_those_who_had_just_connected() {
    for _ in 0..10 {
        let scene = Scene::new(answer_alice).await;
        let mut clients = Vec::new();
        for _ in 0..10 {
            let mut client = scene.client().await;
            client.send(scene.get()).await.unwrap();
            clients.push(client);
        }
        let stopping = tokio::spawn(scene.gate.stop());
        for mut client in clients {
            assert_eq!(client.answer().await.unwrap().status, 200);
        }
        within("the stop", stopping).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_request_that_does_not_finish_does_not_hold_up_a_stop_for_ever() {
    let settings = RecorderSettings {
        answer: std::sync::Arc::new(|_| RawAnswer::new().then(Step::Hang)),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, |options| {
        options.timeouts.drain = Duration::from_millis(200);
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    within("the stop", scene.gate.stop()).await.unwrap();
    client.take_all().await.unwrap();
}

#[tokio::test]
async fn what_was_done_is_counted_and_written() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    for _ in 0..3 {
        client.send(scene.get()).await.unwrap();
        client.answer().await.unwrap();
    }
    client.send(scene.get().replace("GET", "get")).await.unwrap();
    client.answer().await.unwrap();
    let stopped = scene.gate.stop().await.unwrap();
    let totals = &stopped.totals;
    assert_eq!((totals.count(Count::Requests), totals.count(Count::Forwarded)), (3, 3));
    assert_eq!(totals.refused(Reason::MethodNotAllowed), 1);
    assert_eq!(totals.count(Count::BytesOut), 3 * ANSWER.len() as u64);
    let usage = stopped.activity.usage_of_token(scene.id, Timestamp::EPOCH).await.unwrap();
    let total = (usage.total.requests, usage.total.refused, usage.total.bytes_out);
    assert_eq!(total, (3, 0, 3 * ANSWER.len() as u64));
}
