//! Give a token a new secret.

use gatepass_model::token::FormerSecret;
use gatepass_model::{Actor, Lifetime, Timestamp, Token, TokenId, TokenState};
use gatepass_vault::{Digester, NewSecret};
use serde::{Serialize, Serializer};

use super::change::{Edit, Move};
use super::view::TokenView;
use crate::authorise::Ability;
use crate::control::Control;
use crate::effect::InEffect;
use crate::error::{ControlError, Problem};

/// Longest time for which the old secret goes on working: 30 days.
const LONGEST_GRACE: Lifetime = Lifetime::from_days(30);

/// A token with a new secret. Serialises as [`TokenView`] does, with the secret.
#[derive(Debug)]
pub struct Rotated {
    /// The token.
    pub token: TokenView,
    /// Its new secret: shown now, or never.
    pub secret: NewSecret,
    /// Until when the old secret works; `None`: it has ended.
    pub former_until: Option<Timestamp>,
    /// How far it is; `None`: it is stored, but the nodes could not be asked.
    pub effect: Option<InEffect>,
}

impl Serialize for Rotated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.token.serialize_with(Some(self.secret.reveal()), serializer)
    }
}

impl Control {
    /// Gives a token a new secret. Without `grace` the old one ends at once; with it (30 days at
    /// most) it works that much longer, while the token does. A secret that an earlier rotation
    /// left working ends now. Only active and suspended tokens can be rotated; their end stays.
    pub async fn rotate_token(
        &self,
        actor: &Actor,
        id: TokenId,
        grace: Option<Lifetime>,
    ) -> Result<Rotated, ControlError> {
        if grace.is_some_and(|grace| grace > LONGEST_GRACE) {
            let problem = Problem::new("grace", format!("it is {LONGEST_GRACE} at most"));
            return Err(ControlError::Invalid(vec![problem]));
        }
        let now = self.clock.now();
        let secret = NewSecret::mint(&*self.entropy)?;
        let stored = Digester::new(&self.keyring()).stored(secret.as_presented());
        let until = grace.filter(|grace| grace.as_millis() > 0).map(|grace| now.plus(grace));
        let edit = |token: &Token| {
            check_rotatable(token.state_at(now))?;
            let former = until.map(|until| FormerSecret { secret: token.secret.clone(), until });
            let token = Token { secret: stored.clone(), former, ..token.clone() };
            let detail = format!("{:?} of {}, {}", token.name, token.owner, grace_words(until));
            Ok(Some(Edit { token, detail }))
        };
        let wanted = Move {
            to: TokenState::Active,
            action: "token.rotated",
            ability: |token| Ability::Renew(token),
        };
        self.ask_for_rank_of_owner(actor, id).await?;
        let (stored, _) = self.edit_token(actor, id, wanted, now, edit).await?;
        let effect = self.effect_of(stored.revision).await;
        Ok(Rotated { token: self.view(stored, now), secret, former_until: until, effect })
    }

    /// Before somebody else than the owner gets the secret: what the owner may do at the product.
    async fn ask_for_rank_of_owner(&self, actor: &Actor, id: TokenId) -> Result<(), ControlError> {
        let Actor::Person(own) = actor else { return Ok(()) };
        let Some(token) = self.store.find_token(id).await?.map(|stored| stored.token) else {
            return Ok(());
        };
        if token.owner == *own || self.authorise(actor, Ability::LookAt(&token)).await.is_err() {
            return Ok(());
        }
        self.ask_for_rank(&token.owner).await?;
        self.ask_for_rank_of_actor(own).await
    }
}

fn check_rotatable(state: TokenState) -> Result<(), ControlError> {
    match state {
        TokenState::Active | TokenState::Suspended => Ok(()),
        TokenState::Pending | TokenState::Expired | TokenState::Revoked => {
            let words = format!("a token that is {state} can't get a new secret");
            Err(ControlError::IllegalMove { from: state, words })
        }
    }
}

fn grace_words(until: Option<Timestamp>) -> String {
    until.map_or_else(
        || "the old secret has ended".to_owned(),
        |until| format!("the old secret works until {until}"),
    )
}
