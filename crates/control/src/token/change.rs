//! What suspend, resume, revoke and rotate have in common: read, check, write, and once more
//! when somebody else was faster.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, Timestamp, Token, TokenId, TokenState};
use gatepass_store::{Revision, StoreError, StoredToken};
use gatepass_vault::row_mac;

use super::view::TokenView;
use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::effect::InEffect;
use crate::error::{ControlError, Problem};
use crate::input::{reason, reason_words};

/// Most tokens that are moved at once.
pub(crate) const MOST_AT_ONCE: usize = 1000;
/// How often a change is tried when others change the same token.
const ATTEMPTS: usize = 5;

/// A token that was suspended, resumed or revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The token, as it is now.
    pub token: TokenView,
    /// `false` when it was so already: nothing was written then.
    pub is_changed: bool,
    /// How far it is; `None`: it is stored, but the nodes could not be asked.
    pub effect: Option<InEffect>,
}

/// A move of a token: where to, and how it is recorded.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) to: TokenState,
    pub(super) action: &'static str,
    /// What whoever makes it must be able to do.
    pub(super) ability: for<'a> fn(&'a Token) -> Ability<'a>,
}

/// What a change makes of a token, and what to record of it.
pub(super) struct Edit {
    pub(super) token: Token,
    pub(super) detail: String,
}

impl Control {
    /// A token by its handle.
    pub(super) async fn stored_token(&self, id: TokenId) -> Result<StoredToken, ControlError> {
        let found = self.store.find_token(id).await?;
        found.ok_or_else(|| ControlError::NotFound(format!("token {id}")))
    }

    /// As [`Control::authorise`]; but for somebody who may not even see the token there is none.
    pub(super) async fn authorise_for_token(
        &self,
        actor: &Actor,
        ability: Ability<'_>,
    ) -> Result<(), ControlError> {
        self.judge(actor).await?.authorise_for_token(ability).await
    }

    /// Moves a token. A token that is there already is left as it is, but waited for: so a
    /// revocation that was stored and not confirmed can be asked for again.
    pub(super) async fn move_token(
        &self,
        actor: &Actor,
        id: TokenId,
        why: Option<&str>,
        wanted: Move,
    ) -> Result<Moved, ControlError> {
        let moved = self.store_move(actor, id, why, wanted).await?;
        let effect = self.effect_of(moved.token.revision).await;
        Ok(Moved { effect, ..moved })
    }

    /// Moves several tokens, each in a change of its own, and waits once, for the last of them.
    /// Where the store fails it ends: tokens without a result were not tried. More than
    /// [`MOST_AT_ONCE`] are one `Invalid`.
    pub(super) async fn move_tokens(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        why: Option<&str>,
        wanted: Move,
    ) -> Vec<Result<Moved, ControlError>> {
        if let Err(error) = check_count(ids) {
            return vec![Err(error)];
        }
        let mut results = Vec::with_capacity(ids.len());
        for &id in ids {
            let result = self.store_move(actor, id, why, wanted).await;
            let is_lost = matches!(result, Err(ControlError::StoreUnavailable(_)));
            results.push(result);
            if is_lost {
                break;
            }
        }
        let newest = results.iter().flatten().map(|moved| moved.token.revision).max();
        if let Some(newest) = newest {
            // Whatever has the newest has all of them.
            let effect = self.effect_of(newest).await;
            results.iter_mut().flatten().for_each(|moved| moved.effect = effect);
        }
        results
    }

    /// Moves a token, without waiting for the nodes.
    async fn store_move(
        &self,
        actor: &Actor,
        id: TokenId,
        why: Option<&str>,
        wanted: Move,
    ) -> Result<Moved, ControlError> {
        let why = reason("reason", why).map_err(|problem| ControlError::Invalid(vec![problem]))?;
        let now = self.clock.now();
        let edit = |token: &Token| {
            let from = token.state_at(now);
            if from == wanted.to {
                return Ok(None);
            }
            check_move(from, wanted.to)?;
            let token = Token { state: wanted.to, ..token.clone() };
            let detail =
                format!("{:?} of {}{}", token.name, token.owner, reason_words(why.as_deref()));
            Ok(Some(Edit { token, detail }))
        };
        let (stored, is_changed) = self.edit_token(actor, id, wanted, now, edit).await?;
        Ok(Moved { token: self.view(stored, now), is_changed, effect: None })
    }

    /// Reads the token, lets `edit` make of it what it shall be, and writes that; from the start
    /// when somebody else has changed it in between. `edit` gives `None` to leave it as it is.
    pub(super) async fn edit_token(
        &self,
        actor: &Actor,
        id: TokenId,
        wanted: Move,
        now: Timestamp,
        edit: impl Fn(&Token) -> Result<Option<Edit>, ControlError>,
    ) -> Result<(StoredToken, bool), ControlError> {
        for _ in 0..ATTEMPTS {
            let stored = self.stored_token(id).await?;
            self.authorise_for_token(actor, (wanted.ability)(&stored.token)).await?;
            let Some(Edit { token, detail }) = edit(&stored.token)? else {
                return Ok((stored, false));
            };
            self.check_genuine(&stored, wanted.to)?;
            match self.write_edit(actor, &stored, token, (wanted.action, detail), now).await {
                Ok(stored) => return Ok((stored, true)),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Conflict)
    }

    async fn write_edit(
        &self,
        actor: &Actor,
        seen: &StoredToken,
        token: Token,
        (action, detail): (&'static str, String),
        now: Timestamp,
    ) -> Result<StoredToken, StoreError> {
        let mac = row_mac(&self.keyring(), &token);
        let audit = audit_entry(actor, now, action, AuditSubject::Token(token.id), detail);
        let revision: Revision =
            self.store.change_token(&token, &mac, seen.revision, &audit).await?;
        Ok(StoredToken { token, mac, revision })
    }

    /// A row that somebody else wrote must not get a MAC of ours: that would make an honest token
    /// of it. Only the end of everything is safe to sign.
    pub(super) fn check_genuine(
        &self,
        stored: &StoredToken,
        to: TokenState,
    ) -> Result<(), ControlError> {
        let StoredToken { token, mac, .. } = stored;
        if to == TokenState::Revoked || gatepass_vault::verify_row(&self.keyring(), token, mac) {
            return Ok(());
        }
        Err(ControlError::NotGenuine(token.id))
    }
}

/// That these are not too many to be moved at once.
pub(crate) fn check_count(ids: &[TokenId]) -> Result<(), ControlError> {
    if ids.len() <= MOST_AT_ONCE {
        return Ok(());
    }
    let words = format!("there are {}; there may be {MOST_AT_ONCE} at once", ids.len());
    Err(ControlError::Invalid(vec![Problem::new("ids", words)]))
}

pub(super) fn check_move(from: TokenState, to: TokenState) -> Result<(), ControlError> {
    let illegal = |words| ControlError::IllegalMove { from, words };
    if from == TokenState::Pending && to == TokenState::Active {
        // Approval has its own rules; resuming must not be a way around them.
        return Err(illegal(
            "a token that is pending can't be resumed: it waits for approval".to_owned(),
        ));
    }
    from.moved_to(to).map(drop).map_err(|error| illegal(error.to_string()))
}
