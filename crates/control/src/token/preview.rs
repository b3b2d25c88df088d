//! What would happen to many tokens, before it does.

use std::collections::HashSet;

use gatepass_model::{Actor, PersonKey, TokenId, TokenState};
use gatepass_store::StoredToken;

use super::change::{check_count, check_move};
use super::row::TokenRow;
use crate::authorise::{Ability, Judge, Lacking};
use crate::control::Control;
use crate::error::{ControlError, Problem};

/// What would happen to some tokens.
#[derive(Clone, Debug)]
pub struct MovePreview {
    /// Those that would move, in the order that was asked for.
    pub movable: Vec<TokenRow>,
    /// Those that would not.
    pub stuck: Vec<Stuck>,
    /// Those that are not there, or that are not for him to see.
    pub missing: Vec<TokenId>,
    /// How many people own those that would move.
    pub people: u64,
}

/// A token that would not move.
#[derive(Clone, Debug)]
pub struct Stuck {
    /// The token.
    pub row: TokenRow,
    /// Why not.
    pub why: WhyStuck,
}

/// Why a token would not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyStuck {
    /// It is there already.
    Already,
    /// No token goes there from where it is.
    Illegal {
        /// Where it is.
        from: TokenState,
    },
    /// Somebody must approve it first.
    WaitsForApproval,
    /// Its row was not written with the keys of this store: it can only be revoked.
    NotGenuine,
    /// Who asks may not, for want of this.
    Forbidden(Lacking),
}

impl Control {
    /// Which of these tokens would move to `to` (active: resumed; suspended; revoked) if it were
    /// asked for now, and which would not. Each is asked about once; 1,000 at most.
    pub async fn preview_move(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        to: TokenState,
    ) -> Result<MovePreview, ControlError> {
        check_count(ids)?;
        let ability: for<'a> fn(&'a _) -> Ability<'a> = match to {
            TokenState::Active => |token| Ability::Resume(token),
            TokenState::Suspended | TokenState::Revoked => |token| Ability::End(token),
            TokenState::Pending | TokenState::Expired => {
                let words = format!("nobody makes a token {to}");
                return Err(ControlError::Invalid(vec![Problem::new("to", words)]));
            }
        };
        let now = self.clock.now();
        let mut asked = HashSet::new();
        let ids: Vec<TokenId> = ids.iter().copied().filter(|id| asked.insert(*id)).collect();
        let tokens = self.tokens_in_order(&ids).await?;
        let judge = self.judge(actor).await?;
        let (mut seen, mut reasons) = (Vec::new(), Vec::new());
        for stored in tokens {
            match allowed(&judge, ability(&stored.token)).await? {
                Allowed::Unseen => continue,
                Allowed::Not(lacking) => reasons.push(Some(WhyStuck::Forbidden(lacking))),
                Allowed::Yes => reasons.push(self.why_stuck(&stored, to, now)),
            }
            asked.remove(&stored.token.id);
            seen.push(stored);
        }
        let missing = ids.into_iter().filter(|id| asked.contains(id)).collect();
        let mut preview =
            MovePreview { movable: Vec::new(), stuck: Vec::new(), missing, people: 0 };
        for (row, why) in self.rows(seen, now).await?.into_iter().zip(reasons) {
            match why {
                None => preview.movable.push(row),
                Some(why) => preview.stuck.push(Stuck { row, why }),
            }
        }
        let owners = preview.movable.iter().map(|row| &row.view.token.owner);
        let owners: HashSet<&PersonKey> = owners.collect();
        preview.people = u64::try_from(owners.len()).unwrap_or(u64::MAX);
        Ok(preview)
    }

    fn why_stuck(
        &self,
        stored: &StoredToken,
        to: TokenState,
        now: gatepass_model::Timestamp,
    ) -> Option<WhyStuck> {
        let from = stored.token.state_at(now);
        if from == to {
            return Some(WhyStuck::Already);
        }
        if check_move(from, to).is_err() {
            return Some(match (from, to) {
                (TokenState::Pending, TokenState::Active) => WhyStuck::WaitsForApproval,
                _ => WhyStuck::Illegal { from },
            });
        }
        self.check_genuine(stored, to).is_err().then_some(WhyStuck::NotGenuine)
    }
}

enum Allowed {
    Yes,
    Not(Lacking),
    Unseen,
}

async fn allowed(judge: &Judge<'_>, ability: Ability<'_>) -> Result<Allowed, ControlError> {
    match judge.authorise_for_token(ability).await {
        Ok(()) => Ok(Allowed::Yes),
        Err(ControlError::Forbidden { lacking, .. }) => Ok(Allowed::Not(lacking)),
        Err(ControlError::NotFound(_)) => Ok(Allowed::Unseen),
        Err(error) => Err(error),
    }
}
