//! What is known of all tokens, and looking through it.

mod asked;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::OnceLock;

use gatepass_model::token::state_at;
use gatepass_model::{InstanceName, PersonKey, Timestamp, Token, TokenId};
use gatepass_store::{Candidate, Candidates, SortKey, TokenSearch};

use super::text::Texts;
use asked::Asked;

/// All tokens, as they are after a change.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// In the order of their handles.
    tokens: Vec<Candidate>,
    owners: Numbers<PersonKey>,
    integrations: Numbers<String>,
    places: Numbers<Vec<InstanceName>>,
    /// `None`: too much to be kept.
    texts: Option<Texts>,
    /// The place of each owner in their order; not known before somebody asked.
    ranks: OnceLock<Vec<u32>>,
    /// The places of tokens in the order of their names; not known before somebody asked.
    by_name: OnceLock<Vec<u32>>,
}

impl Known {
    pub(super) fn new(all: Candidates) -> Self {
        let Candidates { tokens, owners, integrations, places, texts } = all;
        Self {
            tokens,
            owners: Numbers::new(owners),
            integrations: Numbers::new(integrations),
            places: Numbers::new(places),
            texts: texts.map(Texts::new),
            ranks: OnceLock::new(),
            by_name: OnceLock::new(),
        }
    }

    /// Whether what is looked for can be told without the store, by [`Known::found`].
    pub(super) fn can_tell(&self, search: &TokenSearch) -> bool {
        let asks_texts = search.text.is_some() || search.sort == SortKey::Name;
        self.texts.is_some() || !asks_texts
    }

    /// Whether so much was replaced, or so much text has come, that all should be read anew.
    pub(super) fn is_worn(&self, most_text: u32) -> bool {
        self.texts.as_ref().is_some_and(|texts| texts.are_worn(most_text))
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
        let known_at = self.tokens.binary_search_by_key(&token.id, |known| known.id);
        let former = known_at.ok().and_then(|place| self.tokens.get(place));
        let text = self.texts.as_mut().map_or(0, |texts| texts.put(token, former));
        let candidate = Candidate {
            id: token.id,
            state: token.state_at(now),
            ends_at: token.expires_at,
            access: token.grant.access,
            owner,
            integration: token.integration.as_ref().map(|name| self.integrations.number(name)),
            places: self.places.number(&token.grant.instances),
            text,
        };
        let has_its_name = |texts: &Texts| {
            former.is_some_and(|former| texts.name(former) == texts.name(&candidate))
        };
        if !self.texts.as_ref().is_some_and(has_its_name) {
            self.by_name = OnceLock::new();
        }
        match known_at {
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

    /// All that is looked for, whatever its state, in the order of names where that is asked for,
    /// else of handles. Not to be asked for what [`Known::can_tell`] denies.
    pub(super) fn found(&self, search: &TokenSearch) -> Vec<Candidate> {
        if search.finds_nothing() {
            return Vec::new();
        }
        let asked = Asked::new(self, search);
        let all = self.tokens.iter().map(|known| at(known, search.now));
        let Some(texts) = self.texts.as_ref().filter(|_| search.sort == SortKey::Name) else {
            return directed(all.filter(|one| asked.is_met_by(one)), search.descending);
        };
        // In the order in which they lie there, which is quicker than that of names.
        let met = Marked(all.map(|one| asked.is_met_by(&one)).collect());
        let places = self.by_name(texts).iter().filter(|place| met.has(**place));
        let found = places.filter_map(|place| self.tokens.get(*place as usize));
        directed(found.map(|known| at(known, search.now)), search.descending)
    }

    /// Where tokens whose names are alike stand in the order of their handles.
    fn by_name(&self, texts: &Texts) -> &[u32] {
        self.by_name.get_or_init(|| {
            let names = self.tokens.iter().map(|one| texts.name(one));
            let mut names: Vec<(&str, u32)> = names.zip(0..).collect();
            names.sort_unstable();
            names.into_iter().map(|(_, place)| place).collect()
        })
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

fn directed<T>(all: impl DoubleEndedIterator<Item = T>, descending: bool) -> Vec<T> {
    if descending { all.rev().collect() } else { all.collect() }
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

#[cfg(test)]
mod tests {
    use gatepass_model::{Access, TokenState};
    use gatepass_store::TokenTexts;

    use super::*;

    fn known(names: &[&str]) -> Known {
        let mut texts = TokenTexts::default();
        let mut tokens = Vec::new();
        for (name, number) in names.iter().zip(0..) {
            texts.push(name, &format!("{name}\nbob"));
            tokens.push(Candidate {
                id: TokenId::from_bytes([u8::try_from(number).unwrap(); 16]),
                state: TokenState::Active,
                ends_at: None,
                access: Access::ReadOnly,
                owner: 0,
                integration: None,
                places: 0,
                text: number,
            });
        }
        Known::new(Candidates { tokens, texts: Some(texts), ..Candidates::default() })
    }

    fn found(known: &Known, search: &TokenSearch) -> Vec<u32> {
        known.found(search).iter().map(|one| one.text).collect()
    }

    #[test]
    fn texts_and_names_are_told_where_they_are_kept_and_not_where_they_are_too_much() {
        let all = TokenSearch::all(Timestamp::from_millis(0));
        let text = TokenSearch { text: Some("A".to_owned()), ..all.clone() };
        let name = TokenSearch { sort: SortKey::Name, descending: true, ..text.clone() };
        let mut known = known(&["b", "ab", "ä", "aa"]);
        assert!([&all, &text, &name].into_iter().all(|search| known.can_tell(search)));
        assert_eq!(found(&known, &text), [1, 3]);
        assert_eq!(found(&known, &name), [1, 3]);
        let crossing = TokenSearch { text: Some("bobab".to_owned()), ..all.clone() };
        assert!(found(&known, &crossing).is_empty(), "where one ends another begins");
        known.texts = None;
        assert_eq!([&all, &text, &name].map(|search| known.can_tell(search)), [true, false, false]);
        assert_eq!(found(&known, &all), [0, 1, 2, 3]);
    }
}
