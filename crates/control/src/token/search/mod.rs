//! Look for tokens among those of everybody.

mod known;
mod memory;
mod query;
mod roll;
mod text;
mod used;

use std::collections::HashMap;

use gatepass_model::{Actor, PersonKey, TokenId, TokenState};
use gatepass_store::{
    FoundPage, InstanceFilter, SortKey, StateCounts, StoredToken, TokenSearch, TokensFound,
};

pub(crate) use roll::Roll;
pub(crate) use used::LastUses;

pub use query::{EndsFilter, TokenQuery, TokenSortBy, UsedFilter};

use super::row::TokenRow;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// Most integrations that are suggested.
const SUGGESTED: u32 = 100;
/// Most tokens of one owner that are listed.
const MOST_OWN: u32 = 1000;

/// A page of the tokens that were looked for.
#[derive(Clone, Debug)]
pub struct TokensFoundView {
    /// This page of them.
    pub rows: Vec<TokenRow>,
    /// How many there are on all pages.
    pub found: u64,
    /// How many people own those.
    pub people: u64,
    /// How many there are in each state, whatever state was asked for.
    pub states: Vec<(TokenState, u64)>,
    /// How many tokens there are at all.
    pub total: u64,
    /// Which page it is, from 1 on: the last one where a later one was asked for.
    pub page: u32,
    /// How many are on a page.
    pub page_size: u32,
}

impl Control {
    /// A page of the tokens of everybody that `query` means. `ActivityUnavailable` when it asks
    /// for their last use and that can't be told.
    pub async fn search_tokens(
        &self,
        actor: &Actor,
        query: &TokenQuery,
    ) -> Result<TokensFoundView, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let now = self.clock.now();
        let search = self.search_of(query, now);
        let page_size = query.page_size.clamp(1, 1000);
        let (found, page) = self.page_of(query, &search, page_size).await?;
        Ok(TokensFoundView {
            found: found.found,
            people: found.people,
            states: found.states.iter().collect(),
            total: found.total,
            rows: self.rows(found.tokens, now).await?,
            page,
            page_size,
        })
    }

    async fn page_of(
        &self,
        query: &TokenQuery,
        search: &TokenSearch,
        page_size: u32,
    ) -> Result<(TokensFound, u32), ControlError> {
        match self.search_in_memory(query, search, page_size).await? {
            Some(found) => Ok(found),
            None => self.search_in_store(search, query.page.max(1), page_size).await,
        }
    }

    async fn search_in_store(
        &self,
        search: &TokenSearch,
        page: u32,
        page_size: u32,
    ) -> Result<(TokensFound, u32), ControlError> {
        let of = |page: u32| FoundPage { offset: offset(page, page_size), limit: page_size };
        let found = self.store.search_tokens(search, of(page)).await?;
        let last = last_page(found.found, page_size);
        if page <= last {
            return Ok((found, page));
        }
        // Some are gone, or somebody wrote the address by hand.
        Ok((self.store.search_tokens(search, of(last)).await?, last))
    }

    /// The tokens that act as `owner`, the newest first; at most 1,000.
    pub async fn own_tokens(
        &self,
        actor: &Actor,
        owner: &PersonKey,
    ) -> Result<Vec<TokenRow>, ControlError> {
        self.authorise(actor, Ability::LookAtThoseOf(owner)).await?;
        let now = self.clock.now();
        let search = TokenSearch {
            owner: Some(owner.username.folded().to_owned()),
            directory: Some(owner.directory.clone()),
            descending: true,
            ..TokenSearch::all(now)
        };
        let page = FoundPage { offset: 0, limit: MOST_OWN };
        let found = self.store.search_tokens(&search, page).await?;
        self.rows(found.tokens, now).await
    }

    /// The names of integrations that there are tokens for, in order; at most 100.
    pub async fn integrations(&self, actor: &Actor) -> Result<Vec<String>, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        Ok(self.store.integrations(SUGGESTED).await?)
    }

    fn search_of(&self, query: &TokenQuery, now: gatepass_model::Timestamp) -> TokenSearch {
        let instance = query.instance.as_ref().map(|name| InstanceFilter {
            instance: name.clone(),
            directory: self.find_instance(name).map(|known| known.instance.directory.clone()),
        });
        TokenSearch {
            text: query.text.clone(),
            owner: query.owner.clone(),
            directory: None,
            integration: query.integration.clone(),
            state: query.state,
            access: query.access,
            instance,
            end: query.ends.map(|ends| ends.at(now)),
            sort: match query.sort {
                TokenSortBy::Name => SortKey::Name,
                TokenSortBy::Owner => SortKey::Owner,
                TokenSortBy::Created | TokenSortBy::LastUsed => SortKey::Created,
                TokenSortBy::Expires => SortKey::End,
            },
            descending: query.descending,
            now,
        }
    }

    /// These tokens, in this order; those that have gone meanwhile are left out.
    pub(super) async fn tokens_in_order(
        &self,
        ids: &[TokenId],
    ) -> Result<Vec<StoredToken>, ControlError> {
        let places: HashMap<TokenId, usize> = ids.iter().copied().zip(0..).collect();
        let mut tokens = self.store.find_tokens(ids).await?;
        tokens.sort_by_key(|stored| places.get(&stored.token.id).copied());
        Ok(tokens)
    }
}

fn offset(page: u32, page_size: u32) -> u64 {
    u64::from(page.saturating_sub(1)).saturating_mul(page_size.into())
}

/// The number of the last page; there is always a first one.
fn last_page(found: u64, page_size: u32) -> u32 {
    u32::try_from(found.div_ceil(page_size.into()).max(1)).unwrap_or(u32::MAX)
}

/// What was counted, with the state that was asked for.
fn counted(states: &StateCounts, state: Option<TokenState>) -> u64 {
    state.map_or_else(|| states.total(), |state| states.of(state))
}
