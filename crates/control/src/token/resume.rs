//! Let a suspended token work again.

use gatepass_model::{Actor, TokenId, TokenState};

use super::change::{Move, Moved};
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

impl Control {
    /// Lets a suspended token work again. One that is active already stays so; nothing comes
    /// back from expired or revoked, and one that waits for approval must be approved.
    pub async fn resume_token(
        &self,
        actor: &Actor,
        id: TokenId,
        reason: Option<&str>,
    ) -> Result<Moved, ControlError> {
        let wanted = Move {
            to: TokenState::Active,
            action: "token.resumed",
            ability: |token| Ability::Resume(token),
        };
        self.move_token(actor, id, reason, wanted).await
    }

    /// Resumes several tokens, and waits once for all of them. A result for each, in order; where
    /// the store fails there are none for the rest, which were not tried.
    pub async fn resume_tokens(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        reason: Option<&str>,
    ) -> Vec<Result<Moved, ControlError>> {
        let wanted = Move {
            to: TokenState::Active,
            action: "token.resumed",
            ability: |token| Ability::Resume(token),
        };
        self.move_tokens(actor, ids, reason, wanted).await
    }
}
