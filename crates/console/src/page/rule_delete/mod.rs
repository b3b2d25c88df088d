//! `GET /settings/rules/{name}/delete`: a rule about to be deleted.
//!
//! Posts to the same path with `csrf`, `form_id`, `reason`, and `noncompliant` where there are
//! any.

pub(crate) mod sample;
mod text;

use crate::part::{DiffLine, NonCompliance};

crate::page::page!(RuleDelete, "page/rule_delete/template.html");

/// A rule about to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDelete {
    /// Its name.
    pub name: String,
    /// How many known people it is about.
    pub people: u64,
    /// What will be different.
    pub changes: Vec<DiffLine>,
    /// Tokens that will no longer comply.
    pub noncompliance: NonCompliance,
    /// The reason as typed.
    pub reason: String,
    /// For this form.
    pub form_id: String,
}

impl RuleDelete {
    /// Where the form posts to, below the base.
    fn address(&self) -> String {
        format!("/settings/rules/{}/delete", crate::address::encoded(&self.name))
    }
}
