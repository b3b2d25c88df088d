//! Show one token, and what was done with it.

use gatepass_model::{Actor, Lifetime, TokenId};
use gatepass_store::activity::{RecentRequest, TokenUsage};

use super::view::TokenView;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;
use crate::words;

/// For how long back usage is summed up.
const USAGE_SPAN: Lifetime = Lifetime::from_days(30);

/// A token and what was done with it.
#[derive(Clone, Debug)]
pub struct TokenShown {
    /// The token.
    pub token: TokenView,
    /// What it may do, in plain words.
    pub in_words: String,
    /// What was done with it in the last 30 days, and its last use ever; `None` when the
    /// activity can't be read.
    pub usage: Option<TokenUsage>,
    /// Its newest requests, newest first.
    pub recent: Vec<RecentRequest>,
}

impl Control {
    /// A token by its handle, with at most `recent` of its newest requests. Activity that can't
    /// be read is left out: it stands in a store of its own.
    pub async fn show_token(
        &self,
        actor: &Actor,
        id: TokenId,
        recent: u32,
    ) -> Result<TokenShown, ControlError> {
        let now = self.clock.now();
        let stored = self.stored_token(id).await?;
        self.authorise_for_token(actor, Ability::LookAt(&stored.token)).await?;
        let token = self.view(stored, now);
        let in_words = words::describe_token(&token.token, &self.instances);
        let mut shown = TokenShown { token, in_words, usage: None, recent: Vec::new() };
        let Some(activity) = &self.activity else { return Ok(shown) };
        let usage = activity.usage_of_token(id, now.minus(USAGE_SPAN)).await;
        let requests = activity.recent_requests(id, recent).await;
        match (usage, requests) {
            (Ok(usage), Ok(requests)) => {
                shown.usage = Some(usage);
                shown.recent = requests;
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "the activity of a token can't be read");
            }
        }
        Ok(shown)
    }
}
