//! What is known of all tokens, and looking through it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::OnceLock;

use gatepass_model::token::state_at;
use gatepass_model::{Access, InstanceName, PersonKey, Timestamp, Token, TokenId, TokenState};
use gatepass_store::{Candidate, Candidates, EndFilter, InstanceFilter, TokenSearch};

/// All tokens, as they are after a change.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// In the order of their handles.
    tokens: Vec<Candidate>,
    owners: Numbers<PersonKey>,
    integrations: Numbers<String>,
    places: Numbers<Vec<InstanceName>>,
    /// The place of each owner in their order; not known before somebody asked.
    ranks: OnceLock<Vec<u32>>,
}

impl Known {
    pub(super) fn new(all: Candidates) -> Self {
        let Candidates { tokens, owners, integrations, places } = all;
        Self {
            tokens,
            owners: Numbers::new(owners),
            integrations: Numbers::new(integrations),
            places: Numbers::new(places),
            ranks: OnceLock::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn people(&self) -> usize {
        self.owners.all.len()
    }

    /// Takes up what is new or was changed.
    pub(super) fn put(&mut self, token: &Token, now: Timestamp) {
        let owner = self.owners.number(&token.owner);
        if self.ranks.get().is_some_and(|ranks| ranks.len() < self.people()) {
            self.ranks = OnceLock::new();
        }
        let candidate = Candidate {
            id: token.id,
            state: token.state_at(now),
            ends_at: token.expires_at,
            access: token.grant.access,
            owner,
            integration: token.integration.as_ref().map(|name| self.integrations.number(name)),
            places: self.places.number(&token.grant.instances),
        };
        match self.tokens.binary_search_by_key(&token.id, |known| known.id) {
            Ok(place) => {
                if let Some(known) = self.tokens.get_mut(place) {
                    *known = candidate;
                }
            }
            Err(place) => self.tokens.insert(place, candidate),
        }
    }

    /// These, as they are at `now`.
    pub(super) fn these<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a TokenId>,
        now: Timestamp,
    ) -> Vec<Candidate> {
        // One that was made meanwhile is not known yet.
        let find = |id| self.tokens.binary_search_by_key(id, |known| known.id).ok();
        let places = ids.into_iter().filter_map(find);
        places.filter_map(|place| self.tokens.get(place)).map(|known| at(known, now)).collect()
    }

    /// All that is looked for but by text, whatever its state, in the order of handles.
    pub(super) fn found(&self, search: &TokenSearch) -> Vec<Candidate> {
        let asked = Asked::new(self, search);
        let found = self.tokens.iter().map(|known| at(known, search.now));
        let found = found.filter(|one| asked.is_met_by(one));
        if search.descending { found.rev().collect() } else { found.collect() }
    }

    /// By which tokens are sorted by their owners: the usernames, then the directories.
    pub(super) fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| {
            let key = |owner: &PersonKey| (owner.username.clone(), owner.directory.clone());
            let mut owners: Vec<_> = self.owners.all.iter().map(key).zip(0_usize..).collect();
            owners.sort_unstable();
            let mut ranks = vec![0; owners.len()];
            for ((_, owner), place) in owners.into_iter().zip(0_u32..) {
                if let Some(rank) = ranks.get_mut(owner) {
                    *rank = place;
                }
            }
            ranks
        })
    }
}

fn at(known: &Candidate, now: Timestamp) -> Candidate {
    Candidate { state: state_at(known.state, known.ends_at, now), ..*known }
}

/// What there is of something, each with its number.
#[derive(Clone, Debug)]
struct Numbers<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    fn new(all: Vec<T>) -> Self {
        let numbers = all.iter().cloned().zip(0..).collect();
        Self { all, numbers }
    }

    fn number(&mut self, one: &T) -> u32 {
        if let Some(number) = self.numbers.get(one) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(one.clone());
        self.numbers.insert(one.clone(), number);
        number
    }

    /// Which of them are so.
    fn which(&self, is_so: impl Fn(&T) -> bool) -> Marked {
        Marked(self.all.iter().map(is_so).collect())
    }
}

/// Numbers that are meant.
struct Marked(Vec<bool>);

impl Marked {
    fn has(&self, number: u32) -> bool {
        self.0.get(number as usize).copied().unwrap_or_default()
    }
}

/// What is asked of a token, in numbers. `None` asks nothing.
struct Asked {
    owners: Option<Marked>,
    access: Option<Access>,
    integration: Option<Marked>,
    instance: Option<AskedInstance>,
    end: Option<EndFilter>,
}

/// Tokens work on an instance that they name, or on all of its directory if they name none.
struct AskedInstance {
    naming_it: Marked,
    naming_none: Marked,
    of_its_directory: Marked,
}

impl Asked {
    fn new(known: &Known, search: &TokenSearch) -> Self {
        let TokenSearch { owner, directory, integration, access, instance, end, .. } = search;
        let username = owner.as_ref().map(|owner| owner.to_lowercase());
        let is_asked_for = |one: &PersonKey| {
            username.as_ref().is_none_or(|name| one.username.folded() == name)
                && directory.as_ref().is_none_or(|directory| one.directory == *directory)
        };
        let owners = owner.is_some() || directory.is_some();
        Self {
            owners: owners.then(|| known.owners.which(is_asked_for)),
            access: *access,
            integration: integration
                .as_ref()
                .map(|asked| known.integrations.which(|name| name == asked)),
            instance: instance.as_ref().map(|asked| AskedInstance::new(known, asked)),
            end: *end,
        }
    }

    fn is_met_by(&self, one: &Candidate) -> bool {
        let is_for = |asked: &Marked| one.integration.is_some_and(|number| asked.has(number));
        self.owners.as_ref().is_none_or(|owners| owners.has(one.owner))
            && self.access.is_none_or(|access| one.access == access)
            && self.integration.as_ref().is_none_or(is_for)
            && self.instance.as_ref().is_none_or(|instance| instance.is_met_by(one))
            && self.end.is_none_or(|end| ends_so(one, end))
    }
}

impl AskedInstance {
    fn new(known: &Known, InstanceFilter { instance, directory }: &InstanceFilter) -> Self {
        Self {
            naming_it: known.places.which(|names| names.contains(instance)),
            naming_none: known.places.which(Vec::is_empty),
            of_its_directory: known.owners.which(|one| directory.as_ref() == Some(&one.directory)),
        }
    }

    fn is_met_by(&self, one: &Candidate) -> bool {
        self.naming_it.has(one.places)
            || (self.naming_none.has(one.places) && self.of_its_directory.has(one.owner))
    }
}

fn ends_so(one: &Candidate, end: EndFilter) -> bool {
    match end {
        EndFilter::Never => one.ends_at.is_none(),
        EndFilter::Expired => one.state == TokenState::Expired,
        EndFilter::Until(until) => {
            !matches!(one.state, TokenState::Expired | TokenState::Revoked)
                && one.ends_at.is_some_and(|ends_at| ends_at <= until)
        }
    }
}
