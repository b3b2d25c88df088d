//! Show one token, and what was done with it.

use gatepass_model::{
    Actor, InstanceName, Lifetime, Reason, Timestamp, Token, TokenId, TokenState,
};
use gatepass_store::activity::{RecentRequest, TokenUsage};

use super::row::reason_of;
use super::view::TokenView;
use crate::authorise::{Ability, Judge};
use crate::control::Control;
use crate::error::{ControlError, Violation};
use crate::native::NativeStanding;
use crate::roster::{actor_name, display_name};
use crate::words;

/// For how long back usage is summed up.
const USAGE_SPAN: Lifetime = Lifetime::from_days(30);
const DAYS: u32 = 30;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// A token and what was done with it.
#[derive(Clone, Debug)]
pub struct TokenShown {
    /// The token.
    pub token: TokenView,
    /// What it may do, in plain words.
    pub in_words: String,
    /// What was done with it in the last 30 days, and its last use ever; `None` when the
    /// activity can't be read.
    pub usage: Option<TokenUsage>,
    /// Its newest requests, newest first.
    pub recent: Vec<RecentRequest>,
    /// The last 30 days of UTC, the oldest first, today the last; a day without requests is there
    /// too. Empty when the activity can't be read.
    pub days: Vec<DayUse>,
    /// Refusals of the last 30 days by reason, the most frequent first, as far as this version
    /// knows the reasons.
    pub refusals: Vec<(Reason, u64)>,
    /// What of the policy in force it does not keep to, while it lives.
    pub broken: Vec<Violation>,
    /// How its owner stands at each of its instances that needs a native token of his.
    pub identity: Vec<(InstanceName, NativeStanding)>,
    /// What who is looking may do with it now.
    pub may: MayDo,
    /// What people call its owner; his username where no directory knows him any more.
    pub owner_name: String,
    /// What people call who made it, if that was a person.
    pub creator_name: Option<String>,
    /// The instances that it comes to, as people call them.
    pub places: Vec<String>,
}

/// A day of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayUse {
    /// Its first moment.
    pub start: Timestamp,
    /// Requests that were forwarded.
    pub done: u64,
    /// Requests that the gate refused.
    pub refused: u64,
}

/// What somebody may do with a token, as it is and as he is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MayDo {
    /// Stop it for now.
    pub suspend: bool,
    /// Let it work again.
    pub resume: bool,
    /// End it for good.
    pub revoke: bool,
    /// Get a new secret for it.
    pub renew: bool,
}

impl Control {
    /// A token by its handle, with at most `recent` of its newest requests. Activity that can't
    /// be read is left out: it stands in a store of its own.
    pub async fn show_token(
        &self,
        actor: &Actor,
        id: TokenId,
        recent: u32,
    ) -> Result<TokenShown, ControlError> {
        let now = self.clock.now();
        let stored = self.stored_token(id).await?;
        let judge = self.judge(actor).await?;
        judge.authorise_for_token(Ability::LookAt(&stored.token)).await?;
        let roster = self.roster_of(std::slice::from_ref(&stored)).await?;
        let view = self.view(stored, now);
        let token = &view.token;
        let mut shown = TokenShown {
            in_words: words::describe_token(token, &self.instances),
            usage: None,
            recent: Vec::new(),
            days: Vec::new(),
            refusals: Vec::new(),
            broken: self.broken_by(token).await?,
            identity: self.identity_of(token).await?,
            may: may_do(&judge, &view).await?,
            owner_name: display_name(&roster, &token.owner),
            creator_name: actor_name(&roster, &token.creator),
            places: words::places(&token.grant, &token.owner.directory, &self.instances),
            token: view,
        };
        self.add_activity(&mut shown, recent, now).await;
        Ok(shown)
    }

    async fn add_activity(&self, shown: &mut TokenShown, recent: u32, now: Timestamp) {
        let Some(activity) = &self.activity else { return };
        let id = shown.token.token.id;
        let usage = activity.usage_of_token(id, now.minus(USAGE_SPAN)).await;
        let requests = activity.recent_requests(id, recent).await;
        match (usage, requests) {
            (Ok(usage), Ok(requests)) => {
                shown.days = days(&usage, now);
                let known = |(name, count): &(String, u64)| Some((reason_of(name)?, *count));
                shown.refusals = usage.refusals.iter().filter_map(known).collect();
                shown.usage = Some(usage);
                shown.recent = requests;
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "the activity of a token can't be read");
            }
        }
    }

    async fn identity_of(
        &self,
        token: &Token,
    ) -> Result<Vec<(InstanceName, NativeStanding)>, ControlError> {
        let mut standing = self.native_standing(&token.owner).await?;
        let names = &token.grant.instances;
        standing.retain(|(instance, _)| names.is_empty() || names.contains(instance));
        Ok(standing)
    }
}

/// A row that is not genuine can be revoked, and nothing else.
async fn may_do(judge: &Judge<'_>, view: &TokenView) -> Result<MayDo, ControlError> {
    let (token, state) = (&view.token, view.state);
    let is = |wanted: &[TokenState]| view.is_genuine && wanted.contains(&state);
    let may_end = may(judge, Ability::End(token)).await?;
    Ok(MayDo {
        suspend: may_end && is(&[TokenState::Active]),
        revoke: may_end && state != TokenState::Revoked,
        resume: is(&[TokenState::Suspended]) && may(judge, Ability::Resume(token)).await?,
        renew: is(&[TokenState::Active, TokenState::Suspended])
            && may(judge, Ability::Renew(token)).await?,
    })
}

async fn may(judge: &Judge<'_>, ability: Ability<'_>) -> Result<bool, ControlError> {
    match judge.authorise(ability).await {
        Ok(()) => Ok(true),
        Err(ControlError::Forbidden { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The last days until that of `now`.
fn days(usage: &TokenUsage, now: Timestamp) -> Vec<DayUse> {
    let today = now.as_millis().div_euclid(MILLIS_PER_DAY);
    let first = today - i64::from(DAYS) + 1;
    let mut days: Vec<DayUse> = (first..=today)
        .map(|day| DayUse {
            start: Timestamp::from_millis(day * MILLIS_PER_DAY),
            done: 0,
            refused: 0,
        })
        .collect();
    for hour in &usage.hours {
        let day = hour.hour.start().as_millis().div_euclid(MILLIS_PER_DAY) - first;
        let Some(day) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) else {
            continue;
        };
        day.done += hour.counts.requests.saturating_sub(hour.counts.refused);
        day.refused += hour.counts.refused;
    }
    days
}
