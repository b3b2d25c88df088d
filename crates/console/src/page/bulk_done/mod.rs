//! The answer to `POST /all/apply`: what was done, token by token.

pub(crate) mod sample;
mod text;

use crate::fault::Fault;
use crate::part::{TokenAction, TokenBrief};

crate::page::page!(BulkDone, "page/bulk_done/template.html");

/// What was done to many tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkDone {
    /// What: suspend, resume or revoke.
    pub action: TokenAction,
    /// Those to which it was done, in their new state.
    pub done: Vec<TokenBrief>,
    /// Those to which it was not done, and why.
    pub failed: Vec<(TokenBrief, Fault)>,
    /// On how many of how many nodes all of it holds.
    pub nodes: Option<(u32, u32)>,
    /// The list that one came from, below the base, with its query.
    pub back: String,
}

impl BulkDone {
    /// `37 tokens revoked`
    fn result(&self, text: &text::Text) -> String {
        let count = self.done.len() as u64;
        match self.action {
            TokenAction::Resume => text.resumed(&count),
            TokenAction::Revoke => text.revoked(&count),
            TokenAction::Suspend | TokenAction::Rotate => text.suspended(&count),
        }
    }
}
