//! How a change of the policy is recorded.

use gatepass_model::audit::AuditSubject;

use super::diff::PolicyDiff;

/// Longest account of a change in the audit record, in characters.
const MAX_DETAIL_CHARS: usize = 10_000;

/// What the audit record says of a change of the policy.
pub(super) struct PolicyNote {
    /// What was done.
    pub(super) action: &'static str,
    /// To what.
    pub(super) subject: AuditSubject,
    /// In words: first what it was, then each difference on a line.
    pub(super) title: String,
}

impl PolicyNote {
    /// The same with what is different.
    pub(super) fn with(self, diff: &PolicyDiff) -> Self {
        let title = format!("{}:\n{diff}", self.title).chars().take(MAX_DETAIL_CHARS).collect();
        Self { title, ..self }
    }
}
