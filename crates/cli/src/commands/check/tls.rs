//! The certificate that callers are shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use gatepass_config::Config;
use gatepass_model::{Clock as _, Timestamp};

use super::finding::{Findings, State};
use crate::wiring::certificate::{self, Facts, NOTICE};
use crate::wiring::clock::SystemClock;

const CHECK: &str = "TLS certificate";

/// Reads the files, if there are any.
pub(super) fn certificate(config: &Config, findings: &mut Findings) {
    let Some(files) = &config.server.tls else { return };
    match certificate::read(files) {
        Ok((_, facts)) => {
            let (state, words) = judge(&facts, SystemClock.now());
            findings.add(CHECK, state, words);
        }
        Err(failure) => findings.add(CHECK, State::Failed, failure.message),
    }
    private(&files.key, findings);
}

/// A certificate that has ended still lets a gate start: it may be replaced while it runs.
fn judge(facts: &Facts, now: Timestamp) -> (State, String) {
    let Facts { subject, names, begins, ends } = facts;
    let names = if names.is_empty() { "no names".to_owned() } else { names.join(", ") };
    let shown = format!("{subject}, for {names}");
    if *ends <= now {
        return (State::Failed, format!("{shown}: it ended on {ends}"));
    }
    if *begins > now {
        return (State::Failed, format!("{shown}: it begins on {begins} only"));
    }
    let state = if *ends <= now.plus(NOTICE) { State::Warning } else { State::Ok };
    (state, format!("{shown}; ends on {ends}"))
}

/// Warns of a key that others than its owner and his group can read.
fn private(key: &Path, findings: &mut Findings) {
    let Ok(found) = fs::metadata(key) else { return };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o007 != 0 {
        let words = format!(
            "server.tls.key: every user of this machine can use {} (mode {mode:o}); chmod o= takes \
             that away",
            key.display()
        );
        findings.add("TLS key", State::Warning, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatepass_model::Lifetime;

    #[test]
    fn a_certificate_is_spoken_of_before_it_ends() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let of = |begins, ends| {
            let names = vec!["jira.example".to_owned()];
            let facts = Facts { subject: "CN=jira".to_owned(), names, begins, ends };
            judge(&facts, now).0
        };
        let days = |days| now.plus(Lifetime::from_days(days));
        assert_eq!(of(now, days(15)), State::Ok);
        assert_eq!(of(now, days(13)), State::Warning);
        assert_eq!(of(now, now), State::Failed);
        assert_eq!(of(days(1), days(90)), State::Failed);
    }
}
