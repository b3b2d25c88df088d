//! Clients that go, and tokens that end, while something is on its way.

use std::time::{Duration, Instant};

use gatepass_model::TokenState;
use gatepass_sandbox::{RawAnswer, Recorder, Step};
use gatepass_testkit::raw::Ended;

use crate::support::{ALICE, ANSWER, Scene, within};

/// What the products' work may go on for without anybody who wants it.
const PROMPTLY: Duration = Duration::from_secs(5);

async fn is_let_go(jira: &Recorder, since: Instant) {
    within("the end upstream", jira.wait_until(|jira| jira.open_connections() == 0)).await;
    assert!(since.elapsed() < PROMPTLY, "it took {:?}", since.elapsed());
}

fn hanging() -> RawAnswer {
    RawAnswer::new().then(Step::Hang)
}

/// The beginning of a long answer, and what comes before it.
fn unfinished_after(first: RawAnswer) -> RawAnswer {
    let head = "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 1000\r\n\r\nbeginning";
    first.then(Step::Write(head.into())).then(Step::Hang)
}

fn unfinished() -> RawAnswer {
    unfinished_after(RawAnswer::new())
}

#[tokio::test]
async fn a_client_that_goes_while_it_waits_ends_the_work_for_it() {
    let scene = Scene::new(|_| hanging()).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    drop(client);
    is_let_go(&scene.jira, Instant::now()).await;
}

#[tokio::test]
async fn a_client_that_pipelined_and_goes_ends_the_work_for_it() {
    let scene = Scene::new(|_| hanging()).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    within("the request", scene.jira.wait_for(1)).await;
    client.send("GET /rest/api/2/issue/ABC-2 HTTP/1.1\r\n").await.unwrap();
    drop(client);
    is_let_go(&scene.jira, Instant::now()).await;
}

#[tokio::test]
async fn a_client_that_goes_during_a_download_ends_it() {
    let scene = Scene::new(|_| unfinished()).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    client.head().await.unwrap();
    assert_eq!(client.take(9).await.unwrap(), b"beginning");
    drop(client);
    is_let_go(&scene.jira, Instant::now()).await;
}

#[tokio::test]
async fn a_client_that_goes_while_bytes_flow_ends_the_download() {
    let scene = Scene::new(|_| {
        let head = "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 10000000000\r\n\r\n";
        RawAnswer::raw(head).then(Step::Repeat(vec![b'x'; 10_000], 1_000_000))
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    client.head().await.unwrap();
    client.take(1_000_000).await.unwrap();
    drop(client);
    is_let_go(&scene.jira, Instant::now()).await;
}

#[tokio::test]
async fn a_client_that_goes_during_an_upload_ends_it() {
    let scene = Scene::new(|_| hanging()).await;
    let mut client = scene.client().await;
    let lines = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
    client.send(scene.head("POST /rest/api/2/issue", lines)).await.unwrap();
    client.send(vec![b'x'; 20_000]).await.unwrap();
    let has_begun = |jira: &Recorder| jira.requests().iter().any(|seen| seen.body_length == 20_000);
    within("the first bytes", scene.jira.wait_until(has_begun)).await;
    drop(client);
    is_let_go(&scene.jira, Instant::now()).await;
    assert!(!scene.jira.requests()[0].is_complete);
}

#[tokio::test]
async fn a_client_that_has_ended_its_side_still_gets_a_quick_answer() {
    let scene = Scene::new(|_| {
        let late = RawAnswer::new().then(Step::Wait(Duration::from_millis(500)));
        let length = ANSWER.len();
        let answer =
            format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: {length}\r\n\r\n{ANSWER}");
        late.then(Step::Write(answer.into_bytes()))
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    client.finish_sending().await;
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn a_client_that_has_ended_its_side_is_not_waited_for_for_ever() {
    let late = RawAnswer::new().then(Step::Wait(Duration::from_millis(300)));
    for answer in [hanging(), unfinished(), unfinished_after(late)] {
        let scene = Scene::new(move |_| answer.clone()).await;
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        client.finish_sending().await;
        within("the request", scene.jira.wait_for(1)).await;
        is_let_go(&scene.jira, Instant::now()).await;
        client.take_all().await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_has_its_running_requests_cut() {
    let scene = Scene::new(|_| unfinished()).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    client.head().await.unwrap();
    assert_eq!(client.take(9).await.unwrap(), b"beginning");
    scene.gate.revoke(scene.id).await.unwrap();
    let since = Instant::now();
    assert!(client.take_all().await.unwrap().is_empty());
    is_let_go(&scene.jira, since).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().reason(), Some("token_revoked"));
}

#[tokio::test]
async fn a_token_that_is_suspended_is_refused_on_an_open_connection_and_works_again() {
    let scene = Scene::new(crate::support::answer_alice).await;
    let mut client = scene.client().await;
    for (state, reason) in [
        (None, None),
        (Some(TokenState::Suspended), Some("token_suspended")),
        (Some(TokenState::Active), None),
        (Some(TokenState::Revoked), Some("token_revoked")),
    ] {
        if let Some(state) = state {
            scene.gate.change(scene.id, |token| token.state = state).await.unwrap();
        }
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().reason(), reason);
    }
}
