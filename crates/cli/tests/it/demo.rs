//! `gatepass demo`, as a script sees it.

use serde_json::Value;

use crate::support::{Installation, Running, send, text};

const NEW: &str =
    r#"{"fields":{"project":{"key":"ABC"},"issuetype":{"name":"Task"},"summary":"from a test"}}"#;

fn secret(said: &Value, name: &str) -> String {
    format!("Authorization: Bearer {}", text(&said["tokens"][name]["secret"]))
}

#[test]
fn the_demo_does_what_it_prints_and_ends_in_order() {
    let here = Installation::new();
    let demo = Running::start(&here.path(""), &["demo", "--port", "0", "--data", "demo"]);
    let url = text(&demo.said["url"]);
    let (read_only, read_write) =
        (secret(&demo.said, "read_only"), secret(&demo.said, "read_write"));
    let read = send(url, "GET /rest/api/2/issue/ABC-1", &[&read_only], "");
    assert_eq!(read.status, 200, "{read:?}");
    let refused = send(url, "POST /rest/api/2/issue", &[&read_only], NEW);
    assert_eq!((refused.status, refused.reason()), (403, Some("read_only")), "{refused:?}");
    let made = send(url, "POST /rest/api/2/issue", &[&read_write], NEW);
    assert_eq!(made.status, 201, "{made:?}");
    let unknown = format!("Authorization: Bearer gpass_{}", "0".repeat(38));
    let unknown = send(url, "GET /rest/api/2/myself", &[&unknown], "");
    assert_eq!((unknown.status, unknown.reason()), (401, Some("token_invalid")), "{unknown:?}");

    // alice:alice-password
    let password = "Authorization: Basic YWxpY2U6YWxpY2UtcGFzc3dvcmQ=";
    assert_eq!(send(url, "GET /rest/api/2/myself", &[password], "").status, 200);
    let (config, policy) = (text(&demo.said["config"]), text(&demo.said["policy"]));
    let applied = here.run(&["--config", config, "policy", "apply", policy]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(applied.err.contains("in effect on 1 of 1 node"), "{}", applied.err);
    let blocked = send(url, "GET /rest/api/2/myself", &[password], "");
    assert_eq!((blocked.status, blocked.reason()), (403, Some("passwords_disabled")));
    let words = "Basic Authentication has been disabled on this instance.";
    assert!(blocked.body.contains(words), "{blocked:?}");

    let (code, log) = demo.stop();
    assert_eq!(code, 0, "{log}");
}

#[test]
fn the_demo_prints_every_step_with_what_comes_of_it() {
    let here = Installation::new();
    let demo = Running::start(&here.path(""), &["demo", "--port", "0"]);
    let steps = demo.said["steps"].as_array().unwrap();
    let statuses: Vec<Option<u64>> = steps.iter().map(|step| step["status"].as_u64()).collect();
    for status in [200, 201, 401, 403] {
        assert!(statuses.contains(&Some(status)), "{statuses:?}");
    }
    let commands: Vec<&str> = steps.iter().map(|step| text(&step["command"])).collect();
    assert!(commands.iter().any(|command| command.contains("policy apply")), "{commands:?}");
    let config = std::path::PathBuf::from(text(&demo.said["config"]));
    assert!(config.exists());
    assert_eq!(demo.stop().0, 0);
    assert!(!config.exists(), "the folder of the demonstration is left behind");
}
