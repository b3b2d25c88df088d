//! Stop a token for now.

use gatepass_model::{Actor, TokenId, TokenState};

use super::change::{Move, Moved};
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
        let wanted = Move { to: TokenState::Suspended, action: "token.suspended" };
        self.move_token(actor, id, reason, wanted).await
    }
}
