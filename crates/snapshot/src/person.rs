//! People, as requests find them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwapOption, Guard};
use gatepass_model::PersonKey;
use gatepass_policy::limit::LimitCell;
use gatepass_policy::{OwnerFact, PersonFacts};

/// Somebody who owns tokens, or whom a directory knows, with his rights. Tokens hold the cell of
/// their owner, so that a change of his reaches them all at once.
#[derive(Debug)]
pub struct PersonCell {
    key: Arc<PersonKey>,
    facts: ArcSwapOption<PersonFacts>,
    /// Made when his tokens are first limited together.
    limits: OnceLock<Arc<LimitCell>>,
}

impl PersonCell {
    pub(crate) fn unknown(key: PersonKey) -> Self {
        Self { key: Arc::new(key), facts: ArcSwapOption::empty(), limits: OnceLock::new() }
    }

    /// Who it is, whether or not a directory knows him.
    pub const fn key(&self) -> &Arc<PersonKey> {
        &self.key
    }

    /// What is known of him now. Keep it for one request only.
    pub fn load(&self) -> PersonGuard {
        PersonGuard(self.facts.load())
    }

    /// What was used of the limits of all his tokens together.
    pub fn limits(&self) -> &Arc<LimitCell> {
        self.limits.get_or_init(|| Arc::new(LimitCell::new(format!("owner:{}", self.key))))
    }

    pub(crate) fn publish(&self, facts: Option<Arc<PersonFacts>>) {
        self.facts.store(facts);
    }
}

/// What was known of a person at one moment.
#[derive(Debug)]
pub struct PersonGuard(Guard<Option<Arc<PersonFacts>>>);

impl PersonGuard {
    /// As a decision is told of a token's owner.
    pub fn as_owner(&self) -> OwnerFact<'_> {
        self.as_deref().map_or(OwnerFact::Unknown, OwnerFact::Known)
    }

    /// What is known; `None` when no directory knows him any more.
    pub fn as_deref(&self) -> Option<&PersonFacts> {
        self.0.deref().as_deref()
    }
}
