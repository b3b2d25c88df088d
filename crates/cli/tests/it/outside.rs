//! `gatepass check --from-outside`: what counts as shut, as the gate, and as reached.
//!
//! Walls in the network are for `e2e/test_fence.py`, which has one.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};

use serde_json::Value;

use crate::serve::{StandIn, serve};
use crate::support::{Installation, text};

/// Asks without a configuration; gives the exit code, and the finding that is not about the machine
/// being its own outside.
fn ask(url: &str, more: &[&str]) -> (i32, String, String) {
    let nowhere = tempfile::tempdir().unwrap();
    let missing = nowhere.path().join("none.toml");
    let config = ["--config", missing.to_str().unwrap()];
    let words = [&["check", "--from-outside", url, "--json"][..], more, &config].concat();
    let done = Installation::new().run(&words);
    let document = done.json();
    assert_eq!(document["ok"], done.code == 0, "{document}");
    let checks: &Vec<Value> = document["checks"].as_array().unwrap();
    let is_own = |one: &&Value| text(&one["words"]).starts_with("asked on the machine itself");
    assert!(checks.iter().any(|one| is_own(&one) && one["state"] == "warning"), "{document}");
    let mut others = checks.iter().filter(|one| !is_own(one));
    let found = others.next().unwrap();
    assert!(others.next().is_none(), "{document}");
    assert_eq!(found["check"], format!("outside {url}"));
    (done.code, text(&found["state"]).to_owned(), text(&found["words"]).to_owned())
}

/// Answers each connection with these bytes, once a head has come, and ends it. An empty answer: ends
/// it without a word.
fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            let mut goes_on = true;
            while goes_on && !head.ends_with(b"\r\n\r\n") {
                // A handshake of TLS has no line that ends it.
                goes_on = matches!(stream.read(&mut byte), Ok(1)) && byte[0] != 0x16;
                head.push(byte[0]);
            }
            let _ = stream.write_all(answer(&String::from_utf8_lossy(&head)).as_bytes());
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    url
}

const PRODUCT: &str = "200 OK\r\nX-AREQUESTID: 1x1x1";

fn with_status(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[test]
fn a_product_is_reached_and_the_gate_before_it_is_the_gate() {
    let product = StandIn::start();
    let url = product.jira.base_url();
    let (code, state, words) = ask(&url, &[]);
    assert_eq!((code, state.as_str()), (1, "failed"));
    assert!(words.contains("a product answers GET") && words.contains("X-AREQUESTID"), "{words}");
    assert!(words.contains("docs/how-to/fence-the-product.md"), "{words}");

    let here = product.installation_with("");
    let (_running, gate) = serve(&here);
    let context = url.splitn(4, '/').nth(3).map_or_else(String::new, |path| format!("/{path}"));
    let (code, state, words) = ask(&format!("http://{gate}{context}"), &[]);
    assert_eq!((code, state.as_str()), (0, "ok"), "{words}");
    assert!(words.contains("the gate answers everything that was asked"), "{words}");
}

#[test]
fn where_nobody_listens_nothing_answers() {
    let (code, state, words) = ask("http://127.0.0.1:1/jira", &[]);
    assert_eq!((code, state.as_str()), (0, "ok"));
    assert!(words.contains("127.0.0.1:1: nothing answers; the connection is refused"), "{words}");
}

#[test]
fn who_takes_connections_and_is_not_clear_counts_as_reached() {
    for (what, answer) in [
        ("no word", String::new()),
        ("no HTTP", "SSH-2.0-OpenSSH_9\r\n".to_owned()),
        ("not found", with_status("404 Not Found")),
        ("unavailable", with_status("503 Service Unavailable")),
        ("a redirect", with_status("302 Found\r\nLocation: http://127.0.0.1:1/")),
    ] {
        let url = answering(move |_| answer.clone());
        let (code, state, words) = ask(&url, &[]);
        assert_eq!((code, state.as_str()), (1, "failed"), "{what}: {words}");
    }
    let secure = answering(|_| String::new()).replace("http://", "https://");
    assert_eq!(ask(&secure, &[]).0, 1);
}

#[test]
fn a_valve_refuses_also_who_claims_to_be_the_gate() {
    let forbidden = || with_status("403 Forbidden");
    let (code, state, words) = ask(&answering(move |_| forbidden()), &["--gate", "10.0.0.5"]);
    assert_eq!((code, state.as_str()), (0, "ok"), "{words}");
    assert!(words.contains("refuses everything with 403"), "{words}");
    assert!(words.contains("claims in X-Forwarded-For to be 127.0.0.1 or 10.0.0.5"), "{words}");

    for (believed, more) in [
        ("127.0.0.1", &[][..]),
        ("10.0.0.5", &["--gate", "10.0.0.5"]),
        ("fd00::5", &["--gate", "fd00:0::5"]),
        ("fd00:0:0:0:0:0:0:5", &["--gate", "10.0.0.5", "--gate", "fd00::5"]),
    ] {
        let opens = format!("x-forwarded-for: {believed}\r\n");
        let url = answering(move |head| {
            let is_opened = head.to_lowercase().contains(&opens);
            with_status(if is_opened { PRODUCT } else { "403 Forbidden" })
        });
        let (code, _, words) = ask(&url, more);
        assert_eq!(code, 1, "{words}");
        assert!(words.contains(believed) && words.contains("usePeerAddress"), "{words}");
    }
}

#[test]
fn a_valve_is_not_known_to_hold_until_the_gate_is_named() {
    let url = answering(|head| {
        let is_opened = head.to_lowercase().contains("x-forwarded-for: 10.0.0.5\r\n");
        with_status(if is_opened { PRODUCT } else { "403 Forbidden" })
    });
    let (code, state, words) = ask(&url, &[]);
    assert_eq!((code, state.as_str()), (0, "warning"), "{words}");
    assert!(words.contains("name each of the gate's addresses with --gate"), "{words}");
    assert_eq!(ask(&url, &["--gate", "10.0.0.5"]).0, 1);
}

#[test]
fn a_proxy_that_sends_one_spelling_of_rest_past_the_gate_is_found() {
    let by_gate = "401 Unauthorized\r\nX-Gatepass-Request-Id: 1";
    let is_rest = |head: &str| head.contains("/rest/") && !head.starts_with("GET //");
    let pages_past = answering(move |head| {
        with_status(if head.starts_with("GET / ") { PRODUCT } else { by_gate })
    });
    let (code, state, words) = ask(&pages_past, &[]);
    assert_eq!((code, state.as_str()), (0, "warning"), "{words}");

    let rest_past =
        answering(move |head| with_status(if is_rest(head) { by_gate } else { PRODUCT }));
    let (code, _, words) = ask(&rest_past, &[]);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("GET //rest/api/2/serverInfo"), "{words}");
}

#[test]
fn a_name_that_nobody_knows_proves_nothing() {
    let done = Installation::new().run(&["check", "--from-outside", "jira.invalid", "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains("nothing was asked"), "{done:?}");
}

#[test]
fn a_host_is_asked_at_every_usual_port() {
    let Ok(_taken) = TcpListener::bind("127.0.0.44:5701") else { panic!("the address is taken") };
    let here = Installation::new();
    let done = here.run(&["check", "--from-outside", "127.0.0.44", "--json"]);
    let document = done.json();
    assert_eq!(done.code, 1, "{document}");
    let checks = document["checks"].as_array().unwrap();
    let of = |state| -> String {
        let found = checks.iter().filter(|one| one["state"] == state);
        found.map(|one| text(&one["words"])).collect()
    };
    assert!(of("failed").starts_with("127.0.0.44:5701: connections are taken where the nodes"));
    for port in [80, 443, 7990, 7999, 8009, 8080, 8090, 8443, 40001] {
        assert!(of("ok").contains(&format!("127.0.0.44:{port}: nothing answers")), "{document}");
    }
}
