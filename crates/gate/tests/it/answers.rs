//! Answers of the product, as they reach the client.

use std::time::Duration;

use gatepass_sandbox::{RawAnswer, RecordedRequest, Step};

use crate::support::{ALICE, ANSWER, Scene, answer_alice, within};

/// By the last segment of the target.
fn by_target(
    answers: &'static [(&'static str, &'static str)],
) -> impl Fn(&RecordedRequest) -> RawAnswer {
    move |request| {
        let target = request.target();
        let found = answers.iter().find(|(name, _)| target.ends_with(name));
        found.map_or_else(|| answer_alice(request), |(_, raw)| RawAnswer::raw(*raw))
    }
}

#[tokio::test]
async fn a_head_request_gets_a_length_and_no_body() {
    let scene = Scene::new(answer_alice).await;
    let mut client = scene.client().await;
    let head = scene.head("HEAD /rest/api/2/issue/ABC-1", "");
    client.send(format!("{head}{}", scene.get())).await.unwrap();
    let answer = client.answer_to("HEAD").await.unwrap().unwrap();
    assert_eq!(answer.header("content-length"), Some(ANSWER.len().to_string().as_str()));
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    assert_eq!(scene.jira.connections(), 1);
}

#[tokio::test]
async fn answers_that_have_no_body_end_with_their_head() {
    let scene = Scene::new(by_target(&[
        ("/204", "HTTP/1.1 204 No Content\r\nX-AUSERNAME: alice\r\n\r\n"),
        ("/304", "HTTP/1.1 304 Not Modified\r\nX-AUSERNAME: alice\r\nContent-Length: 5\r\n\r\n"),
    ]))
    .await;
    let mut client = scene.client().await;
    for _ in 0..2 {
        for status in [204, 304, 200] {
            client.send(scene.head(&format!("GET /rest/api/2/issue/{status}"), "")).await.unwrap();
            assert_eq!(client.answer().await.unwrap().status, status);
        }
    }
    assert_eq!(scene.jira.connections(), 1);
}

#[tokio::test]
async fn early_hints_are_passed_on_and_a_stray_continue_is_not() {
    let scene = Scene::new(by_target(&[(
        "ABC-1",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
         HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 2\r\n\r\nok",
    )]))
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    let interim: Vec<u16> = answer.interim.iter().map(|interim| interim.status).collect();
    assert_eq!((answer.status, answer.text(), interim), (200, "ok".to_owned(), vec![103]));
    assert_eq!(answer.interim[0].header("link"), Some("</a>; rel=preload"));
    // HTTP/1.0 knows no interim answers.
    let mut client = scene.client().await;
    client.send(scene.get().replace("HTTP/1.1", "HTTP/1.0")).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.interim.len()), (200, 0));
}

#[tokio::test]
async fn many_interim_answers_do_not_fill_the_buffer_for_the_last() {
    let scene = Scene::new(|_| {
        let hint = format!("HTTP/1.1 103 Early Hints\r\nLink: <{}>\r\n\r\n", "a".repeat(980));
        RawAnswer::raw(hint.repeat(50)).then(Step::Write(
            b"HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 2\r\n\r\nok".to_vec(),
        ))
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.get()).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.interim.len()), (200, 50), "{}", answer.text());
}

#[tokio::test]
async fn chunks_go_both_ways() {
    let scene = Scene::new(by_target(&[(
        "/issue",
        "HTTP/1.1 201 Created\r\nX-AUSERNAME: alice\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n\
         3\r\nabc\r\n5;x\r\ndefgh\r\n0\r\nX: y\r\n\r\n",
    )]))
    .await;
    let mut client = scene.client().await;
    let head = scene.head(
        "POST /rest/api/2/issue",
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
    );
    for _ in 0..2 {
        client.send(&head).await.unwrap();
        for piece in ["2\r\n", "{}", "\r\n1;a=\"b\"\r\n \r", "\n0\r\n", "X-Trailer: 1\r\n", "\r\n"]
        {
            client.send(piece).await.unwrap();
        }
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.text()), (201, "abcdefgh".to_owned()));
        assert!(answer.all("trailer").is_empty());
    }
    let requests = scene.jira.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!((request.body.as_slice(), request.connection), (&b"{} "[..], 0));
        assert!(!String::from_utf8_lossy(&request.bytes()).contains("X-Trailer"));
    }
}

#[tokio::test]
async fn an_http_1_0_client_gets_a_chunked_answer_plain_and_a_close() {
    let scene = Scene::new(by_target(&[(
        "ABC-1",
        "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    )]))
    .await;
    let mut client = scene.client().await;
    client.send(scene.get().replace("HTTP/1.1", "HTTP/1.0")).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.text(), "abc");
    assert!(answer.all("transfer-encoding").is_empty() && answer.closes());
    client.ended().await.unwrap();
}

#[tokio::test]
async fn an_answer_until_the_end_of_the_connection_is_framed_for_the_client() {
    let scene = Scene::new(|_| {
        RawAnswer::raw("HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\n\r\nabc").then(Step::Close)
    })
    .await;
    let mut client = scene.client().await;
    for _ in 0..2 {
        client.send(scene.get()).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.text(), "abc");
    }
}

#[tokio::test]
async fn a_broken_off_answer_is_not_made_to_look_whole() {
    for head in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
        let answer = format!("HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\n{head}\r\n\r\n3\r\nabc\r\n");
        let scene = Scene::new(move |_| RawAnswer::raw(answer.clone()).then(Step::Close)).await;
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        assert!(client.answer().await.is_err(), "{head}");
    }
}

#[tokio::test]
async fn bytes_behind_an_answer_reach_no_other_request() {
    let scene = Scene::new(|request| {
        let mut steps = answer_alice(request);
        if request.target().ends_with("SPLIT") {
            let evil = "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 4\r\n\r\nevil";
            steps = RawAnswer::raw(format!(
                "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: 2\r\n\r\nok{evil}"
            ));
        }
        steps
    })
    .await;
    let mut client = scene.client().await;
    for _ in 0..3 {
        client.send(scene.head("GET /rest/api/2/issue/SPLIT", "")).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), "ok");
        client.send(scene.get()).await.unwrap();
        assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    }
    // Nor when they belong to an answer that has no body at all.
    client.send(scene.head("HEAD /rest/api/2/issue/SPLIT", "")).await.unwrap();
    assert_eq!(client.answer_to("HEAD").await.unwrap().unwrap().status, 200);
    client.send(scene.get()).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
}

#[tokio::test]
async fn a_connection_that_spoke_unasked_and_ended_is_not_used_again() {
    let scene = Scene::new(|request| {
        if request.target().ends_with("SPEAKS") {
            let unasked = b"HTTP/1.1 408 Request Timeout\r\n\r\n".to_vec();
            // Later than the answer, as a product does that ends what was idle for too long.
            RawAnswer::json(ANSWER, &[ALICE])
                .then(Step::Wait(Duration::from_millis(100)))
                .then(Step::Write(unasked))
                .then(Step::Close)
        } else {
            answer_alice(request)
        }
    })
    .await;
    let mut client = scene.client().await;
    client.send(scene.head("GET /rest/api/2/issue/SPEAKS", "")).await.unwrap();
    assert_eq!(client.answer().await.unwrap().text(), ANSWER);
    within("the end upstream", scene.jira.wait_until(|jira| jira.open_connections() == 0)).await;
    // A POST is never tried twice, so it must not meet that connection.
    let post = "Content-Type: application/json\r\nContent-Length: 2\r\n";
    client.send(format!("{}{{}}", scene.head("POST /rest/api/2/issue", post))).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn what_is_no_answer_is_refused_for_the_product() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200",
    ] {
        let scene = Scene::new(move |_| RawAnswer::raw(bytes).then(Step::Close)).await;
        let mut client = scene.client().await;
        client.send(scene.get()).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(
            (answer.status, answer.reason()),
            (502, Some("upstream_unreachable")),
            "{bytes}"
        );
    }
}
