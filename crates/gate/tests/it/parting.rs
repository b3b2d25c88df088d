//! How a gate leaves: alone, or with one that takes its sockets on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_gate::Sockets;
use gatepass_model::ListenAddress;
use gatepass_sandbox::RecorderSettings;
use gatepass_testkit::raw::{Client, Ended};

use crate::support::{ANSWER, PATIENCE, Scene, answer_alice, within};

#[tokio::test]
async fn an_idle_connection_is_served_once_more_while_the_gate_stops() {
    let scene = Scene::with(
        RecorderSettings { answer: Arc::new(answer_alice), ..RecorderSettings::default() },
        |options| options.timeouts.parting = PATIENCE,
    )
    .await;
    let (mut used, mut new) = (scene.client().await, scene.client().await);
    used.send(scene.get()).await.unwrap();
    assert!(!used.answer().await.unwrap().closes());
    let request = scene.get();
    let address = scene.gate.address();
    let stopping = tokio::spawn(scene.gate.stop());
    // Refused once it has stopped taking connections.
    let began = Instant::now();
    while Client::connect(address).await.is_ok() {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // They are left alone, however often the gate looks whether they have ended.
    tokio::time::sleep(Duration::from_millis(200)).await;
    for client in [&mut used, &mut new] {
        client.send(&request).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.text(), answer.closes()), (ANSWER.to_owned(), true));
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
    within("the stop", stopping).await.unwrap().unwrap();
    assert!(began.elapsed() < PATIENCE);
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_a_gate_that_stops_alone() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    client.answer().await.unwrap();
    let began = Instant::now();
    within("the stop", scene.gate.stop()).await.unwrap();
    assert!(began.elapsed() < PATIENCE / 2);
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn connections_that_wait_are_left_to_the_one_that_has_the_sockets() {
    let free = [ListenAddress::Tcp(([127, 0, 0, 1], 0).into())];
    let ours = Sockets::bind(&free, 1, 0o600).unwrap();
    let mut sockets = Sockets::default();
    for (address, socket, _) in ours.iter() {
        sockets.add(address.clone(), socket.try_clone().unwrap(), true).unwrap();
    }
    let theirs = Arc::new(sockets);
    let settings =
        || RecorderSettings { answer: Arc::new(answer_alice), ..RecorderSettings::default() };
    let mut earlier =
        Scene::with(settings(), |options| options.sockets = Some(Arc::clone(&theirs))).await;
    for _ in 0..3 {
        let address = earlier.gate.address();
        earlier.gate.stop().await.unwrap();
        // Nobody takes connections now, and yet none is refused.
        let mut waiting = Client::connect(address).await.unwrap();
        waiting.send("GET /gatepass/x HTTP/1.1\r\nHost: jira.example\r\n\r\n").await.unwrap();
        earlier = Scene::with(settings(), |options| {
            options.sockets = Some(Arc::clone(&theirs));
            options.threads = 2;
        })
        .await;
        assert_eq!(earlier.gate.address(), address);
        assert_eq!(waiting.answer().await.unwrap().status, 404);
    }
}
