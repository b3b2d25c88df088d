//! Which token am I?

use gatepass_model::TokenId;
use serde::Serialize;

use crate::control::Control;
use crate::error::ControlError;
use crate::limits::LimitView;
use crate::token::GrantView;
use crate::words;

/// What the bearer of a token may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhoAmI {
    /// Its handle: `tok_…`.
    pub id: String,
    /// The username of whom it acts as.
    pub owner: String,
    /// His directory.
    pub directory: String,
    /// What its owner calls it.
    pub name: String,
    /// `active`, …
    pub state: &'static str,
    /// When it ends, RFC 3339; `null` for never.
    pub expires_at: Option<String>,
    /// What it may do. Of required headers the names only.
    pub grant: GrantView,
    /// What limits it, and what is left of that on the node that was asked.
    pub limits: Vec<LimitView>,
    /// What it may do, in plain words.
    pub summary: String,
}

impl Control {
    /// What the bearer of the token `id` may know of it. No ability is needed: whoever asks has
    /// proven to the gate that he has its secret. `NotFound` also for a row that is not genuine.
    pub async fn whoami(&self, id: TokenId) -> Result<WhoAmI, ControlError> {
        let not_found = || ControlError::NotFound(format!("token {id}"));
        let stored = self.store.find_token(id).await?.ok_or_else(not_found)?;
        let view = self.view(stored, self.clock.now());
        if !view.is_genuine {
            return Err(not_found());
        }
        let summary = words::describe_token(&view.token, &self.instances);
        let token = view.token;
        Ok(WhoAmI {
            id: token.id.to_string(),
            owner: token.owner.username.to_string(),
            directory: token.owner.directory.to_string(),
            name: token.name,
            state: view.state.as_str(),
            expires_at: token.expires_at.map(|end| end.to_string()),
            grant: GrantView::for_bearer(&token.grant),
            limits: self.limits_left(token.id),
            summary,
        })
    }
}
