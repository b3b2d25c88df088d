//! Searches in memory: what is known of all tokens, joined with their last uses.

use std::sync::Arc;

use gatepass_model::TokenId;
use gatepass_store::activity::LAST_USES;
use gatepass_store::{Candidate, StateCounts, StoreError, TokenSearch, TokensFound};

use super::known::Known;
use super::used::{Uses, is_unused};
use super::{TokenQuery, TokenSortBy, counted, last_page, offset};
use crate::control::Control;
use crate::error::ControlError;

/// What a page is cut from.
struct Found {
    known: Arc<Known>,
    uses: Option<Arc<Uses>>,
    /// In the state that is asked for.
    tokens: Vec<Candidate>,
    states: StateCounts,
    /// Whether the store has told them, in the order that is asked for.
    are_of_store: bool,
}

impl Control {
    /// A page of what `query` means, and its number. `None` where not all can be kept in memory; by
    /// last use that is an error, for nothing else knows it.
    pub(super) async fn search_in_memory(
        &self,
        query: &TokenQuery,
        search: &TokenSearch,
        page_size: u32,
    ) -> Result<Option<(TokensFound, u32)>, ControlError> {
        let asks_use = query.used.is_some() || query.sort == TokenSortBy::LastUsed;
        let uses = if asks_use { Some(self.last_uses().await?) } else { None };
        let known = match self.known_tokens(search.now).await {
            // Another page may not have the token that can't be read.
            Err(ControlError::StoreUnavailable(StoreError::Corrupt(_))) if !asks_use => {
                return Ok(None);
            }
            known => known?,
        };
        if known.len() >= LAST_USES {
            let words = format!("{LAST_USES} tokens are too many to be told by their last use");
            return if asks_use { Err(ControlError::ActivityUnavailable(words)) } else { Ok(None) };
        }
        if !asks_use && !known.can_tell(search) {
            return Ok(None);
        }
        let found = self.found(known, uses, query, search).await?;
        let count = counted(&found.states, search.state);
        let page = query.page.clamp(1, last_page(count, page_size));
        let before = usize::try_from(offset(page, page_size)).unwrap_or(usize::MAX);
        let ids = found.page(query, (before, page_size as usize));
        let (total, people, states) = (found.known.len() as u64, found.people(), found.states);
        // Who follows a change meanwhile need not copy what is counted no more.
        drop(found);
        let tokens = self.tokens_in_order(&ids).await?;
        Ok(Some((TokensFound { tokens, found: count, people, states, total }, page)))
    }

    async fn found(
        &self,
        known: Arc<Known>,
        uses: Option<Arc<Uses>>,
        query: &TokenQuery,
        search: &TokenSearch,
    ) -> Result<Found, ControlError> {
        let are_of_store = !known.can_tell(search);
        let mut tokens = if are_of_store {
            let most = u32::try_from(LAST_USES).unwrap_or(u32::MAX);
            known.these(&self.store.search_handles(search, most).await?, search.now)
        } else {
            known.found(search)
        };
        if let Some((used, uses)) = query.used.zip(uses.as_ref()) {
            tokens.retain(|one| is_unused(used, one.id, uses.get(&one.id), search.now));
        }
        let mut states = StateCounts::default();
        for one in &tokens {
            states.add(one.state, 1);
        }
        tokens.retain(|one| search.state.is_none_or(|state| one.state == state));
        Ok(Found { known, uses, tokens, states, are_of_store })
    }
}

impl Found {
    /// How many people own them.
    fn people(&self) -> u64 {
        let mut is_owner = vec![false; self.known.people()];
        let mut people = 0;
        for one in &self.tokens {
            if let Some(is_known) = is_owner.get_mut(one.owner as usize)
                && !std::mem::replace(is_known, true)
            {
                people += 1;
            }
        }
        people
    }

    /// So many of them from that place on, in the order that is asked for.
    fn page(&self, query: &TokenQuery, (before, count): (usize, usize)) -> Vec<TokenId> {
        let cut = (before, count);
        match query.sort {
            TokenSortBy::LastUsed => {
                let last = |one: &Candidate| self.uses.as_ref()?.get(&one.id).copied();
                // Those that never were used first, and of those that are alike the oldest.
                sorted(&self.tokens, last, query.descending, cut)
            }
            TokenSortBy::Expires if !self.are_of_store => {
                let end = |one: &Candidate| (one.ends_at.is_none(), one.ends_at);
                sorted(&self.tokens, end, query.descending, cut)
            }
            TokenSortBy::Owner if !self.are_of_store => {
                let ranks = self.known.ranks();
                let rank = |one: &Candidate| ranks.get(one.owner as usize).copied();
                sorted(&self.tokens, rank, query.descending, cut)
            }
            TokenSortBy::Name
            | TokenSortBy::Owner
            | TokenSortBy::Created
            | TokenSortBy::Expires => {
                self.tokens.iter().skip(before).take(count).map(|one| one.id).collect()
            }
        }
    }
}

/// So many from that place on, by this key and then by their handles, or the other way round. Only
/// these are sorted.
fn sorted<K: Ord>(
    tokens: &[Candidate],
    key: impl Fn(&Candidate) -> K,
    descending: bool,
    (before, count): (usize, usize),
) -> Vec<TokenId> {
    let mut keys: Vec<(K, TokenId)> = tokens.iter().map(|one| (key(one), one.id)).collect();
    let (before, count) = (before.min(keys.len()), count.min(keys.len().saturating_sub(before)));
    // In ascending order the part begins here.
    let begin = if descending { keys.len() - before - count } else { before };
    let Some(part) = part_in_order(&mut keys, begin, count) else { return Vec::new() };
    let ids = part.iter().map(|(_, id)| *id);
    if descending { ids.rev().collect() } else { ids.collect() }
}

/// What would stand at these places if all were sorted.
fn part_in_order<T: Ord>(all: &mut [T], begin: usize, count: usize) -> Option<&mut [T]> {
    if count == 0 {
        return None;
    }
    if begin > 0 {
        all.select_nth_unstable(begin);
    }
    let rest = all.get_mut(begin..)?;
    if count < rest.len() {
        rest.select_nth_unstable(count);
    }
    let part = rest.get_mut(..count)?;
    part.sort_unstable();
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_that_of_the_whole_in_order() {
        let all: Vec<u32> = (0..100_u32).map(|number| number * 37 % 101).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        for (begin, count) in [(0, 100), (0, 1), (7, 50), (99, 1), (50, 50)] {
            let mut mixed = all.clone();
            let part = part_in_order(&mut mixed, begin, count).unwrap();
            assert_eq!(part, &sorted[begin..begin + count]);
        }
        assert_eq!(part_in_order(&mut [1], 0, 0), None);
    }
}
