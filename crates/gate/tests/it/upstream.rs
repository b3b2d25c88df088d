//! Connections to the product, and for whom it takes a call.

use std::collections::HashSet;
use std::sync::Mutex;

use gatepass_gate::Count;
use gatepass_sandbox::{RawAnswer, RecordedRequest, Step};

use crate::support::{ALICE, ANSWER, Scene, answer_alice};

const POST: &str = "Content-Type: application/json\r\nContent-Length: 2\r\n";

/// Answers the first request of each connection; the second one ends it so.
fn once_a_connection(end: RawAnswer) -> impl Fn(&RecordedRequest) -> RawAnswer {
    let used: Mutex<HashSet<usize>> = Mutex::default();
    move |request| {
        let is_first = used.lock().unwrap().insert(request.connection);
        if is_first { answer_alice(request) } else { end.clone() }
    }
}

#[tokio::test]
async fn a_read_on_a_connection_that_had_died_is_tried_once_more() {
    let scene = Scene::new(once_a_connection(RawAnswer::new().then(Step::Close))).await;
    let mut client = scene.client().await;
    for _ in 0..3 {
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
    let connections: Vec<usize> =
        scene.jira.requests().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 1, 1, 2]);
    assert_eq!(scene.gate.stop().await.unwrap().totals.count(Count::Retried), 2);
}

#[tokio::test]
async fn a_write_is_never_tried_twice() {
    let scene = Scene::new(once_a_connection(RawAnswer::new().then(Step::Close))).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
    client.send(format!("{}{{}}", scene.head("POST /rest/api/2/issue", POST))).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (502, Some("upstream_unreachable")));
    assert_eq!(scene.jira.requests().len(), 2);
}

#[tokio::test]
async fn a_read_that_got_the_beginning_of_an_answer_is_not_tried_again() {
    let begun = RawAnswer::raw("HTTP/1.1 200").then(Step::Close);
    let scene = Scene::new(once_a_connection(begun)).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().reason(), Some("upstream_unreachable"));
    assert_eq!(scene.jira.requests().len(), 2);
}

#[tokio::test]
async fn a_product_that_takes_the_call_for_somebody_else_is_not_believed_again() {
    let answered = |status: &str, line: &str| {
        format!(
            "HTTP/1.1 {status}\r\n{line}Set-Cookie: JSESSIONID=1\r\nContent-Length: 6\r\n\r\nsecret"
        )
    };
    for raw in [
        answered("200 OK", "X-AUSERNAME: bob\r\n"),
        answered("200 OK", "X-AUSERNAME: anonymous\r\n"),
        answered("200 OK", "X-AUSERNAME: alice\r\nX-AUSERNAME: bob\r\n"),
        answered("401 Unauthorized", ""),
        answered("404 Not Found", "X-AUSERNAME: anonymous\r\n"),
    ] {
        let answer = raw.clone();
        let scene = Scene::new(move |_| RawAnswer::raw(answer.clone())).await;
        let mut client = scene.client().await;
        for _ in 0..3 {
            client.send(scene.get()).await.unwrap();
            let answer = client.answer().await.unwrap();
            let reason = Some("upstream_identity_unavailable");
            assert_eq!((answer.status, answer.reason()), (502, reason), "{raw}");
            assert!(!answer.text().contains("secret"));
            assert!(answer.all("set-cookie").is_empty());
        }
        assert_eq!(scene.jira.requests().len(), 1, "{raw}");
    }
}

#[tokio::test]
async fn what_the_product_says_in_another_letter_case_is_the_same_person() {
    let scene = Scene::new(|_| RawAnswer::json(ANSWER, &["x-ausername: ALICE"])).await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn an_owner_without_a_credential_goes_up_as_nobody_else() {
    let scene = Scene::new(answer_alice).await;
    let bob = scene.gate.issue("bob", gatepass_model::Grant::read_write()).await.unwrap();
    let mut client = scene.client().await;
    client.send(scene.get().replace(&scene.token, &bob.secret)).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (502, Some("upstream_identity_unavailable")));
    assert_eq!(scene.jira.connections(), 0);
}

#[tokio::test]
async fn a_token_gets_no_session_out_of_an_answer() {
    let scene = Scene::new(|_| {
        RawAnswer::json(
            ANSWER,
            &[ALICE, "Set-Cookie: JSESSIONID=1", "X-ASESSIONID: 1", "X-Seraph-LoginReason: OK"],
        )
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    for name in ["set-cookie", "x-asessionid", "x-seraph-loginreason"] {
        assert!(answer.all(name).is_empty(), "{name}");
    }
    assert_eq!(answer.header("x-ausername"), Some("alice"));
}
