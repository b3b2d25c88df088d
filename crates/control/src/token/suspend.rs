//! Stop a token for now.

use gatepass_model::{Actor, TokenId, TokenState};

use super::change::{Move, Moved};
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

impl Control {
    /// Stops a token until it is resumed. Its running requests are cut. Only an active token can
    /// be suspended; one that is suspended already stays so.
    pub async fn suspend_token(
        &self,
        actor: &Actor,
        id: TokenId,
        reason: Option<&str>,
    ) -> Result<Moved, ControlError> {
        let wanted = Move {
            to: TokenState::Suspended,
            action: "token.suspended",
            ability: |token| Ability::End(token),
        };
        self.move_token(actor, id, reason, wanted).await
    }

    /// Suspends several tokens, and waits once for all of them. A result for each, in order; where
    /// the store fails there are none for the rest, which were not tried.
    pub async fn suspend_tokens(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        reason: Option<&str>,
    ) -> Vec<Result<Moved, ControlError>> {
        let wanted = Move {
            to: TokenState::Suspended,
            action: "token.suspended",
            ability: |token| Ability::End(token),
        };
        self.move_tokens(actor, ids, reason, wanted).await
    }
}
