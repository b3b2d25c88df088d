//! Bodies on their way up.

use std::sync::Arc;
use std::time::Duration;

use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::raw::Ended;

use crate::support::{ALICE, ANSWER, Scene, answer_alice, within};

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

fn posting(answer: &str, then: Option<Step>) -> RecorderSettings {
    let mut answer = RawAnswer::raw(answer);
    if let Some(step) = then {
        answer = answer.then(step);
    }
    RecorderSettings {
        answer: Arc::new(answer_alice),
        early: Some(Arc::new(move |seen| (seen.method() == "POST").then(|| answer.clone()))),
        ..RecorderSettings::default()
    }
}

#[tokio::test]
async fn a_client_that_waits_to_be_told_to_go_on_is_told_so() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    let lines = format!("{JSON}Expect: 100-continue\r\nContent-Length: 2\r\n");
    for _ in 0..2 {
        client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
        assert_eq!(client.take(CONTINUE.len()).await.unwrap(), CONTINUE);
        client.send("{}").await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.interim.len()), (200, 0));
    }
    for request in scene.jira.requests() {
        assert_eq!(request.body, b"{}");
        assert!(request.headers("expect").is_empty());
    }
}

#[tokio::test]
async fn a_form_is_waited_for_like_any_other_body() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    let lines = format!("{FORM}Expect: 100-continue\r\nContent-Length: 3\r\n");
    client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
    assert_eq!(client.take(CONTINUE.len()).await.unwrap(), CONTINUE);
    client.send("a=b").await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.interim.len()), (200, 0));
    assert_eq!(scene.jira.requests()[0].body, b"a=b");
}

#[tokio::test]
async fn a_refused_client_is_not_told_to_send_its_body() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    let lines = format!("{JSON}Expect: 100-continue\r\nContent-Length: 2\r\n");
    let head = scene.head("POST /rest/api/2/issue", &lines).replace(&scene.token, "gpass_no");
    client.send(head).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.reason(), answer.interim.len()), (Some("token_invalid"), 0));
    assert!(answer.closes());
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    assert_eq!(scene.jira.requests().len(), 0);
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_ends_the_connection() {
    let early = "HTTP/1.1 413 Too Large\r\nX-AUSERNAME: alice\r\nContent-Length: 4\r\n\r\nlong";
    let scene = Scene::with(posting(early, None), |_| {}).await;
    let mut client = scene.client().await;
    let lines = format!("{JSON}Content-Length: 1000000\r\n");
    client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
    // As much as the product is asked for.
    client.send(vec![b' '; 20_000]).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.text(), answer.closes()), (413, "long".to_owned(), true));
    assert_eq!(client.ended().await.unwrap(), Ended::Finished);
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
    assert!(!scene.jira.requests()[0].is_complete);
}

/// A product that answers a long form before it has read it, on a connection that stays open.
/// What was not sent of the form must not be missed from the next request on that connection.
#[tokio::test]
async fn a_connection_with_an_unfinished_form_is_not_used_again() {
    let early = format!(
        "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    );
    let wait = Step::Wait(Duration::from_millis(500));
    let scene = Scene::with(posting(&early, Some(wait)), |options| {
        options.limits.form = 12 << 20;
    })
    .await;
    let mut client = scene.client().await;
    let form = format!("a={}", "b".repeat(12_000_000 - 2));
    let lines = format!("{FORM}Content-Length: {}\r\n", form.len());
    client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
    client.send(&form).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    let mut other = scene.client().await;
    other.send(scene.get()).await.unwrap();
    assert_eq!(other.answer().await.unwrap().text(), ANSWER);
    let requests = scene.jira.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].body.iter().skip(2).all(|&byte| byte == b'b'), "a request in a body");
    assert_eq!((requests[1].connection, requests[1].method().as_str()), (1, "GET"));
}

#[tokio::test]
async fn a_form_that_a_decision_reads_may_be_so_long_and_no_longer() {
    let scene = Scene::with(RecorderSettings::default(), |options| {
        options.limits.form = 1000;
        options.limits.all_forms = 1500;
    })
    .await;
    let post = |length: usize, framing: &str| {
        let head = scene.head("POST /rest/api/2/issue", &format!("{FORM}{framing}\r\n"));
        let body = format!("a={}", "b".repeat(length - 2));
        if framing.starts_with("Transfer") {
            format!("{head}{length:x}\r\n{body}\r\n0\r\n\r\n")
        } else {
            format!("{head}{body}")
        }
    };
    for (length, status) in [(1000, 200), (1001, 413)] {
        for framing in
            [format!("Content-Length: {length}"), "Transfer-Encoding: chunked".to_owned()]
        {
            let mut client = scene.client().await;
            client.send(post(length, &framing)).await.unwrap();
            let answer = client.answer().await.unwrap();
            assert_eq!(answer.status, status, "{length} {framing}: {}", answer.text());
            let reason = (status == 413).then_some("body_too_large");
            assert_eq!(answer.reason(), reason);
        }
    }
    // Two unfinished forms hold 1,200 bytes; a third finds no room, until they go.
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = scene.client().await;
        let head = scene.head(
            "POST /rest/api/2/issue",
            &format!("{FORM}Content-Length: 1000\r\nExpect: 100-continue\r\n"),
        );
        other.send(head).await.unwrap();
        other.take(CONTINUE.len()).await.unwrap();
        other.send("b".repeat(600)).await.unwrap();
        others.push(other);
    }
    let mut refusals = 0;
    let framing = "Content-Length: 1000";
    within("a refusal for want of room", async {
        while refusals == 0 {
            let mut client = scene.client().await;
            client.send(post(1000, framing)).await.unwrap();
            let answer = client.answer().await.unwrap();
            refusals += u32::from(answer.reason() == Some("overloaded"));
        }
    })
    .await;
    drop(others);
    within("room again", async {
        loop {
            let mut client = scene.client().await;
            client.send(post(1000, framing)).await.unwrap();
            if client.answer().await.unwrap().status == 200 {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_json_body_has_no_such_limit() {
    let scene = Scene::with(
        RecorderSettings {
            answer: Arc::new(|_| RawAnswer::json(ANSWER, &[ALICE])),
            ..RecorderSettings::default()
        },
        |options| options.limits.form = 10,
    )
    .await;
    let mut client = scene.client().await;
    let lines = format!("{JSON}Content-Length: 5000\r\n");
    client.send(scene.head("POST /rest/api/2/issue", &lines)).await.unwrap();
    client.send(" ".repeat(5000)).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
}
