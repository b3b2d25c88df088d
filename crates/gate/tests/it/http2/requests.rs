//! What clients ask in good faith.

use bytes::Bytes;
use gatepass_model::Mode;
use gatepass_sandbox::{RawAnswer, Step};
use gatepass_testkit::{TestGateOptions, build};
use http::{Method, Request};

use super::Stage;
use super::client::{get, request, send, until, whole};
use crate::support::{ALICE, ANSWER, answer_alice, within};

fn answer(head: &str, body: &str) -> RawAnswer {
    RawAnswer::raw(format!("HTTP/1.1 {head}\r\n{ALICE}\r\n\r\n{body}"))
}

#[tokio::test]
async fn answers_come_as_the_product_gave_them() {
    let stage = Stage::with(
        |_| {},
        |seen| match seen.target().as_str() {
            "/rest/api/2/issue/A-1" => {
                answer("200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2", "12345")
            }
            "/rest/api/2/issue/A-2" => {
                let chunks = "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n";
                answer("200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Trailer", chunks)
            }
            "/rest/api/2/issue/A-3" => {
                answer("200 OK\r\nConnection: close", "12345").then(Step::Close)
            }
            "/rest/api/2/issue/A-4" => answer("204 No Content\r\nKeep-Alive: timeout=5", ""),
            "/rest/api/2/issue/A-5" => answer("304 Not Modified\r\nContent-Length: 5", ""),
            "/rest/api/2/issue/A-6" => answer(
                "103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0",
                "",
            ),
            _ => answer("500 Internal Server Error\r\nContent-Length: 5", "12345"),
        },
    )
    .await;
    let client = stage.client().await;
    for (number, method, status, body) in [
        (1, Method::GET, 200, "12345"),
        (2, Method::GET, 200, "abcde"),
        (3, Method::GET, 200, "12345"),
        (4, Method::GET, 204, ""),
        (5, Method::GET, 304, ""),
        (6, Method::GET, 404, ""),
        (7, Method::GET, 500, "12345"),
        (4, Method::POST, 204, ""),
    ] {
        let path = format!("/rest/api/2/issue/A-{number}");
        let asked = request(method, &path, &stage.scene.token).body(()).unwrap();
        let answer = client.ask(asked, b"").await.unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (status, body), "{number}");
        for absent in ["connection", "keep-alive", "transfer-encoding", "trailer", "x-trailer"] {
            assert!(!answer.headers.contains_key(absent), "{absent} in {answer:?}");
        }
        assert!(answer.header("x-gatepass-request-id").is_some());
        assert_eq!(answer.headers.get_all("x-a").iter().count(), if number == 1 { 2 } else { 0 });
    }
}

#[tokio::test]
async fn a_head_is_answered_without_a_body() {
    let stage = Stage::new().await;
    let asked = request(Method::HEAD, "/rest/api/2/issue/ABC-1", &stage.scene.token);
    let answer = stage.client().await.ask(asked.body(()).unwrap(), b"").await.unwrap();
    let length = ANSWER.len().to_string();
    assert_eq!((answer.status, answer.header("content-length")), (200, Some(length.as_str())));
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn refusals_and_what_gatepass_answers_itself_come_too() {
    let stage = Stage::new().await;
    let client = stage.client().await;
    let unknown =
        client.ask(get("gpass_0000000000000000000000000000000000000000"), b"").await.unwrap();
    assert_eq!((unknown.status, unknown.header("x-gatepass-reason")), (401, Some("token_invalid")));
    assert!(unknown.header("www-authenticate").is_some() && !unknown.body.is_empty());
    let own = request(Method::GET, "/gatepass/nothing", &stage.scene.token).body(()).unwrap();
    assert_eq!(client.ask(own, b"").await.unwrap().status, 404);
    assert_eq!(stage.scene.jira.requests().len(), 0);
}

#[tokio::test]
async fn a_session_counts_with_what_a_page_of_https_sends() {
    let set_up = |options: &mut TestGateOptions| {
        options.policy = build::policy_with_mode(Mode::Allow, &["jira"]).unwrap();
        options.policy.instances.values_mut().next().unwrap().modes.sessions = Mode::Browser;
    };
    let stage = Stage::with(set_up, answer_alice).await;
    let client = stage.client().await;
    for (name, value, status) in [
        ("x-nothing", "at all", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "https://jira.example", 200),
        ("origin", "http://jira.example", 403),
        ("referer", "https://jira.example:443/browse/ABC-1", 200),
        ("referer", "https://jira.example:8443/browse/ABC-1", 403),
    ] {
        // The cookie in crumbs, as browsers send it (RFC 9113 8.2.3).
        let asked = Request::get("https://jira.example/rest/api/2/issue/ABC-1")
            .header("cookie", "a=b")
            .header("cookie", "JSESSIONID=8F1C")
            .header(name, value);
        let answer = client.ask(asked.body(()).unwrap(), b"").await.unwrap();
        assert_eq!(answer.status, status, "{name}: {value}: {}", answer.text());
    }
}

#[tokio::test]
async fn bodies_go_up_with_and_without_a_length() {
    let stage = Stage::new().await;
    let client = stage.client().await;
    let body: Vec<u8> = (0..300_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    for (length, coding) in [(Some(body.len().to_string()), None), (None, Some("chunked"))] {
        let mut asked = request(Method::POST, "/rest/api/2/issue", &stage.scene.token);
        if let Some(length) = &length {
            asked = asked.header("content-length", length);
        }
        let answer = client.ask(asked.body(()).unwrap(), &body).await.unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, ANSWER));
        let seen = stage.scene.jira.requests().pop().unwrap();
        assert_eq!(seen.headers("content-length").first(), length.as_ref());
        assert_eq!(seen.headers("transfer-encoding").first().map(String::as_str), coding);
        assert!(seen.is_complete && seen.body_length == 300_000);
    }
}

/// An answer that comes before the body was sent: the client is told to stop (RFC 9113 8.1).
#[tokio::test]
async fn an_early_answer_ends_the_upload() {
    let stage = Stage::new().await;
    let client = stage.client().await;
    let path = "/rest/api/2/issue/ABC-1;x";
    let asked = request(Method::POST, path, &stage.scene.token).body(()).unwrap();
    let (answer, mut upload) = client.begin(asked, false).await;
    let answer = within("the answer", async { whole(answer.await.unwrap()).await }).await.unwrap();
    assert_eq!(answer.status, 400);
    let reset = std::future::poll_fn(|context| upload.poll_reset(context));
    assert_eq!(within("the end of the upload", reset).await.unwrap(), h2::Reason::NO_ERROR);
    assert_eq!(client.ask(get(&stage.scene.token), b"").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it() {
    let stage = Stage::new().await;
    let client = stage.client().await;
    let asked = request(Method::POST, "/rest/api/2/issue", &stage.scene.token);
    let asked = asked.header("expect", "100-continue").header("content-length", "3");
    let (mut answer, mut upload) = client.begin(asked.body(()).unwrap(), false).await;
    let interim = std::future::poll_fn(|context| answer.poll_informational(context));
    let interim = within("100", interim).await.unwrap().unwrap();
    assert_eq!(interim.status().as_u16(), 100);
    send(&mut upload, Bytes::from_static(b"abc")).await.unwrap();
    let answer = within("the answer", async { whole(answer.await.unwrap()).await }).await.unwrap();
    assert_eq!(answer.text(), ANSWER);
}

/// A hundred at once, answered in the order in which the product is ready.
#[tokio::test]
async fn requests_do_not_wait_for_each_other() {
    let stage = Stage::with(
        |options| options.instances[0].connections = 200,
        |seen| {
            if seen.target().ends_with('9') {
                RawAnswer::new().then(Step::Hang)
            } else {
                super::answer_alice(seen)
            }
        },
    )
    .await;
    let client = stage.client().await;
    let mut waiting = Vec::new();
    for number in 0..100 {
        let path = format!("/rest/api/2/issue/ABC-{number}");
        let asked = request(Method::GET, &path, &stage.scene.token).body(()).unwrap();
        waiting.push((number, client.begin(asked, true).await.0));
    }
    for (number, answer) in waiting.drain(..) {
        if number % 10 != 9 {
            let answer = within("an answer", answer).await.unwrap();
            assert_eq!(within("a body", whole(answer)).await.unwrap().text(), ANSWER);
        }
    }
}

#[tokio::test]
async fn a_cancelled_request_ends_the_work_for_it_and_no_other() {
    let stage = Stage::with(|_| {}, |_| RawAnswer::new().then(Step::Hang)).await;
    let client = stage.client().await;
    let first = client.begin(get(&stage.scene.token), true).await;
    let second = client.begin(get(&stage.scene.token), true).await;
    within("both requests", stage.scene.jira.wait_for(2)).await;
    drop(first);
    until("the end upstream", || stage.scene.jira.open_connections() == 1).await;
    assert!(!client.has_ended());
    drop(second);
}

#[tokio::test]
async fn a_client_that_goes_ends_all_of_its_work() {
    let stage = Stage::with(|_| {}, |_| RawAnswer::new().then(Step::Hang)).await;
    let mut wire = stage.wire().await;
    for stream in [1, 3, 5] {
        wire.send(super::wire::request(stream, &stage.get())).await;
    }
    within("the requests", stage.scene.jira.wait_for(3)).await;
    drop(wire);
    until("the end upstream", || stage.scene.jira.open_connections() == 0).await;
}

/// An answer that the product breaks off must not look whole.
#[tokio::test]
async fn a_broken_answer_is_reset() {
    let stage = Stage::with(
        |_| {},
        |seen| {
            let framing = if seen.target().ends_with('1') {
                "Content-Length: 100"
            } else {
                "Transfer-Encoding: chunked"
            };
            let body = if seen.target().ends_with('1') { "abc" } else { "3\r\nabc\r\n" };
            answer(&format!("200 OK\r\n{framing}"), body).then(Step::Close)
        },
    )
    .await;
    let client = stage.client().await;
    for number in [1, 2] {
        let path = format!("/rest/api/2/issue/A-{number}");
        let asked = request(Method::GET, &path, &stage.scene.token).body(()).unwrap();
        let error = client.ask(asked, b"").await.unwrap_err();
        assert_eq!(error.reason(), Some(h2::Reason::INTERNAL_ERROR), "{error}");
    }
}

/// 100 MB down and 30 MB up, at once, through windows of the usual size.
#[tokio::test]
async fn large_bodies_stream_both_ways() {
    const PIECE: usize = 10_000;
    let stage = Stage::with(
        |_| {},
        |seen| {
            if seen.method() == "GET" {
                answer(&format!("200 OK\r\nContent-Length: {}", 10_000 * PIECE), "")
                    .then(Step::Repeat(vec![b'x'; PIECE], 10_000))
            } else {
                super::answer_alice(seen)
            }
        },
    )
    .await;
    let client = stage.client().await;
    let download = async {
        let (answer, _) = client.begin(get(&stage.scene.token), true).await;
        let mut body = answer.await.unwrap().into_body();
        let mut length = 0;
        while let Some(data) = body.data().await {
            let data = data.unwrap();
            assert!(data.iter().all(|&byte| byte == b'x'));
            length += data.len();
            body.flow_control().release_capacity(data.len()).unwrap();
        }
        assert_eq!(length, 10_000 * PIECE);
    };
    let upload = async {
        let asked =
            request(Method::POST, "/rest/api/2/issue", &stage.scene.token).body(()).unwrap();
        let (answer, mut sending) = client.begin(asked, false).await;
        send(&mut sending, vec![b'y'; 30_000_000].into()).await.unwrap();
        assert_eq!(answer.await.unwrap().status(), 200);
    };
    let both = async { tokio::join!(download, upload) };
    tokio::time::timeout(std::time::Duration::from_mins(2), both).await.unwrap();
    assert!(stage.scene.jira.requests().iter().any(|seen| seen.body_length == 30_000_000));
}
