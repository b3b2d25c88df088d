//! What the settings of all stand-ins are made of.

use std::time::Instant;

use gatepass_model::{Clock, Timestamp};

/// The bounds on native tokens. By default those that Jira and Confluence have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeTokenLimits {
    /// The most that a person may have at a time; expired ones do not count. 10.
    pub most_per_person: usize,
    /// The longest life in days. 365.
    pub longest_days: u32,
    /// Whether one may be made that does not expire. It may.
    pub may_be_eternal: bool,
    /// The most characters of a name. 40.
    pub longest_name: usize,
}

impl Default for NativeTokenLimits {
    /// `atlassian.pats.max.tokens.per.user` and its kin (fact A2).
    fn default() -> Self {
        Self { most_per_person: 10, longest_days: 365, may_be_eternal: true, longest_name: 40 }
    }
}

/// Somebody who may sign in, by password.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name he signs in with. It is kept in lower case.
    pub username: String,
    /// In clear: this is a stand-in.
    pub password: String,
    /// As pages show him.
    pub display_name: String,
    /// His mail address.
    pub email: String,
    /// `jira-administrators` makes him one, as do `confluence-administrators` and
    /// `stash-administrators`.
    pub groups: Vec<String>,
    /// Somebody who is not active can do nothing.
    pub active: bool,
}

/// What is left of a session when the signed call that opened it has ended (fact A1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSignedCall {
    /// Nothing, as in newer versions.
    Nothing,
    /// A cookie, and no session that it stands for.
    Cookie,
    /// A session.
    Session,
}

/// Where the demonstration's clock starts: 2026-11-23T10:00Z.
const DEMO_START: i64 = 1_795_428_000_000;

/// A clock that starts at [`DEMO_START`] and runs.
pub(crate) struct RunningClock {
    began: Instant,
}

impl RunningClock {
    pub(crate) fn start() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(DEMO_START.saturating_add(passed))
    }
}
