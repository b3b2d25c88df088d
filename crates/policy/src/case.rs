//! What every check is given, and what it answers.

use std::fmt;

use gatepass_model::{Refusal, Timestamp, TokenState};

use crate::facts::{Facts, OwnerFact, PersonFacts, TokenFact, TokenFacts};
use crate::permit::Observed;
use crate::question::Question;

/// One request and what is known about it.
pub(crate) struct Case<'c> {
    pub(crate) facts: &'c Facts<'c>,
    pub(crate) question: &'c Question<'c>,
    pub(crate) now: Timestamp,
}

impl<'c> Case<'c> {
    /// Whether a token takes part. Either side saying so is enough: if the two ever disagreed,
    /// the request must not slip through as one without a token.
    pub(crate) const fn has_token(&self) -> bool {
        self.question.presented.token.is_some()
            || !matches!(self.facts.token, TokenFact::NotPresented)
    }

    /// The token, when it is known.
    pub(crate) const fn token(&self) -> Option<(&'c TokenFacts, TokenState)> {
        match self.facts.token {
            TokenFact::Known(token, state) => Some((token, state)),
            TokenFact::Unknown | TokenFact::NotPresented => None,
        }
    }

    /// The owner of `token`, when a directory knows him. Facts about anybody else don't count.
    pub(crate) fn owner_of(&self, token: &TokenFacts) -> Option<&'c PersonFacts> {
        match self.facts.owner {
            OwnerFact::Known(owner) if owner.person().key == *token.owner => Some(owner),
            OwnerFact::Known(_) | OwnerFact::Unknown | OwnerFact::NotAsked => None,
        }
    }
}

/// How a check ended that did not refuse.
pub(crate) enum Outcome<'c> {
    /// It had something to say, and let the request pass.
    Passed(Note<'c>),
    /// It let the request pass, which other modes would have refused.
    Observed(Observed),
    /// It is not about this request; why.
    NotAsked(&'static str),
}

/// Why a request passed a check, written out only when somebody asks.
pub(crate) struct Note<'c> {
    pub(crate) text: &'static str,
    pub(crate) about: Option<&'c dyn fmt::Display>,
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.about {
            Some(about) => write!(out, "{}: {about}", self.text),
            None => out.write_str(self.text),
        }
    }
}

/// What a check answers.
pub(crate) type Checked<'c> = Result<Outcome<'c>, Refusal>;

/// The check let the request pass, for the reason that `text` gives.
#[expect(clippy::unnecessary_wraps, reason = "an answer, as every check gives one")]
pub(crate) const fn passed<'c>(text: &'static str) -> Checked<'c> {
    Ok(Outcome::Passed(Note { text, about: None }))
}

/// The same, with the thing that it is about.
#[expect(clippy::unnecessary_wraps, reason = "an answer, as every check gives one")]
pub(crate) fn passed_by<'c>(text: &'static str, about: &'c dyn fmt::Display) -> Checked<'c> {
    Ok(Outcome::Passed(Note { text, about: Some(about) }))
}

/// The check is not about this request.
#[expect(clippy::unnecessary_wraps, reason = "an answer, as every check gives one")]
pub(crate) const fn not_asked<'c>(why: &'static str) -> Checked<'c> {
    Ok(Outcome::NotAsked(why))
}

/// Why the checks of tokens are silent on other requests.
pub(crate) const NO_TOKEN: &str = "no token was presented";
