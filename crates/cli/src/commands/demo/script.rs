//! What there is to try, with real values filled in.

use std::path::Path;

use gatepass_control::Issued;
use serde::Serialize;

use super::Stage;

/// Whose tokens are issued.
pub(super) const OWNER: &str = "alice";
/// An issue that the stand-in has.
const ISSUE: &str = "ABC-1";

/// Something to type, and what comes of it.
#[derive(Debug, Serialize)]
struct Step {
    title: &'static str,
    command: String,
    /// The status of the answer, where it is one of HTTP.
    status: Option<u16>,
    /// `X-Gatepass-Reason` of the answer.
    reason: Option<&'static str>,
}

/// As printed with `--json`.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    url: &'a str,
    /// Where people make tokens.
    console: String,
    operations: Option<String>,
    jira_url: String,
    config: &'a Path,
    policy: &'a Path,
    people: Vec<Person<'a>>,
    tokens: Tokens<'a>,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Person<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Serialize)]
struct Tokens<'a> {
    read_only: &'a Issued,
    read_write: &'a Issued,
}

pub(super) fn document(stage: &Stage) -> Document<'_> {
    let people = stage.people.iter();
    Document {
        url: &stage.url,
        console: console(stage),
        operations: operations(stage),
        jira_url: stage.jira.base_url(),
        config: &stage.files.config,
        policy: &stage.files.policy,
        people: people.map(|(username, password)| Person { username, password }).collect(),
        tokens: Tokens { read_only: &stage.read_only, read_write: &stage.read_write },
        steps: steps(stage),
    }
}

fn console(stage: &Stage) -> String {
    format!("{}/gatepass/", stage.url)
}

fn operations(stage: &Stage) -> Option<String> {
    stage.gate.operations().map(|address| format!("http://{address}"))
}

/// The same for people.
pub(super) fn text(stage: &Stage) -> String {
    let Stage { url, jira, .. } = stage;
    let mut lines = vec![
        format!("Gatepass is open at {url}, before a stand-in Jira at {}", jira.base_url()),
        String::new(),
    ];
    let people: Vec<String> =
        stage.people.iter().map(|(name, password)| format!("{name} / {password}")).collect();
    lines.push(format!("People: {}", people.join(", ")));
    if stage.is_again {
        lines.push("The folder has a store already: policy and tokens of then still hold.".into());
    }
    lines.push(format!(
        "In a browser: {} (sign in as {OWNER} to make a token, as {} to administer)",
        console(stage),
        super::ADMINISTRATOR
    ));
    lines.push("Type this in another terminal:".to_owned());
    for (number, step) in steps(stage).iter().enumerate() {
        lines.push(String::new());
        lines.push(format!("# {}. {}", number + 1, step.title));
        lines.push(step.command.clone());
    }
    lines.push(String::new());
    if let Some(operations) = operations(stage) {
        lines.push(format!("Metrics: {operations}/metrics, readiness: {operations}/readyz"));
    }
    lines.push("Ctrl-C ends it.".to_owned());
    lines.join("\n")
}

fn steps(stage: &Stage) -> Vec<Step> {
    let read_only = stage.read_only.secret.reveal();
    let read_write = stage.read_write.secret.reveal();
    let password = stage.people.iter().find(|(name, _)| name == OWNER);
    let password = password.map_or("", |(_, password)| password.as_str());
    let program = program();
    let config = shown(&stage.files.config);
    let policy = shown(&stage.files.policy);
    let handle = stage.read_only.token.token.id;
    let mut steps = requests(&stage.url, read_only, read_write, password);
    steps.push(Step {
        title: "From now on passwords are refused",
        command: format!("{program} --config {config} policy apply {policy}"),
        status: None,
        reason: None,
    });
    steps.push(Step {
        title: "The same password: 403, as Jira says it",
        command: basic(&stage.url, password),
        status: Some(403),
        reason: Some("passwords_disabled"),
    });
    steps.push(Step {
        title: "Which token is this?",
        command: format!(
            "curl -sS -H 'Authorization: Bearer {read_only}' '{}/gatepass/api/v1/whoami'",
            stage.url
        ),
        status: Some(200),
        reason: None,
    });
    steps.push(Step {
        title: "What was done with it?",
        command: format!("{program} --config {config} token show {handle}"),
        status: None,
        reason: None,
    });
    steps
}

/// What scripts do, before anything is blocked.
fn requests(url: &str, read_only: &str, read_write: &str, password: &str) -> Vec<Step> {
    let unknown = unlike(read_only);
    let refused = |status, reason| (Some(status), Some(reason));
    let (read_only_status, read_only_reason) = refused(403, "read_only");
    let (unknown_status, unknown_reason) = refused(401, "token_invalid");
    vec![
        Step {
            title: "Read with the read-only token: 200",
            command: read(url, read_only),
            status: Some(200),
            reason: None,
        },
        Step {
            title: "Write with it: 403, read_only",
            command: write(url, read_only),
            status: read_only_status,
            reason: read_only_reason,
        },
        Step {
            title: "Write with the other token: 201",
            command: write(url, read_write),
            status: Some(201),
            reason: None,
        },
        Step {
            title: "A token that nobody was given: 401",
            command: read(url, &unknown),
            status: unknown_status,
            reason: unknown_reason,
        },
        Step {
            title: "Her password still works: 200",
            command: basic(url, password),
            status: Some(200),
            reason: None,
        },
    ]
}

fn read(url: &str, token: &str) -> String {
    format!(
        "curl -i -H 'Authorization: Bearer {token}' '{url}/rest/api/2/issue/{ISSUE}?fields=summary'"
    )
}

fn write(url: &str, token: &str) -> String {
    let body = r#"{"fields":{"project":{"key":"ABC"},"issuetype":{"name":"Task"},"summary":"Made by a script"}}"#;
    format!(
        "curl -i -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
         -d '{body}' '{url}/rest/api/2/issue'"
    )
}

fn basic(url: &str, password: &str) -> String {
    format!("curl -i -u '{OWNER}:{password}' '{url}/rest/api/2/myself'")
}

/// A token of the same shape that is not this one.
fn unlike(token: &str) -> String {
    let (shape, last) = token.split_at(token.len().saturating_sub(1));
    format!("{shape}{}", if last == "0" { "1" } else { "0" })
}

/// How this program is called from here: it need not be where a shell looks for it.
fn program() -> String {
    let Ok(path) = std::env::current_exe() else { return "gatepass".to_owned() };
    let here = std::env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    match below {
        Some(below) => shown(&Path::new(".").join(below)),
        None => shown(&path),
    }
}

/// As a shell takes it.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain =
        text.chars().all(|found| found.is_ascii_alphanumeric() || "/._-+".contains(found));
    if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
