//! Why a use case did not do what was asked, as far as a caller treats it differently.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use gatepass_model::{Actor, TokenId, TokenState};
use gatepass_store::StoreError;
use gatepass_vault::{KeyFileError, NoEntropy};

use crate::authorise::Lacking;
use crate::policy_file::PolicyMistake;

/// Something in a request that can't be, whoever asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which part of the request: `owner`, `expires`, `grant.networks`.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub words: String,
}

impl Problem {
    pub(crate) fn new(field: &'static str, words: impl Into<String>) -> Self {
        Self { field, words: words.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.field, self.words)
    }
}

/// A rule of policy that a request does not keep to. An override may set it aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The key in the policy file: `use`, `longest_lifetime`.
    pub key: &'static str,
    /// The rule behind it; `None` where no rule allows what was asked for.
    pub rule: Option<Arc<str>>,
    /// What would be right: `a token lives at most 90d`.
    pub words: String,
    /// The bound alone, where there is one: `90d`, `20`, `60/min`, `jira, wiki`.
    pub bound: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(out, "{} (policy rule {rule:?}, {})", self.words, self.key),
            None => write!(out, "{} (no policy rule allows it, {})", self.words, self.key),
        }
    }
}

/// Why a use case did not do what was asked. Nothing was changed, but for
/// [`ControlError::StoreUnavailable`] while writing: then the change may stand or not.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The actor may not do it at all.
    #[error("{actor} may not {ability} ({})", because(lacking))]
    Forbidden {
        /// Who.
        actor: Actor,
        /// What.
        ability: String,
        /// What he would need.
        lacking: Lacking,
    },
    /// The request says what can't be. All of its problems, not only the first.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// Policy refuses it. All of the rules that it does not keep to.
    #[error("policy refuses this:\n{}", lines(.0))]
    Refused(Vec<Violation>),
    /// The policy file is wrong; every mistake with its line.
    #[error("{}", lines(.0))]
    BadPolicy(Vec<PolicyMistake>),
    /// There is no such token, credential, …
    #[error("there is no {0}")]
    NotFound(String),
    /// A token can't go where it was to go.
    #[error("{words}")]
    IllegalMove {
        /// Where it is.
        from: TokenState,
        /// What is not possible, and why.
        words: String,
    },
    /// The row of the token was not written by Gatepass with the keys of this store.
    #[error(
        "the row of {0} in the store was changed by somebody without the keys, and is refused \
         everywhere; it can only be revoked"
    )]
    NotGenuine(TokenId),
    /// Somebody else changed the same thing at the same time, several times over.
    #[error("it was changed by somebody else at the same time; try again")]
    Conflict,
    /// The store has rows, and the key file that goes with them is not there.
    #[error(
        "there is no key file {}, and the store is not new; without the keys its tokens can't be \
         used: put a copy of the key file there, or name the right one in secrets.key_file",
        .0.display()
    )]
    KeysMissing(PathBuf),
    /// Somebody has other keys than the key file, which is to be changed or begun with.
    #[error(
        "{what} has other keys than {}, so nothing was done; bring the newest key file to where it is \
         missing, and try again; if that file is lost, restore the copy of the store that goes with \
         this one",
        path.display()
    )]
    KeysDiffer {
        /// The key file.
        path: PathBuf,
        /// Who has others.
        what: String,
    },
    /// The key file can't be used.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// What was done with tokens can't be read, and it was asked for: why.
    #[error("{0}")]
    ActivityUnavailable(String),
    /// The system gave no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The store can't be reached, or did not take the change.
    #[error("{0}")]
    StoreUnavailable(#[source] StoreError),
}

impl From<StoreError> for ControlError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::NotFound => Self::NotFound("such thing in the store".to_owned()),
            other => Self::StoreUnavailable(other),
        }
    }
}

fn lines<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn because(Lacking { right, rule }: &Lacking) -> String {
    match rule {
        Some(rule) => format!("policy rule {rule:?}, {right}"),
        None => format!("no policy rule allows it, {right}"),
    }
}
