//! Owners of tokens whom the product has never told of: a directory that was a file before, or a
//! backup from elsewhere. The round of the others never comes to them.

use std::collections::{HashSet, VecDeque};

use gatepass_model::{DirectoryName, Lifetime, PersonKey, Timestamp};
use gatepass_store::Revision;

use super::ask::Asked;
use crate::control::Control;
use crate::error::ControlError;

/// Those who are left.
pub(super) struct Strangers {
    left: VecDeque<PersonKey>,
    /// So many of them in a row the product said nothing of.
    in_vain: usize,
    not_before: Timestamp,
}

impl Strangers {
    /// All of a directory.
    pub(super) async fn find(
        control: &Control,
        directory: &DirectoryName,
        now: Timestamp,
    ) -> Result<Self, ControlError> {
        let known = control.store.people_written_since(directory, Revision::START).await?;
        let known: HashSet<PersonKey> = known.into_iter().map(|one| one.person.key).collect();
        let owners = control.store.count_living_by_owner(now).await?;
        let left = owners
            .into_iter()
            .map(|(owner, _)| owner)
            .filter(|owner| owner.directory == *directory && !known.contains(owner))
            .collect();
        Ok(Self { left, in_vain: 0, not_before: now })
    }

    /// Asks about the next one; where the product said nothing of any, again after `pause`. Whether anybody
    /// was asked about.
    pub(super) async fn meet_one(
        &mut self,
        control: &Control,
        now: Timestamp,
        pause: Lifetime,
    ) -> Result<bool, ControlError> {
        if now < self.not_before {
            return Ok(false);
        }
        let Some(stranger) = self.left.front().cloned() else { return Ok(false) };
        let asked = control.ask_about(&stranger).await?;
        self.left.pop_front();
        if matches!(asked, Asked::Unanswered(_)) {
            self.left.push_back(stranger);
            self.in_vain += 1;
            if self.in_vain >= self.left.len() {
                self.in_vain = 0;
                self.not_before = now.plus(pause);
            }
        } else {
            self.in_vain = 0;
        }
        Ok(true)
    }
}
