//! List tokens.

use gatepass_model::{Actor, TokenId};
use gatepass_store::{TokenFilter, TokenPage};

use super::view::TokenView;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// A page of tokens.
#[derive(Clone, Debug)]
pub struct TokenListView {
    /// The oldest first.
    pub tokens: Vec<TokenView>,
    /// Where the next page begins, if there is one.
    pub next: Option<TokenId>,
}

impl Control {
    /// A page of the tokens that `filter` means, with the state that holds now.
    pub async fn list_tokens(
        &self,
        actor: &Actor,
        filter: &TokenFilter,
        page: TokenPage,
    ) -> Result<TokenListView, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let now = self.clock.now();
        let list = self.store.list_tokens(filter, page).await?;
        let tokens = list.tokens.into_iter().map(|stored| self.view(stored, now)).collect();
        Ok(TokenListView { tokens, next: list.next })
    }
}
