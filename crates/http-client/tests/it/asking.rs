use std::net::SocketAddr;
use std::time::Duration;

use gatepass_http_client::{Client, ClientError, Settings};

use crate::server::{answer, serve};

fn client() -> Client {
    Client::new(Settings { body_limit: 100, ..Settings::default() }).unwrap()
}

#[tokio::test]
async fn an_answer_has_status_headers_and_body() {
    let body = r#"{"name":"fred"}"#;
    let (url, mut asked) =
        serve(vec![answer("401 No\r\nX-AUSERNAME: fred\r\nX-A: 1\r\nx-a: 2", body)]).await;
    let bearer: (&str, &[u8]) = ("Authorization", b"Bearer x");
    let answer = client().get_json(&format!("{url}/a?b=c"), &[bearer]).await.unwrap();
    assert_eq!((answer.status(), answer.is_success()), (401, false));
    assert_eq!(answer.header("x-ausername"), Some(&b"fred"[..]));
    assert_eq!(answer.header_count("X-A"), 2);
    assert_eq!(answer.body(), body.as_bytes());
    let names: std::collections::BTreeMap<String, String> = answer.json().unwrap();
    assert_eq!(names["name"], "fred");
    assert!(matches!(answer.json::<u8>(), Err(ClientError::NotJson(_))));
    let head = asked.recv().await.unwrap().to_lowercase();
    assert!(head.starts_with("get /a?b=c http/1.1\r\n"), "{head}");
    for line in
        ["authorization: bearer x\r\n", "accept: application/json\r\n", "user-agent: gatepass/"]
    {
        assert!(head.contains(line), "{head}");
    }
}

#[tokio::test]
async fn a_pinned_name_is_asked_at_that_address_alone() {
    let (url, mut asked) = serve(vec![answer("200 OK", "")]).await;
    let address: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
    let client = Client::pinned(Settings::default(), None, "jira.invalid", address).unwrap();
    let named = format!("http://jira.invalid:{}/a", address.port());
    assert_eq!(client.get_json(&named, &[]).await.unwrap().status(), 200);
    let head = asked.recv().await.unwrap().to_lowercase();
    assert!(head.contains(&format!("host: jira.invalid:{}\r\n", address.port())), "{head}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_a_cookie_is_forgotten() {
    let to = "302 Found\r\nLocation: http://127.0.0.1:9/\r\nSet-Cookie: a=b";
    let (url, mut asked) = serve(vec![answer(to, ""), answer("200 OK", "")]).await;
    let client = client();
    assert_eq!(client.get_json(&url, &[]).await.unwrap().status(), 302);
    assert_eq!(client.get_json(&url, &[]).await.unwrap().status(), 200);
    asked.recv().await.unwrap();
    let second = asked.recv().await.unwrap().to_lowercase();
    assert!(!second.contains("cookie") && !second.contains("referer"), "{second}");
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused_counted_or_not() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let endless = format!("{chunked}{}", format!("20\r\n{}\r\n", "x".repeat(32)).repeat(1000));
    let counted = answer("200 OK", &"x".repeat(101));
    let (url, _asked) =
        serve(vec![endless.into_bytes(), counted, answer("200 OK", &"x".repeat(100))]).await;
    for _ in 0..2 {
        let error = client().get_json(&url, &[]).await.unwrap_err();
        assert!(matches!(error, ClientError::TooLong { limit: 100, .. }), "{error}");
    }
    assert_eq!(client().get_json(&url, &[]).await.unwrap().body().len(), 100);
}

#[tokio::test]
async fn who_is_not_there_who_is_slow_and_who_breaks_off_are_told_apart() {
    let broken = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec();
    let (url, _asked) = serve(vec![broken, Vec::new()]).await;
    let error = client().get_json(&url, &[]).await.unwrap_err();
    assert!(matches!(error, ClientError::Broken { .. }), "{error:?}");
    let settings = Settings { timeout: Duration::from_millis(50), ..Settings::default() };
    let error = Client::new(settings).unwrap().get_json(&url, &[]).await.unwrap_err();
    assert!(matches!(error, ClientError::TimedOut { .. }), "{error:?}");
    // Nobody listens on a port that was bound a moment ago and let go.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client().get_json(&format!("http://{address}/"), &[]).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn what_can_not_be_asked_is_not_and_errors_hold_no_secret() {
    let client = client();
    let secret: (&str, &[u8]) = ("Authorization", b"Bearer s3cret\r\nX: y");
    for (url, headers) in [
        ("no url", &[][..]),
        ("https://127.0.0.1/", &[][..]),
        ("http://127.0.0.1:9/", &[secret][..]),
        ("http://127.0.0.1:9/", &[("a b", &b"c"[..])][..]),
    ] {
        let error = client.get_json(url, headers).await.unwrap_err();
        assert!(matches!(error, ClientError::Unaskable(_)), "{error:?}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}
