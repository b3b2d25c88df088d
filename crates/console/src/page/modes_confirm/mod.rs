//! The answer to `POST /settings/modes/{instance}` with `do=preview`: who will be hit.
//!
//! Posts to the same path with `csrf`, `form_id`, the five modes, `reason`, and `do=save`.

use gatepass_model::Modes;

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
    /// Who was seen in the last seven days with a kind that will be blocked from now on, less
    /// those who are exempt.
    pub hit: Vec<Seen>,
    /// The reason as typed.
    pub reason: String,
    /// For this form.
    pub form_id: String,
}
