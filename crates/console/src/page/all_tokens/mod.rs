//! `GET /all`: which of these should not exist?
//!
//! What is looked for is kept in the address: see [`Filter`]. Form: `POST /all/preview` with
//! `csrf`, `id` (once for each box that is ticked), `action` (`suspend`, `resume`, `revoke`),
//! `back`; answered by [`crate::page::bulk_confirm`].

mod bar;
mod filter;
pub(crate) mod sample;
mod text;

use gatepass_model::{Access, Timestamp, TokenId, TokenState};

use crate::part::{LastUse, Place, RefusedLately, TokenAction, Who};

pub use filter::{ExpiresFilter, Filter, SortBy, Sorting, UsedFilter};

crate::page::page!(AllTokens, "page/all_tokens/template.html");

/// Tokens of everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllTokens {
    /// What is looked for.
    pub filter: Filter,
    /// How many tokens match, on all pages.
    pub found: u64,
    /// How many people own those.
    pub people: u64,
    /// How many tokens there are at all.
    pub total: u64,
    /// How many match in each state, whatever state is looked for.
    pub states: Vec<(TokenState, u64)>,
    /// This page of them.
    pub rows: Vec<AllTokensRow>,
    /// How many there are on a page.
    pub page_size: u32,
    /// The instances to choose from.
    pub places: Vec<Place>,
    /// Integrations, as suggestions.
    pub integrations: Vec<String>,
}

/// A token of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllTokensRow {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts as.
    pub owner: Who,
    /// What it is for.
    pub integration: Option<String>,
    /// Where it is in its life.
    pub state: TokenState,
    /// Reads, or reads and writes.
    pub access: Access,
    /// The instances that it comes to, as people call them.
    pub places: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was used last.
    pub last_use: Option<LastUse>,
    /// What was refused in the last seven days.
    pub refused_lately: Option<RefusedLately>,
    /// Whether its row was written with the keys of this store.
    pub is_genuine: bool,
}
