//! What a stand-in Jira starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use gatepass_model::Clock;

use super::demo;
use crate::site::consumer::ConsumerSeed;
use crate::site::settings::{Account, NativeTokenLimits, RunningClock};

/// How a stand-in Jira listens, who and what is in it.
#[derive(Clone)]
pub struct JiraSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `""`, or like `"/jira"`: with a leading and without a final slash.
    pub context_path: String,
    /// Who may sign in.
    pub people: Vec<Account>,
    /// The projects, in the order in which they are listed.
    pub projects: Vec<ProjectSeed>,
    /// The issues to begin with; numbered in each project from 1, in this order.
    pub issues: Vec<IssueSeed>,
    /// Whether somebody who did not sign in may read everything.
    pub anonymous_may_read: bool,
    /// The base URL for links in answers, context path included. `None`: from the `Host` header
    /// that comes in, as Tomcat does without a `proxyName`.
    pub base_url_as_seen: Option<String>,
    /// The most bytes that one upload may have; above it the answer is 413.
    pub attachment_bound: usize,
    /// Whether cookies are `Secure`: for a stand-in that browsers reach by HTTPS only.
    pub secure_cookies: bool,
    /// Label and URL of each link that all pages have beside their own, as an application
    /// navigator has them. A URL that begins with `/` stays as it is: no context path is added.
    pub navigator_links: Vec<(String, String)>,
    /// What people may make as native tokens.
    pub native_token_limits: NativeTokenLimits,
    /// The header by which an authenticator that somebody has installed takes calls for the user
    /// whom it names, in UTF-8; `None`: there is none, as in the product itself (fact A3).
    pub trusted_header: Option<String>,
    /// The application links that there are.
    pub application_links: Vec<ConsumerSeed>,
    /// Its version. Before 8.14 it knows no native tokens.
    pub version: [u16; 3],
    /// Whether the session of a signed call is ended with the call, as newer versions do it (fact A1.1).
    pub ends_signed_sessions: bool,
    /// What session ids and native tokens are drawn from: the same seed, the same secrets.
    pub seed: u64,
    /// The clock that everything is dated by.
    pub clock: Arc<dyn Clock>,
}

/// A project to begin with.
#[derive(Clone, Debug)]
pub struct ProjectSeed {
    /// Upper-case letters and digits, like `ABC`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The username of its lead, who may delete its issues.
    pub lead: String,
}

/// An issue to begin with. Names of types, statuses and priorities that are unknown become the
/// first of their kind.
#[derive(Clone, Debug, Default)]
pub struct IssueSeed {
    /// The key of its project.
    pub project: String,
    /// `Bug`, `Task`, `Story` or `Epic`.
    pub kind: String,
    /// `To Do`, `In Progress`, `In Review` or `Done`.
    pub status: String,
    /// `Highest` to `Lowest`.
    pub priority: String,
    /// One line.
    pub summary: String,
    /// Wiki text.
    pub description: String,
    /// Username.
    pub reporter: String,
    /// Username; empty for nobody.
    pub assignee: String,
    /// Without spaces.
    pub labels: Vec<String>,
    /// Author and text of each, oldest first.
    pub comments: Vec<(String, String)>,
    /// File name, media type and bytes of each.
    pub attachments: Vec<(String, String, Vec<u8>)>,
    /// How long before the start it was created, in milliseconds.
    pub age: i64,
}

impl JiraSettings {
    /// A version from before there were native tokens, in which a signed call opens a session.
    pub fn before_native_tokens(self) -> Self {
        Self { version: [8, 13, 9], ends_signed_sessions: false, ..self }
    }

    /// Four people (`alice` and `bob`, developers; `carol`, an administrator; `ci-bot`), each with
    /// the password `<username>-password`, the projects `ABC` and `EX` and a handful of issues.
    ///
    /// Listens on a free port of 127.0.0.1. Its clock starts at 2026-11-23T10:00Z, so that what it
    /// shows looks the same each time, and runs from there.
    pub fn demo() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            context_path: String::new(),
            people: demo::people(),
            projects: demo::projects(),
            issues: demo::issues(),
            anonymous_may_read: false,
            base_url_as_seen: None,
            attachment_bound: 64 << 20,
            secure_cookies: false,
            navigator_links: Vec::new(),
            native_token_limits: NativeTokenLimits::default(),
            trusted_header: None,
            application_links: Vec::new(),
            version: [10, 3, 24],
            ends_signed_sessions: true,
            seed: 0,
            clock: Arc::new(RunningClock::start()),
        }
    }
}
