//! When tokens were used last, which stands in another store than the tokens.

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_model::{Lifetime, Timestamp, TokenId};

use super::UsedFilter;
use crate::control::Control;
use crate::error::ControlError;

/// For how long last uses that were read are taken for those of now.
const FRESH: Lifetime = Lifetime::from_seconds(60);

pub(super) type Uses = HashMap<TokenId, Timestamp>;

/// When each token was used last, as it was read lately. Some 50 bytes a token.
#[derive(Debug, Default)]
pub(crate) struct LastUses(tokio::sync::Mutex<Option<(Timestamp, Arc<Uses>)>>);

impl Control {
    /// When each token was used last: as it is, or was a minute ago at most.
    pub(super) async fn last_uses(&self) -> Result<Arc<Uses>, ControlError> {
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
}

/// A token that was made yesterday has not been unused for a week.
pub(super) fn is_unused(
    used: UsedFilter,
    id: TokenId,
    last: Option<&Timestamp>,
    now: Timestamp,
) -> bool {
    match used {
        UsedFilter::Never => last.is_none(),
        UsedFilter::NotFor(time) => {
            let since = last.copied().unwrap_or_else(|| id.made_at());
            since < now.minus(time)
        }
    }
}
