//! Looking for tokens among all of them: filters, sorting, pages by number, and counts.

use gatepass_model::{
    Access, DirectoryName, InstanceName, PersonKey, Timestamp, TokenId, TokenState,
};

use crate::StoredToken;

/// Longest text, in bytes, that is looked for: a longer one could be too complex a pattern.
pub(crate) const LONGEST_SEARCH: usize = 10_000;

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndFilter {
    /// It lives, and ends by itself at this moment at the latest.
    Until(Timestamp),
    /// It has ended so.
    Expired,
    /// It has no end by itself.
    Never,
}

/// On which instance a token works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceFilter {
    /// Which.
    pub instance: InstanceName,
    /// The directory of its people: a token that names no instances works on all of its owner's
    /// directory. `None` where nobody knows it; then only tokens count that name the instance.
    pub directory: Option<DirectoryName>,
}

/// What tokens are sorted by; where two are alike, by their handles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// Their names, letter case ignored; the first hundred characters of them.
    Name,
    /// Their owners' usernames, then the directories.
    Owner,
    /// Their handles, which is when they were made.
    #[default]
    Created,
    /// Their ends. Those without one come last in ascending order.
    End,
}

/// Which tokens are looked for, and in which order. A field that is `None` asks nothing.
#[derive(Clone, Debug)]
pub struct TokenSearch {
    /// With this text in name, owner, integration, purpose or hint, letter case ignored. `%` and
    /// `_` mean themselves. A text of more than 10,000 bytes is found nowhere.
    pub text: Option<String>,
    /// Of whom this is the username, in any directory, letter case ignored.
    pub owner: Option<String>,
    /// Of an owner in this directory.
    pub directory: Option<DirectoryName>,
    /// For one integration, by its exact name.
    pub integration: Option<String>,
    /// In this state at [`TokenSearch::now`].
    pub state: Option<TokenState>,
    /// With this access.
    pub access: Option<Access>,
    /// Working on this instance.
    pub instance: Option<InstanceFilter>,
    /// Ending so.
    pub end: Option<EndFilter>,
    /// Sorted by this,
    pub sort: SortKey,
    /// the greatest first.
    pub descending: bool,
    /// The present: a token past its end counts as expired.
    pub now: Timestamp,
}

impl TokenSearch {
    /// All tokens at `now`, the oldest first.
    pub const fn all(now: Timestamp) -> Self {
        Self {
            text: None,
            owner: None,
            directory: None,
            integration: None,
            state: None,
            access: None,
            instance: None,
            end: None,
            sort: SortKey::Created,
            descending: false,
            now,
        }
    }

    /// Whether no token can have what is asked for: a text is too long, or a text or a name has a
    /// NUL. No stored text has one, and a pattern ends at one in SQLite.
    pub fn finds_nothing(&self) -> bool {
        let Self { text, owner, integration, .. } = self;
        let has_nul = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
        let is_long = text.as_ref().is_some_and(|text| text.len() > LONGEST_SEARCH);
        is_long || [text, owner, integration].into_iter().any(has_nul)
    }
}

/// Which part of what is found.
#[derive(Clone, Copy, Debug)]
pub struct FoundPage {
    /// So many before it are left out.
    pub offset: u64,
    /// At most so many, 0 to 1,000; more are brought into that range. 0 asks for counts alone.
    pub limit: u32,
}

/// How many tokens there are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts([u64; TokenState::ALL.len()]);

impl StateCounts {
    /// How many in this one.
    pub fn of(&self, state: TokenState) -> u64 {
        self.0.get(state as usize).copied().unwrap_or_default()
    }

    /// Counts more in this one.
    pub fn add(&mut self, state: TokenState, count: u64) {
        if let Some(place) = self.0.get_mut(state as usize) {
            *place += count;
        }
    }

    /// In all of them.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each with its count, in the order of [`TokenState::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (TokenState, u64)> {
        TokenState::ALL.into_iter().zip(self.0)
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct TokensFound {
    /// The page of them that was asked for.
    pub tokens: Vec<StoredToken>,
    /// How many there are on all pages.
    pub found: u64,
    /// How many people own those.
    pub people: u64,
    /// How many there are in each state, whatever state was asked for.
    pub states: StateCounts,
    /// How many tokens there are at all.
    pub total: u64,
}

/// All tokens, to be looked through and counted in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// In the order of their handles.
    pub tokens: Vec<Candidate>,
    /// Whose they are, by [`Candidate::owner`]; the names in lower case.
    pub owners: Vec<PersonKey>,
    /// What they are for, by [`Candidate::integration`].
    pub integrations: Vec<String>,
    /// On which instances they work, by [`Candidate::places`].
    pub places: Vec<Vec<InstanceName>>,
    /// What their names and texts are, by [`Candidate::text`]; `None`: too much to be kept.
    pub texts: Option<TokenTexts>,
}

/// What tokens are sorted by as to their names, and where a text is looked for, one after another
/// in one piece of memory: as texts of their own they would take half as much again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenTexts {
    all: String,
    /// For each token where its name ends, and where its text does, behind it.
    ends: Vec<(usize, usize)>,
}

impl TokenTexts {
    /// Adds those of a token: what [`name_key`](crate::name_key) and
    /// [`search_text`](crate::search_text) make of it. Its number is [`TokenTexts::len`] before.
    pub fn push(&mut self, name: &str, text: &str) {
        self.all.push_str(name);
        let end_of_name = self.all.len();
        self.all.push_str(text);
        self.ends.push((end_of_name, self.all.len()));
    }

    /// What the token with this number is sorted by as to its name; nothing where there is none.
    pub fn name(&self, number: u32) -> &str {
        let begin = number.checked_sub(1).and_then(|before| self.ends_of(before));
        let begin = begin.map_or(0, |(_, end)| end);
        self.ends_of(number).and_then(|(end, _)| self.all.get(begin..end)).unwrap_or_default()
    }

    /// Where a text is looked for in the token with this number; nothing where there is none.
    pub fn text(&self, number: u32) -> &str {
        self.ends_of(number).and_then(|(begin, end)| self.all.get(begin..end)).unwrap_or_default()
    }

    fn ends_of(&self, number: u32) -> Option<(usize, usize)> {
        self.ends.get(number as usize).copied()
    }

    /// Of how many tokens they are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether they are of none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes all of them have.
    pub fn bytes(&self) -> usize {
        self.all.len()
    }
}

/// As much of a token as is needed to find it. The numbers mean something
/// beside the [`Candidates`] among which it stands, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its handle.
    pub id: TokenId,
    /// Where it is in its life at the moment of the question.
    pub state: TokenState,
    /// When it ends; `None`: not by itself.
    pub ends_at: Option<Timestamp>,
    /// Whether it may write.
    pub access: Access,
    /// Whose it is.
    pub owner: u32,
    /// What it is for; `None`: nobody said.
    pub integration: Option<u32>,
    /// On which instances it works; an empty list means all of its owner's directory.
    pub places: u32,
    /// Its name and its text, where there are any.
    pub text: u32,
}
