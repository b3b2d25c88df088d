//! What was changed since something was read, for whatever is kept in memory.

use std::collections::{BTreeMap, HashSet};

use gatepass_model::{DirectoryName, TokenId};
use gatepass_store::{Changed, Changes, Revision};

use crate::control::Control;
use crate::error::ControlError;

/// Changes that are read at once.
const PAGE: u32 = 1000;

/// What a look at the change log found.
#[derive(Debug)]
pub(crate) struct ChangedSince {
    /// All changes up to this one are in it.
    pub(crate) seen: Revision,
    /// The tokens that were changed.
    pub(crate) tokens: HashSet<TokenId>,
    /// The directories whose people were written, with the first change that did so.
    pub(crate) people: BTreeMap<DirectoryName, Revision>,
}

impl Control {
    /// What was changed after `seen`. `None` where the log does not reach back so far, or more than `most`
    /// tokens were changed: then all is read anew. A policy has a number of its own, and nobody keeps
    /// credentials.
    pub(crate) async fn changed_since(
        &self,
        seen: Revision,
        most: usize,
    ) -> Result<Option<ChangedSince>, ControlError> {
        let mut found = ChangedSince { seen, tokens: HashSet::new(), people: BTreeMap::new() };
        loop {
            let changes = match self.store.changes_after(found.seen, PAGE).await? {
                Changes::TooOld => return Ok(None),
                Changes::Since(changes) if changes.is_empty() => return Ok(Some(found)),
                Changes::Since(changes) => changes,
            };
            for change in changes {
                found.seen = change.revision;
                match change.changed {
                    Changed::Token(id) => drop(found.tokens.insert(id)),
                    Changed::People(name) => {
                        found.people.entry(name).or_insert(change.revision);
                    }
                    Changed::Policy | Changed::Credential(..) => {}
                }
            }
            if found.tokens.len() > most {
                return Ok(None);
            }
        }
    }
}
