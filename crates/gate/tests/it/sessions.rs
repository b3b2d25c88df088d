//! Session cookies on REST: a page uses them, and a script does not.

use std::sync::Arc;

use gatepass_gate::Count;
use gatepass_model::{Mode, Timestamp};
use gatepass_sandbox::RecorderSettings;
use gatepass_testkit::raw::Answer;
use gatepass_testkit::{TestGateOptions, build};

use crate::support::{Scene, answer_alice};

const ISSUE: &str = "GET /rest/api/2/issue/ABC-1";

async fn scene(mode: Mode, set_up: impl FnOnce(&mut TestGateOptions)) -> Scene {
    let answer = RecorderSettings { answer: Arc::new(answer_alice), ..RecorderSettings::default() };
    Scene::with(answer, |options| {
        options.policy = build::policy_with_mode(Mode::Allow, &["jira"]).unwrap();
        options.policy.instances.values_mut().next().unwrap().modes.sessions = mode;
        set_up(options);
    })
    .await
}

/// A request with a session of the product's, to a host.
async fn ask_host(scene: &Scene, start: &str, host: &str, lines: &str) -> Answer {
    let mut client = scene.client().await;
    let cookie = "Cookie: a=b; JSESSIONID=8F1C\r\n";
    client.send(format!("{start} HTTP/1.1\r\nHost: {host}\r\n{cookie}{lines}\r\n")).await.unwrap();
    client.answer().await.unwrap()
}

async fn ask(scene: &Scene, start: &str, lines: &str) -> Answer {
    ask_host(scene, start, "jira.example", lines).await
}

fn ending(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.reason())
}

const PASSES: (u16, Option<&str>) = (200, None);
const STOPPED: (u16, Option<&str>) = (403, Some("sessions_disabled"));

#[tokio::test]
async fn a_session_counts_on_rest_only_with_what_a_page_sends() {
    let scene = scene(Mode::Browser, |_| {}).await;
    for (lines, end) in [
        ("", STOPPED),
        ("User-Agent: Mozilla/5.0\r\nX-Requested-With: XMLHttpRequest\r\n", STOPPED),
        ("sec-fetch-site: same-origin\r\n", PASSES),
        ("SEC-FETCH-SITE:  same-origin \t\r\n", PASSES),
        ("Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n", PASSES),
        ("Sec-Fetch-Site: none\r\nSec-Fetch-Mode: cors\r\n", STOPPED),
        ("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n", STOPPED),
        ("Sec-Fetch-Site: cross-site\r\nOrigin: http://jira.example\r\n", STOPPED),
        ("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n", STOPPED),
        ("Sec-Fetch-Site: same-origin, same-origin\r\n", STOPPED),
        ("Origin: http://jira.example\r\n", PASSES),
        ("Origin: http://JIRA.example:80\r\n", PASSES),
        ("Origin: https://jira.example\r\n", STOPPED),
        ("Origin: http://jira.example:8080\r\n", STOPPED),
        ("Origin: null\r\nReferer: http://jira.example/\r\n", STOPPED),
        ("Origin: http://jira.example\r\nOrigin: http://jira.example\r\n", STOPPED),
        ("Origin: http://jira.\u{e4}xample\r\n", STOPPED),
        ("Referer: http://jira.example/browse/ABC-1?a=b#c\r\n", PASSES),
        ("Referer: http://jira.example.evil.example/\r\n", STOPPED),
    ] {
        let answer = ask(&scene, ISSUE, lines).await;
        assert_eq!(ending(&answer), end, "{lines:?}: {}", answer.text());
        if end == STOPPED {
            let text = answer.text();
            assert!(text.contains("only with what a browser's page sends"), "{text}");
            assert!(text.contains("use an API token"), "{text}");
        }
    }
    let passed = scene.jira.requests();
    assert!(passed.iter().all(|seen| seen.headers("cookie") == ["a=b; JSESSIONID=8F1C"]));
}

#[tokio::test]
async fn pages_and_tokens_are_not_asked_what_a_page_sends() {
    let scene = scene(Mode::Browser, |_| {}).await;
    for start in ["GET /browse/ABC-1", "GET /secure/Dashboard.jspa", "GET /"] {
        assert_eq!(ending(&ask(&scene, start, "").await), PASSES, "{start}");
    }
    let token = format!("Authorization: Bearer {}\r\n", scene.token);
    assert_eq!(ending(&ask(&scene, ISSUE, &token).await), PASSES);
    // A native token that is wrong would leave the product with the session.
    let native = "Authorization: Bearer MDAwMDAwMDAwMDAxOmFsaWNlLXVwc3RyZWFtLXRva2Vu\r\n";
    assert_eq!(ending(&ask(&scene, ISSUE, native).await), STOPPED);
    let mut client = scene.client().await;
    let other = "Cookie: theme=dark\r\n";
    client.send(format!("{ISSUE} HTTP/1.1\r\nHost: jira.example\r\n{other}\r\n")).await.unwrap();
    assert_eq!(ending(&client.answer().await.unwrap()), PASSES, "no session is no session");
}

#[tokio::test]
async fn the_own_origin_is_what_the_caller_sees() {
    let plain = scene(Mode::Browser, |_| {}).await;
    let behind = scene(Mode::Browser, |options| {
        options.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let https = "X-Forwarded-Proto: https\r\n";
    let origin = |of: &str| format!("Origin: {of}\r\n");
    for (scene, host, lines, end) in [
        (&behind, "jira.example", origin("https://jira.example") + https, PASSES),
        (&behind, "jira.example", origin("https://jira.example:443") + https, PASSES),
        (&behind, "jira.example:443", origin("https://jira.example") + https, PASSES),
        (&behind, "Jira.Example", origin("https://jira.example") + https, PASSES),
        (&behind, "jira.example", origin("http://jira.example") + https, STOPPED),
        (&behind, "jira.example", origin("https://jira.example"), STOPPED),
        (&plain, "jira.example", origin("https://jira.example") + https, STOPPED),
        (&plain, "jira.example", origin("http://jira.example") + https, PASSES),
        (&plain, "jira.example:80", origin("http://jira.example"), PASSES),
        (&plain, "jira.example", origin("http://confluence.example"), STOPPED),
    ] {
        let answer = ask_host(scene, ISSUE, host, &lines).await;
        assert_eq!(ending(&answer), end, "{host}: {lines:?}");
    }
}

#[tokio::test]
async fn what_the_mode_would_refuse_is_counted_before() {
    for mode in [Mode::Allow, Mode::Observe] {
        let scene = scene(mode, |_| {}).await;
        for lines in ["", "", "", "Sec-Fetch-Site: same-origin\r\n"] {
            assert_eq!(ending(&ask(&scene, ISSUE, lines).await), PASSES);
        }
        assert_eq!(ending(&ask(&scene, "GET /browse/ABC-1", "").await), PASSES);
        let stopped = scene.gate.stop().await.unwrap();
        assert_eq!(stopped.totals.count(Count::OutsidePage), 3);
        let is_observed = mode == Mode::Observe;
        assert_eq!(stopped.totals.count(Count::Observed), if is_observed { 4 } else { 0 });
        let found = stopped.activity.callers(None, Timestamp::EPOCH, 10).await.unwrap();
        let outside = ("session_outside_page".to_owned(), 3);
        let expected =
            if is_observed { vec![("session".to_owned(), 4), outside] } else { vec![outside] };
        assert_eq!((found.len(), &found[0].observed), (1, &expected));
        let sums = stopped.activity.outside_pages(Timestamp::EPOCH).await.unwrap();
        assert_eq!(sums, [("jira".parse().unwrap(), 3)]);
    }
    for mode in [Mode::Browser, Mode::Block] {
        let scene = scene(mode, |_| {}).await;
        assert_eq!(ending(&ask(&scene, ISSUE, "").await), STOPPED);
        let stopped = scene.gate.stop().await.unwrap();
        assert_eq!(stopped.totals.count(Count::OutsidePage), 0);
        let found = stopped.activity.callers(None, Timestamp::EPOCH, 10).await.unwrap();
        assert_eq!(found[0].refusals, [("sessions_disabled".to_owned(), 1)]);
        assert_eq!(stopped.activity.outside_pages(Timestamp::EPOCH).await.unwrap(), []);
    }
}
