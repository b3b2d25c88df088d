//! All tokens, with what is needed to count and sort them, kept in memory from one search to the
//! next and brought up to date by the changes since: to read 100,000 of them takes 200 ms.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
pub(crate) struct Roll(tokio::sync::Mutex<Option<Arc<Known>>>);

/// All tokens, as they are after a change.
#[derive(Clone, Debug)]
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

    /// These, as they are at `now`.
    fn these<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a TokenId>,
        now: Timestamp,
    ) -> Vec<Candidate> {
        // One that was made meanwhile is not known yet.
        let find = |id| self.tokens.binary_search_by_key(id, |known| known.id).ok();
        let places = ids.into_iter().filter_map(find);
        places.filter_map(|place| self.tokens.get(place)).map(|known| at(known, now)).collect()
    }

    fn all(&self, search: &TokenSearch) -> Vec<Candidate> {
        let at = |known: &Candidate| at(known, search.now);
        if search.descending {
            self.tokens.iter().rev().map(at).collect()
        } else {
            self.tokens.iter().map(at).collect()
        }
    }
}

/// So many tokens are told by their last use.
fn most() -> u32 {
    u32::try_from(LAST_USES).unwrap_or(u32::MAX)
}

fn at(known: &Candidate, now: Timestamp) -> Candidate {
    Candidate { state: state_at(known.state, known.ends_at, now), ..*known }
}

impl Control {
    /// All that is looked for, whatever its state, and how many tokens there are; at most
    /// [`LAST_USES`].
    pub(super) async fn candidates(
        &self,
        search: &TokenSearch,
    ) -> Result<(Vec<Candidate>, u64), ControlError> {
        let known = self.known(search.now).await?;
        let tokens = if is_for_all(search) {
            known.all(search)
        } else {
            known.these(&self.store.search_handles(search, most()).await?, search.now)
        };
        Ok((tokens, known.tokens.len() as u64))
    }

    async fn known(&self, now: Timestamp) -> Result<Arc<Known>, ControlError> {
        // Held while reading: whoever comes meanwhile wants the same.
        let mut kept = self.roll.0.lock().await;
        let followed = match kept.take() {
            Some(known) => self.follow(known, now).await?,
            None => None,
        };
        let known = match followed {
            Some(known) => known,
            None => self.read_all(now).await?.into(),
        };
        Ok(Arc::clone(kept.insert(known)))
    }

    async fn read_all(&self, now: Timestamp) -> Result<Known, ControlError> {
        // First: what changes while they are read is read again.
        let seen = self.store.revision().await?;
        let Candidates { tokens, owners } = self.store.candidates(now, most()).await?;
        Ok(Known { seen, tokens, owners: owners.into_iter().zip(0..).collect() })
    }

    /// With what was changed since; `None` where all must be read anew.
    async fn follow(
        &self,
        known: Arc<Known>,
        now: Timestamp,
    ) -> Result<Option<Arc<Known>>, ControlError> {
        let mut ids: HashSet<TokenId> = HashSet::new();
        let mut seen = known.seen;
        loop {
            let changes = match self.store.changes_after(seen, CHANGES).await? {
                Changes::TooOld => return Ok(None),
                Changes::Since(changes) => changes,
            };
            let Some(last) = changes.last() else { break };
            seen = last.revision;
            ids.extend(changes.into_iter().filter_map(|change| match change.changed {
                Changed::Token(id) => Some(id),
                Changed::Policy | Changed::Credential(..) | Changed::People(_) => None,
            }));
            if ids.len() > FEW {
                return Ok(None);
            }
        }
        if seen == known.seen {
            return Ok(Some(known));
        }
        // A copy, where somebody still counts the old one.
        let mut changed = Arc::unwrap_or_clone(known);
        changed.seen = seen;
        let ids: Vec<TokenId> = ids.into_iter().collect();
        match self.store.find_tokens(&ids).await {
            Ok(tokens) => tokens.iter().for_each(|stored| changed.put(&stored.token, now)),
            // Lists by last use have always done without more than handle, state and end.
            Err(StoreError::Corrupt(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(Arc::new(changed)))
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
