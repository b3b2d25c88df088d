//! End a token for good.

use gatepass_model::{Actor, TokenId, TokenState};

use super::change::{Move, Moved};
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

impl Control {
    /// Ends a token for good, in whatever state it is; its running requests are cut. A token
    /// that is revoked already is only waited for.
    pub async fn revoke_token(
        &self,
        actor: &Actor,
        id: TokenId,
        reason: Option<&str>,
    ) -> Result<Moved, ControlError> {
        let wanted = Move {
            to: TokenState::Revoked,
            action: "token.revoked",
            ability: |token| Ability::End(token),
        };
        self.move_token(actor, id, reason, wanted).await
    }

    /// Revokes several tokens, and waits once for all of them. A result for each, in order; where
    /// the store fails there are none for the rest, which were not tried.
    pub async fn revoke_tokens(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        reason: Option<&str>,
    ) -> Vec<Result<Moved, ControlError>> {
        let wanted = Move {
            to: TokenState::Revoked,
            action: "token.revoked",
            ability: |token| Ability::End(token),
        };
        self.move_tokens(actor, ids, reason, wanted).await
    }
}
