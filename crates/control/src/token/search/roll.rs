//! All tokens, with what is needed to find, count and sort them, kept in memory from one search to
//! the next and brought up to date by the changes since: to read 100,000 of them takes 400 ms.

use std::sync::Arc;

use gatepass_model::{Timestamp, TokenId};
use gatepass_store::activity::LAST_USES;
use gatepass_store::{Revision, StoreError};

use super::known::Known;
use crate::changed::ChangedSince;
use crate::control::Control;
use crate::error::ControlError;

/// So many changed tokens are looked up, before it is quicker to read all.
const FEW: usize = 1000;

/// So many bytes of names and texts are kept: those of half a million tokens, as a rule. Purposes
/// may be long, and a gate needs its memory for requests; where there is more, the store looks for
/// texts.
const MOST_TEXT: u32 = 64 << 20;

/// What is kept, some 250 bytes a token; nothing before somebody has searched.
#[derive(Debug)]
pub(crate) struct Roll {
    most_text: u32,
    kept: tokio::sync::Mutex<Option<(Revision, Arc<Known>)>>,
}

impl Default for Roll {
    fn default() -> Self {
        Self::with_most_text(MOST_TEXT)
    }
}

impl Roll {
    pub(crate) fn with_most_text(most_text: u32) -> Self {
        Self { most_text, kept: tokio::sync::Mutex::default() }
    }
}

/// So many tokens are kept at most.
fn most() -> u32 {
    u32::try_from(LAST_USES).unwrap_or(u32::MAX)
}

impl Control {
    /// All tokens as they are. Who gets [`LAST_USES`] may not have got all.
    pub(super) async fn known_tokens(&self, now: Timestamp) -> Result<Arc<Known>, ControlError> {
        // Held while reading: whoever comes meanwhile wants the same.
        let mut kept = self.roll.kept.lock().await;
        let followed = match kept.take() {
            Some((seen, known)) => self.follow(seen, known, now).await?,
            None => None,
        };
        let (_, known) = kept.insert(match followed {
            Some(followed) => followed,
            None => self.read_all(now).await?,
        });
        Ok(Arc::clone(known))
    }

    async fn read_all(&self, now: Timestamp) -> Result<(Revision, Arc<Known>), ControlError> {
        // First: what changes while they are read is read again.
        let seen = self.store.revision().await?;
        let known = Known::new(self.store.candidates(now, most(), self.roll.most_text).await?);
        Ok((seen, Arc::new(known)))
    }

    /// With what was changed after `seen`; `None` where all must be read anew.
    async fn follow(
        &self,
        seen: Revision,
        known: Arc<Known>,
        now: Timestamp,
    ) -> Result<Option<(Revision, Arc<Known>)>, ControlError> {
        let Some(ChangedSince { seen, tokens, .. }) = self.changed_since(seen, FEW).await? else {
            return Ok(None);
        };
        if tokens.is_empty() {
            return Ok(Some((seen, known)));
        }
        // A copy, where somebody still counts the old one.
        let mut changed = Arc::unwrap_or_clone(known);
        let ids: Vec<TokenId> = tokens.into_iter().collect();
        match self.store.find_tokens(&ids).await {
            Ok(tokens) => tokens.iter().for_each(|stored| changed.put(&stored.token, now)),
            // Less of each is looked at where all are read.
            Err(StoreError::Corrupt(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        if changed.is_worn(self.roll.most_text) {
            return Ok(None);
        }
        Ok(Some((seen, Arc::new(changed))))
    }
}
