//! The answer to `POST /settings/modes/{instance}` with `do=preview`: who will be hit.
//!
//! Posts to the same path with `csrf`, `form_id`, the five modes, `reason`, and `do=save`.

pub(crate) mod sample;
mod text;

use gatepass_model::{CredentialKind, Modes};

use crate::page::settings::Seen;
use crate::part::Place;

crate::page::page!(ModesConfirm, "page/modes_confirm/template.html");

/// Changed modes of an instance, before they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModesConfirm {
    /// Which instance.
    pub place: Place,
    /// As it is.
    pub old: Modes,
    /// As it will be.
    pub new: Modes,
    /// Who was seen in the last seven days and will be refused from now on, less those who are
    /// exempt.
    pub hit: Vec<Seen>,
    /// The reason as typed.
    pub reason: String,
    /// For this form.
    pub form_id: String,
}

impl ModesConfirm {
    /// The kinds whose mode changes.
    fn changed(&self) -> Vec<CredentialKind> {
        let is_changed = |kind: &CredentialKind| self.old.of(*kind) != self.new.of(*kind);
        CredentialKind::ALL.into_iter().filter(is_changed).collect()
    }

    /// How many requests would have been refused.
    fn requests(&self) -> u64 {
        self.hit.iter().fold(0, |sum, seen| sum.saturating_add(seen.requests))
    }
}
