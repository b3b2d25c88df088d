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
        let most = u32::try_from(LAST_USES).unwrap_or(u32::MAX);
        let candidates = self.store.search_candidates(search, most).await?;
        let (mut tokens, total) = (candidates.tokens, candidates.total);
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
        if query.sort == TokenSortBy::LastUsed {
            sort_by_use(&mut tokens, &uses, query.descending);
        }
        let found = counted(&states, search.state);
        let page = query.page.clamp(1, last_page(found, page_size));
        let before = usize::try_from(offset(page, page_size)).unwrap_or(usize::MAX);
        let page_of = tokens.iter().skip(before).take(page_size as usize);
        let ids: Vec<TokenId> = page_of.map(|one| one.id).collect();
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

/// Those that never were used first, and of those that are alike the oldest.
fn sort_by_use(tokens: &mut [Candidate], uses: &Uses, descending: bool) {
    tokens.sort_by_cached_key(|one| (uses.get(&one.id).copied(), one.id));
    if descending {
        tokens.reverse();
    }
}
