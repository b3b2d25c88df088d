//! `POST /all/preview`: what is about to happen to many tokens. Nothing is changed yet.
//!
//! Posts to `/all/apply` with `csrf`, `form_id`, `action`, `id` (once for each), `reason`, `back`.

pub(crate) mod sample;
mod text;
mod words;

use crate::fault::FieldFault;
use crate::part::{TokenAction, TokenBrief};

crate::page::page!(BulkConfirm, "page/bulk_confirm/template.html");

/// Something about to be done to many tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkConfirm {
    /// What: suspend, resume or revoke.
    pub action: TokenAction,
    /// To which.
    pub tokens: Vec<TokenBrief>,
    /// Those that were chosen too, and to which it can't be done in their state.
    pub skipped: Vec<TokenBrief>,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong with what was typed.
    pub faults: Vec<FieldFault>,
    /// The list that one came from, below the base, with its query.
    pub back: String,
    /// For this form.
    pub form_id: String,
}
