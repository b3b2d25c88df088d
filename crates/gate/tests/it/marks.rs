//! Callers without a token are told apart by which credential of theirs they present.

use std::collections::BTreeSet;

use gatepass_model::{Mode, Timestamp};
use gatepass_sandbox::RecorderSettings;
use gatepass_testkit::build;

use crate::support::{Scene, answer_alice};

/// Base64 of `<12 digits>:<20 bytes>`, as Jira and Confluence make them.
const FIRST: &str = "ODg0MjczOTE4MjczOjAxMjM0NTY3ODlhYmNkZWZnaGlq";
const SECOND: &str = "MTA0NzMwMjIxMTE5OjAxMjM0NTY3ODlhYmNkZWZnaGlq";

async fn ask(scene: &Scene, target: &str, authorization: &str) -> u16 {
    let mut client = scene.client().await;
    let head = format!(
        "GET {target} HTTP/1.1\r\nHost: jira.example\r\nAuthorization: {authorization}\r\n\r\n"
    );
    client.send(head.as_bytes()).await.unwrap();
    client.answer().await.unwrap().status
}

#[tokio::test]
async fn native_tokens_by_their_ids_and_oauth_by_its_consumers() {
    let answer = RecorderSettings {
        answer: std::sync::Arc::new(answer_alice),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(answer, |options| {
        options.policy = build::policy_with_mode(Mode::Allow, &["jira"]).unwrap();
    })
    .await;
    let issue = "/rest/api/2/issue/ABC-1";
    for authorization in [
        format!("Bearer {FIRST}"),
        format!("bearer  {FIRST}"),
        format!("Bearer {SECOND}"),
        "Bearer some-opaque-token-of-oauth".to_owned(),
        "OAuth oauth_consumer_key=\"jenkins\", oauth_token=\"\"".to_owned(),
        "OAuth oauth_token=\"\", oauth_consumer_key=\"stash%3A1\"".to_owned(),
    ] {
        assert_eq!(ask(&scene, issue, &authorization).await, 200, "{authorization}");
    }
    let dance = "/plugins/servlet/oauth/access-token?oauth_consumer_key=by-query&oauth_token=x";
    assert_eq!(ask(&scene, dance, "").await, 400, "an empty credential is none");
    let mut client = scene.client().await;
    client.send(format!("GET {dance} HTTP/1.1\r\nHost: jira.example\r\n\r\n")).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);

    let stopped = scene.gate.stop().await.unwrap();
    let found = stopped.activity.callers(None, Timestamp::EPOCH, 20).await.unwrap();
    let told: BTreeSet<(&str, &str, u64)> = found
        .iter()
        .map(|usage| (usage.caller.presented.as_str(), &*usage.caller.mark, usage.total.requests))
        .collect();
    let expected = [
        ("native_token", "884273918273", 2),
        ("native_token", "104730221119", 1),
        ("native_token", "", 1),
        ("oauth", "jenkins", 1),
        ("oauth", "stash:1", 1),
        ("oauth", "by-query", 1),
        ("anonymous", "", 1),
    ];
    assert_eq!(told, expected.into_iter().collect());
}
