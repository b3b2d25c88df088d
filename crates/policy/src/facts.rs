//! What is known: plain values, read once for a request.

use std::sync::Arc;

use gatepass_model::{Person, PersonKey, Timestamp, TokenId, TokenState};

use crate::compiled::{CompiledGrant, CompiledInstancePolicy};
use crate::rights::Rights;

/// All that a decision looks at besides the request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// What the presented token turned out to be.
    pub token: TokenFact<'f>,
    /// Whom its owner turned out to be.
    pub owner: OwnerFact<'f>,
    /// What policy says of the instance.
    pub policy: &'f CompiledInstancePolicy,
    /// The person whose name stands beside a password, where the instance's directory knows one.
    pub claimed_person: Option<&'f PersonFacts>,
    /// Whether the rest is fresh enough to trust tokens.
    pub freshness: Freshness,
}

/// Whether what is known is fresh enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// Within the stale limit.
    Fresh,
    /// Older than the stale limit, or never read: no token is believed.
    TooOld,
}

/// What a presented token turned out to be.
#[derive(Clone, Copy, Debug)]
pub enum TokenFact<'f> {
    /// There was none.
    NotPresented,
    /// No such token; also a wrong checksum, and a row whose MAC fails.
    Unknown,
    /// This one, in this state, which was read once from its atomic.
    Known(&'f TokenFacts, TokenState),
}

/// Whom the owner of the presented token turned out to be.
#[derive(Clone, Copy, Debug)]
pub enum OwnerFact<'f> {
    /// Not looked up, there being no known token.
    NotAsked,
    /// Gone: no directory knows him any more.
    Unknown,
    /// This person.
    Known(&'f PersonFacts),
}

/// What a decision needs of a token. Kept small: there may be a million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: Box<str>,
    /// The person that it acts as.
    pub owner: Arc<PersonKey>,
    /// What it may do. Equal grants share one.
    pub grant: Arc<CompiledGrant>,
    /// From when on it is refused; `None`: not by itself.
    pub expires_at: Option<Timestamp>,
}

/// What a decision needs of a person.
#[derive(Clone, Debug)]
pub struct PersonFacts {
    person: Person,
    rights: Arc<Rights>,
    email: Option<Box<str>>,
    good_until: Timestamp,
}

impl PersonFacts {
    /// Of `person`, who has `rights`. People with the same rights may share them.
    pub fn new(person: Person, rights: Arc<Rights>) -> Self {
        let email = person.email.as_ref().map(|email| email.to_lowercase().into());
        Self { person, rights, email, good_until: Timestamp::MAX }
    }

    /// The same, for a directory that must confirm him again before `moment`.
    #[must_use]
    pub const fn good_until(mut self, moment: Timestamp) -> Self {
        self.good_until = moment;
        self
    }

    /// Whether what is known of him is still believed at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until
    }

    /// Until when what is known of him is believed.
    pub const fn believed_until(&self) -> Timestamp {
        self.good_until
    }

    /// Who it is.
    pub const fn person(&self) -> &Person {
        &self.person
    }

    /// What he may do.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Whether `claimed` is his username or his e-mail address, letter case ignored. The same
    /// as [`Person::answers_to`], but it allocates for names outside ASCII only.
    pub fn answers_to(&self, claimed: &str) -> bool {
        if self.person.key.username.is_same_as(claimed) {
            return true;
        }
        let Some(email) = self.email.as_deref() else { return false };
        if claimed.is_ascii() {
            // The kept address is in lower case already.
            return email.eq_ignore_ascii_case(claimed);
        }
        *email == *claimed.to_lowercase()
    }
}
