//! Filter and sort by last use, which stands in another store than the tokens: what is looked for
//! in one is joined in memory with what the other one tells.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gatepass_model::{Lifetime, Timestamp, TokenId};
use gatepass_store::activity::LAST_USES;
use gatepass_store::{Candidate, StateCounts, TokenSearch, TokensFound};

use super::{TokenQuery, TokenSortBy, UsedFilter, counted, last_page, offset};
use crate::control::Control;
use crate::error::ControlError;

/// For how long last uses that were read are taken for those of now.
const FRESH: Lifetime = Lifetime::from_seconds(60);

type Uses = HashMap<TokenId, Timestamp>;

/// When each token was used last, as it was read lately. Some 50 bytes a token.
#[derive(Debug, Default)]
pub(crate) struct LastUses(tokio::sync::Mutex<Option<(Timestamp, Arc<Uses>)>>);

impl Control {
    /// When each token was used last: as it is, or was a minute ago at most.
    async fn last_uses(&self) -> Result<Arc<Uses>, ControlError> {
        let unavailable = |words: String| ControlError::ActivityUnavailable(words);
        let activity = self
            .activity
            .as_ref()
            .ok_or_else(|| unavailable("what was done with tokens is not read here".to_owned()))?;
        // Held while reading: whoever comes meanwhile wants the same.
        let mut kept = self.last_uses.0.lock().await;
        let now = self.clock.now();
        if let Some((read_at, uses)) = kept.as_ref()
            && *read_at <= now
            && now.since(*read_at) < FRESH
        {
            return Ok(Arc::clone(uses));
        }
        // First, so that there are not two of them.
        *kept = None;
        let uses =
            activity.all_last_uses().await.map_err(|error| unavailable(error.to_string()))?;
        let uses: Arc<Uses> = Arc::new(uses.into_iter().collect());
        *kept = Some((now, Arc::clone(&uses)));
        Ok(uses)
    }

    /// A page of what `query` means, and its number.
    pub(super) async fn search_by_use(
        &self,
        query: &TokenQuery,
        search: &TokenSearch,
        page_size: u32,
    ) -> Result<(TokensFound, u32), ControlError> {
        let uses = self.last_uses().await?;
        let (mut tokens, total) = self.candidates(search).await?;
        if tokens.len() >= LAST_USES {
            let words = format!("{LAST_USES} tokens are too many to be told by their last use");
            return Err(ControlError::ActivityUnavailable(words));
        }
        if let Some(used) = query.used {
            tokens.retain(|one| is_unused(used, one.id, uses.get(&one.id), search.now));
        }
        let mut states = StateCounts::default();
        for one in &tokens {
            states.add(one.state, 1);
        }
        tokens.retain(|one| search.state.is_none_or(|state| one.state == state));
        let people: HashSet<u32> = tokens.iter().map(|one| one.owner).collect();
        let found = counted(&states, search.state);
        let page = query.page.clamp(1, last_page(found, page_size));
        let before = usize::try_from(offset(page, page_size)).unwrap_or(usize::MAX);
        let ids: Vec<TokenId> = if query.sort == TokenSortBy::LastUsed {
            by_use(&tokens, &uses, query.descending, (before, page_size as usize))
        } else {
            tokens.iter().skip(before).take(page_size as usize).map(|one| one.id).collect()
        };
        let tokens = self.tokens_in_order(&ids).await?;
        let people = u64::try_from(people.len()).unwrap_or(u64::MAX);
        Ok((TokensFound { tokens, found, people, states, total }, page))
    }
}

/// A token that was made yesterday has not been unused for a week.
fn is_unused(used: UsedFilter, id: TokenId, last: Option<&Timestamp>, now: Timestamp) -> bool {
    match used {
        UsedFilter::Never => last.is_none(),
        UsedFilter::NotFor(time) => {
            let since = last.copied().unwrap_or_else(|| id.made_at());
            since < now.minus(time)
        }
    }
}

/// So many from that place on, by their last use: those that never were used first, and of those
/// that are alike the oldest; or all the other way round. Only these are sorted.
fn by_use(
    tokens: &[Candidate],
    uses: &Uses,
    descending: bool,
    (before, count): (usize, usize),
) -> Vec<TokenId> {
    let key = |one: &Candidate| (uses.get(&one.id).copied(), one.id);
    let mut keys: Vec<(Option<Timestamp>, TokenId)> = tokens.iter().map(key).collect();
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
