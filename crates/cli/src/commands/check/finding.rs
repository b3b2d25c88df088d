//! What a check found.

use serde::Serialize;

use crate::output::{CAUTION, CROSS, TICK, plain};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Somebody should know of it.
    Warning,
    /// The gate would not start, or would not work for somebody.
    Failed,
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: String,
    state: State,
    words: String,
}

/// All that was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, check: impl Into<String>, state: State, words: impl Into<String>) {
        self.0.push(Finding { check: check.into(), state, words: words.into() });
    }

    pub(super) fn all(&self) -> &[Finding] {
        &self.0
    }

    pub(super) fn are_good(&self) -> bool {
        self.0.iter().all(|finding| finding.state != State::Failed)
    }

    pub(super) fn text(&self) -> String {
        let width = self.0.iter().map(|finding| finding.check.chars().count()).max().unwrap_or(0);
        let line = |finding: &Finding| {
            let mark = match finding.state {
                State::Ok => TICK,
                State::Warning => CAUTION,
                State::Failed => CROSS,
            };
            let words: Vec<String> = finding.words.lines().map(plain).collect();
            let words = words.join(&format!("\n  {:width$}  ", ""));
            format!("{mark} {:width$}  {words}", plain(&finding.check))
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
