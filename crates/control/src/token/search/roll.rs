//! All tokens, with what is needed to count and sort them, kept in memory from one search to the
//! next and brought up to date by the changes since: to read 100,000 of them takes 200 ms.

use std::collections::{HashMap, HashSet};

use gatepass_model::token::state_at;
use gatepass_model::{Timestamp, Token, TokenId};
use gatepass_store::activity::LAST_USES;
use gatepass_store::{
    Candidate, Candidates, Changed, Changes, Revision, SortKey, StoreError, TokenSearch,
};

use crate::control::Control;
use crate::error::ControlError;

/// So many changed tokens are looked up, before it is quicker to read all.
const FEW: usize = 1000;
/// Changes that are read at once.
const CHANGES: u32 = 1000;

/// What is kept, some 50 bytes a token; nothing before somebody has searched.
#[derive(Debug, Default)]
pub(crate) struct Roll(tokio::sync::Mutex<Option<Known>>);

/// All tokens, as they are after a change.
#[derive(Debug)]
struct Known {
    seen: Revision,
    /// In the order of their handles.
    tokens: Vec<Candidate>,
    owners: HashMap<String, u32>,
}

impl Known {
    fn put(&mut self, token: &Token, now: Timestamp) {
        let (state, ends_at) = (token.state_at(now), token.expires_at);
        match self.tokens.binary_search_by_key(&token.id, |known| known.id) {
            // An owner stays who he is.
            Ok(place) => {
                if let Some(known) = self.tokens.get_mut(place) {
                    *known = Candidate { state, ends_at, ..*known };
                }
            }
            Err(place) => {
                let next = u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
                let (directory, name) = (&token.owner.directory, token.owner.username.folded());
                let owner = *self.owners.entry(format!("{directory} {name}")).or_insert(next);
                self.tokens.insert(place, Candidate { id: token.id, state, ends_at, owner });
            }
        }
    }

    fn at(&self, search: &TokenSearch) -> Candidates {
        let at = |known: &Candidate| Candidate {
            state: state_at(known.state, known.ends_at, search.now),
            ..*known
        };
        let tokens = if search.descending {
            self.tokens.iter().rev().map(at).collect()
        } else {
            self.tokens.iter().map(at).collect()
        };
        Candidates { total: self.tokens.len() as u64, tokens, owners: Vec::new() }
    }
}

impl Control {
    /// All that is looked for, whatever its state; at most [`LAST_USES`].
    pub(super) async fn candidates(
        &self,
        search: &TokenSearch,
    ) -> Result<Candidates, ControlError> {
        if !is_for_all(search) {
            return self.stored_candidates(search).await;
        }
        // Held while reading: whoever comes meanwhile wants the same.
        let mut kept = self.roll.0.lock().await;
        let followed = match kept.take() {
            Some(known) => self.follow(known, search.now).await?,
            None => None,
        };
        let known = match followed {
            Some(known) => known,
            None => self.read_all(search.now).await?,
        };
        Ok(kept.insert(known).at(search))
    }

    async fn stored_candidates(&self, search: &TokenSearch) -> Result<Candidates, ControlError> {
        let most = u32::try_from(LAST_USES).unwrap_or(u32::MAX);
        Ok(self.store.search_candidates(search, most).await?)
    }

    async fn read_all(&self, now: Timestamp) -> Result<Known, ControlError> {
        // First: what changes while they are read is read again.
        let seen = self.store.revision().await?;
        let Candidates { tokens, owners, .. } =
            self.stored_candidates(&TokenSearch::all(now)).await?;
        Ok(Known { seen, tokens, owners: owners.into_iter().zip(0..).collect() })
    }

    /// With what was changed since; `None` where all must be read anew.
    async fn follow(
        &self,
        mut known: Known,
        now: Timestamp,
    ) -> Result<Option<Known>, ControlError> {
        let mut ids: HashSet<TokenId> = HashSet::new();
        loop {
            let changes = match self.store.changes_after(known.seen, CHANGES).await? {
                Changes::TooOld => return Ok(None),
                Changes::Since(changes) => changes,
            };
            let Some(last) = changes.last() else { break };
            known.seen = last.revision;
            ids.extend(changes.into_iter().filter_map(|change| match change.changed {
                Changed::Token(id) => Some(id),
                Changed::Policy | Changed::Credential(..) | Changed::People(_) => None,
            }));
            if ids.len() > FEW {
                return Ok(None);
            }
        }
        let ids: Vec<TokenId> = ids.into_iter().collect();
        match self.store.find_tokens(&ids).await {
            Ok(tokens) => tokens.iter().for_each(|stored| known.put(&stored.token, now)),
            // Lists by last use have always done without more than handle, state and end.
            Err(StoreError::Corrupt(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(known))
    }
}

/// Whether nothing is asked but a state, and the order is that of handles.
fn is_for_all(search: &TokenSearch) -> bool {
    let TokenSearch { text, owner, directory, integration, access, instance, end, .. } = search;
    let narrows = text.is_some()
        || owner.is_some()
        || directory.is_some()
        || integration.is_some()
        || access.is_some()
        || instance.is_some()
        || end.is_some();
    !narrows && search.sort == SortKey::Created
}
