//! Several requests on one connection: each ends where it ends.

use std::time::Duration;

use gatepass_model::Mode;
use gatepass_sandbox::{RawAnswer, RecordedRequest, RecorderSettings, Step};
use gatepass_testkit::build;
use gatepass_testkit::raw::{Client, Delivery, Ended};

use crate::support::{ALICE, Scene, answer_alice, within};

/// The target as the answer's body.
fn echo_target(request: &RecordedRequest) -> RawAnswer {
    RawAnswer::json(&request.target(), &[ALICE])
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let scene = Scene::new(echo_target).await;
    let mut client = scene.client().await;
    let targets: Vec<String> =
        (0..20).map(|number| format!("/rest/api/2/issue/ABC-{number}")).collect();
    let all: String =
        targets.iter().map(|target| scene.head(&format!("GET {target}"), "")).collect();
    client.send(all).await.unwrap();
    for target in &targets {
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.text()), (200, target.clone()));
    }
    assert_eq!(scene.jira.connections(), 1);
}

#[tokio::test]
async fn bodies_and_requests_behind_them_are_kept_apart() {
    let scene = Scene::new(echo_target).await;
    let mut client = scene.client().await;
    let json = "Content-Type: application/json\r\n";
    let first = scene.head("POST /rest/api/2/issue", &format!("{json}Content-Length: 3\r\n"));
    let second =
        scene.head("POST /rest/api/2/issue?2", &format!("{json}Transfer-Encoding: chunked\r\n"));
    let third = scene.head("GET /rest/api/2/issue/ABC-3", "");
    client
        .send(format!("{first}abc{second}2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n{third}"))
        .await
        .unwrap();
    for target in ["/rest/api/2/issue", "/rest/api/2/issue?2", "/rest/api/2/issue/ABC-3"] {
        assert_eq!(client.answer().await.unwrap().text(), target);
    }
    let bodies: Vec<Vec<u8>> = scene.jira.requests().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, [b"abc".to_vec(), b"de".to_vec(), Vec::new()]);
}

#[tokio::test]
async fn a_request_behind_a_refused_form_loses_nothing_of_its_own() {
    let scene = Scene::with(RecorderSettings::default(), |options| {
        options.policy = build::policy_with_mode(Mode::Block, &["jira"]).unwrap();
    })
    .await;
    let mut client = scene.client().await;
    let form = "os_username=a&os_password=b";
    // If the form's length were taken off what follows it, the rest of the second request's path
    // would be read as a third.
    let inner = "GET /rest/api/2/issue/INNER HTTP/1.1\r\nHost: jira.example\r\n\r\n";
    let outer = scene.head(
        "POST /rest/api/2/issue",
        &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", inner.len()),
    );
    client
        .send(format!(
            "POST /rest/api/2/issue HTTP/1.1\r\nHost: jira.example\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n\
             {form}{outer}{inner}",
            form.len()
        ))
        .await
        .unwrap();
    assert_eq!(client.answer().await.unwrap().reason(), Some("passwords_disabled"));
    // It is answered rightly or not at all.
    if let Some(second) = client.answer_to("POST").await.unwrap() {
        assert_eq!(second.status, 200, "{}", second.text());
        client.finish_sending().await;
    }
    client.ended().await.unwrap();
    for request in scene.jira.requests() {
        assert_eq!(request.body, inner.as_bytes());
    }
}

#[tokio::test]
async fn a_request_behind_one_that_failed_loses_nothing_of_its_own() {
    let answer = |request: &RecordedRequest| {
        if request.method() == "POST" {
            RawAnswer::new().then(Step::Close)
        } else {
            echo_target(request)
        }
    };
    let scene = Scene::new(answer).await;
    let mut client = scene.client().await;
    let post = scene
        .head("POST /rest/api/2/issue", "Content-Type: application/json\r\nContent-Length: 40\r\n");
    let body = "x".repeat(40);
    client.send(format!("{post}{body}{}", scene.get())).await.unwrap();
    assert_eq!(client.answer().await.unwrap().reason(), Some("upstream_unreachable"));
    if let Some(second) = client.answer_to("GET").await.unwrap() {
        assert_eq!(second.text(), "/rest/api/2/issue/ABC-1");
        client.finish_sending().await;
    }
    client.ended().await.unwrap();
}

#[tokio::test]
async fn requests_that_came_before_the_client_ended_its_side_are_all_answered() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    client.send(format!("{}{}{}", scene.get(), scene.get(), scene.get())).await.unwrap();
    client.finish_sending().await;
    for _ in 0..3 {
        assert_eq!(client.answer().await.unwrap().status, 200);
    }
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn an_empty_line_before_a_request_is_read_over_in_any_pieces() {
    let scene = Scene::new(answer_alice).await;
    let bytes = format!("\r\n{}", scene.get());
    let pause = Duration::from_millis(20);
    for delivery in [Delivery::Whole, Delivery::Drip(8), Delivery::Cut(vec![1, 2, 3], pause)] {
        let mut client = scene.client().await;
        client.deliver(bytes.as_bytes(), &delivery).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200, "{delivery:?}");
    }
}

#[tokio::test]
async fn connection_close_is_honoured_and_what_follows_does_not_destroy_the_answer() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    let last = scene.head("GET /rest/api/2/issue/ABC-1", "Connection: close\r\n");
    client.send(format!("{last}{}", scene.get())).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.closes()), (200, true));
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    assert_eq!(scene.jira.requests().len(), 1);
}

#[tokio::test]
async fn bytes_behind_a_last_request_that_are_still_to_come_do_not_reset_the_answer() {
    let scene = Scene::new(answer_alice).await;
    for _ in 0..20 {
        let mut client: Client = scene.client().await;
        let last = scene.head("GET /rest/api/2/issue/ABC-1", "Connection: close\r\n");
        client.send(last).await.unwrap();
        // More than the gate keeps of a pipelining client.
        client.send("x".repeat(100_000)).await.unwrap();
        let answer = within("the answer", client.answer()).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    }
}
