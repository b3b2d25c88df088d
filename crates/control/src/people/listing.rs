//! Many people at once, by the members of the groups that policy names: where that takes fewer
//! questions than asking about each of them.

use std::collections::{BTreeSet, HashMap};

use gatepass_identity::GroupPage;
use gatepass_model::{KnownPerson, Person, PolicyDocument, Timestamp};

use super::AskedDirectory;
use super::take::is_another;
use crate::control::Control;
use crate::error::ControlError;

/// Fewer people than this are asked about one by one.
pub(super) const WORTH_IT: usize = 100;
/// So many people are written by one change.
const BATCH: usize = 500;

/// What was found of a member.
#[derive(Default)]
struct Found {
    groups: Vec<usize>,
    native_key: Option<String>,
}

/// A round of groups that goes on, page by page.
pub(super) struct Listing {
    groups: Vec<String>,
    /// Of each group where its next page begins; `None`: all of it was read.
    next: Vec<Option<u64>>,
    found: HashMap<String, Found>,
    /// How many pages there are in all, as far as the first ones told.
    pages: u64,
    looked_at: usize,
    people: usize,
    began: Timestamp,
}

/// How a listing stands after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on.
    More,
    /// All was read.
    Done,
    /// It takes more questions than it saves.
    NotWorthIt,
}

/// All groups that policy speaks about.
pub(super) fn groups_of(policy: &PolicyDocument) -> BTreeSet<String> {
    let of_rules = policy.rules.iter().flat_map(|rule| rule.groups.iter());
    let exempt = policy.instances.values().flat_map(|instance| instance.exemptions.iter());
    of_rules.chain(exempt.flat_map(|one| one.groups.iter())).cloned().collect()
}

impl Listing {
    /// For so many people, of these groups; `None` where there are no groups.
    pub(super) fn begin(groups: BTreeSet<String>, people: usize, now: Timestamp) -> Option<Self> {
        let groups: Vec<String> = groups.into_iter().collect();
        if groups.is_empty() || groups.len() >= people {
            return None;
        }
        let next = vec![Some(0); groups.len()];
        Some(Self {
            groups,
            next,
            found: HashMap::new(),
            pages: 0,
            looked_at: 0,
            people,
            began: now,
        })
    }

    /// Reads the next page: first the first one of each group, so that it is soon known how many
    /// there are.
    pub(super) async fn step(
        &mut self,
        control: &Control,
        directory: &AskedDirectory,
    ) -> Result<Progress, String> {
        let Some((instance, lookup)) = directory.lists_groups() else {
            return Ok(Progress::NotWorthIt);
        };
        let first = (self.looked_at < self.groups.len()).then_some(self.looked_at);
        let open = || self.next.iter().position(Option::is_some);
        let Some(at) = first.or_else(open) else { return Ok(Progress::Done) };
        let (Some(group), Some(Some(start))) = (self.groups.get(at), self.next.get(at)) else {
            return Ok(Progress::Done);
        };
        let desk = &control.products.desk;
        let page = desk.group_members(instance, lookup, group, *start).await;
        let page = page.map_err(|error| error.to_string())?;
        self.take(at, page);
        if first.is_some() {
            self.looked_at += 1;
            if self.pages > self.people as u64 {
                return Ok(Progress::NotWorthIt);
            }
        }
        let is_done = self.looked_at >= self.groups.len() && self.next.iter().all(Option::is_none);
        Ok(if is_done { Progress::Done } else { Progress::More })
    }

    fn take(&mut self, at: usize, page: GroupPage) {
        if at >= self.looked_at {
            self.pages += page.total.div_ceil(50).max(1);
        }
        for member in page.members {
            let found = self.found.entry(member.username.folded().to_owned()).or_default();
            found.groups.push(at);
            found.native_key = member.native_key;
        }
        if let Some(next) = self.next.get_mut(at) {
            *next = page.next;
        }
    }

    /// Writes what was found of these people; who was in no group is left to be asked about. A
    /// policy that names other groups by now makes it worthless.
    pub(super) async fn apply(
        &self,
        control: &Control,
        directory: &AskedDirectory,
        due: Vec<KnownPerson>,
    ) -> Result<usize, ControlError> {
        let policy = control.store.load_policy().await?.document;
        let known: BTreeSet<String> = self.groups.iter().cloned().collect();
        if !groups_of(&policy).is_subset(&known) {
            return Ok(0);
        }
        let now = control.clock.now();
        let confirmed: Vec<KnownPerson> =
            due.into_iter().filter_map(|person| self.confirmed(directory, person, now)).collect();
        for batch in confirmed.chunks(BATCH) {
            control.store.put_people(&directory.name, batch).await?;
        }
        Ok(confirmed.len())
    }

    /// A member of at least one group is there, and active. His other groups are forgotten: nobody
    /// has confirmed them.
    fn confirmed(
        &self,
        directory: &AskedDirectory,
        known: KnownPerson,
        now: Timestamp,
    ) -> Option<KnownPerson> {
        let found = self.found.get(known.person.key.username.folded())?;
        let is_asked_about_singly = is_another(directory, &known, found.native_key.as_deref())
            // Who has come back: more than his groups changes with that.
            || !known.person.active;
        if is_asked_about_singly || known.asked_at > self.began {
            return None;
        }
        let mut groups: Vec<String> =
            found.groups.iter().filter_map(|&at| self.groups.get(at).cloned()).collect();
        groups.sort_unstable();
        groups.dedup();
        Some(KnownPerson {
            person: Person { groups, active: true, ..known.person },
            confirmed_at: self.began,
            asked_at: now,
            problem: None,
            ..known
        })
    }
}
