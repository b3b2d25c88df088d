//! Tokens in lists, with what stands elsewhere: whose they are, and what was done with them.

use std::collections::{HashMap, HashSet};

use gatepass_model::{Actor, Lifetime, Reason, Timestamp, TokenId};
use gatepass_store::StoredToken;
use gatepass_store::activity::{ActivityError, LastUse, TokenRefusals};

use super::view::TokenView;
use crate::control::Control;
use crate::error::ControlError;
use crate::roster::{Roster, actor_name, display_name};
use crate::words;

/// For how long back refusals count as late.
const LATELY: Lifetime = Lifetime::from_days(7);

/// A token in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The token.
    pub view: TokenView,
    /// What people call its owner; his username where no directory knows him any more.
    pub owner_name: String,
    /// What people call who made it, if that was a person.
    pub creator_name: Option<String>,
    /// The instances that it comes to, as people call them.
    pub places: Vec<String>,
    /// When it was used last; `None` also where the activity can't be read.
    pub last_use: Option<LastUse>,
    /// What was refused to it in the last seven days.
    pub refused_lately: Option<RefusedLately>,
}

/// Refusals of the last seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedLately {
    /// How many.
    pub count: u64,
    /// The most frequent reason.
    pub reason: Reason,
}

impl Control {
    /// These tokens as rows, in their order. Activity that can't be read is left out.
    pub(crate) async fn rows(
        &self,
        tokens: Vec<StoredToken>,
        now: Timestamp,
    ) -> Result<Vec<TokenRow>, ControlError> {
        let roster = self.roster_of(&tokens).await?;
        let ids: Vec<TokenId> = tokens.iter().map(|stored| stored.token.id).collect();
        let (mut uses, mut refusals) = match self.activity_of(&ids, now).await {
            Ok(activity) => activity,
            Err(error) => {
                tracing::warn!(%error, "the activity of tokens can't be read");
                (HashMap::new(), HashMap::new())
            }
        };
        let row = |stored: StoredToken| {
            let view = self.view(stored, now);
            let (id, token) = (view.token.id, &view.token);
            TokenRow {
                owner_name: display_name(&roster, &token.owner),
                creator_name: actor_name(&roster, &token.creator),
                places: words::places(&token.grant, &token.owner.directory, &self.instances),
                last_use: uses.remove(&id),
                refused_lately: refusals.remove(&id),
                view,
            }
        };
        Ok(tokens.into_iter().map(row).collect())
    }

    pub(super) async fn roster_of(&self, tokens: &[StoredToken]) -> Result<Roster, ControlError> {
        let mut people = HashSet::new();
        for stored in tokens {
            people.insert(stored.token.owner.clone());
            if let Actor::Person(creator) = &stored.token.creator {
                people.insert(creator.clone());
            }
        }
        self.find_people(&people).await
    }

    async fn activity_of(
        &self,
        ids: &[TokenId],
        now: Timestamp,
    ) -> Result<(HashMap<TokenId, LastUse>, HashMap<TokenId, RefusedLately>), ActivityError> {
        let Some(activity) = &self.activity else { return Ok((HashMap::new(), HashMap::new())) };
        let uses = activity.last_uses_of(ids).await?;
        let refusals = activity.refusals_of(ids, now.minus(LATELY)).await?;
        let lately = |refusals: TokenRefusals| {
            let count = refusals.reasons.iter().map(|(_, count)| count).sum();
            let reason = refusals.reasons.iter().find_map(|(name, _)| reason_of(name))?;
            Some((refusals.token, RefusedLately { count, reason }))
        };
        Ok((uses.into_iter().collect(), refusals.into_iter().filter_map(lately).collect()))
    }
}

/// The reason of this name; `None` for one that only another version of Gatepass knows.
pub(super) fn reason_of(name: &str) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| reason.as_str() == name)
}
