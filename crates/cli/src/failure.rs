//! Why a command failed: words for people, a stable code for programs.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

use gatepass_config::ConfigError;
use gatepass_control::ControlError;
use gatepass_identity::DirectoryError;
use gatepass_store::StoreError;
use gatepass_store::activity::ActivityError;
use gatepass_vault::{KeyFileError, NoEntropy};
use serde::Serialize;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// For programs: one of a closed set, see `docs/reference/command-line.md`.
    pub(crate) code: &'static str,
    /// What is wrong, and what to do about it.
    pub(crate) message: String,
    /// The parts of it, where there are several.
    pub(crate) problems: Vec<Problem>,
    /// Whether it was not even understood.
    pub(crate) is_usage: bool,
    /// Nobody is reading any more: there is nobody to tell.
    pub(crate) is_unheard: bool,
}

/// One thing that is wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// Where: a file with its line, a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// What: a key or a field.
    pub(crate) field: String,
    /// Why.
    pub(crate) message: String,
}

/// As printed with `--json`.
#[derive(Serialize)]
struct Document<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [Problem],
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message, problems: Vec::new(), is_usage: false, is_unheard: false }
    }

    /// Of something that the system refused; `what` begins the sentence: `can't read x`.
    pub(crate) fn io(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new("io", format!("{what}: {error}"))
    }

    /// Of a file that the system refused.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::io(format_args!("{} can't be used", path.display()), error)
    }

    /// With the part that a person is to look at first: `store.url`.
    pub(crate) fn of_key(self, key: &str) -> Self {
        Self { message: format!("{key}: {}", self.message), ..self }
    }

    /// As the one JSON document.
    pub(crate) fn document(&self) -> impl Serialize {
        let Self { code, message, problems, .. } = self;
        Document { error: Body { code, message, problems } }
    }
}

/// An error with what is behind it, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let words = source.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = source.source();
    }
    text
}

impl From<Vec<ConfigError>> for Failure {
    fn from(errors: Vec<ConfigError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let problem = |error: ConfigError| Problem {
            place: Some(error.place.to_string()),
            field: error.key,
            message: error.problem,
        };
        Self {
            problems: errors.into_iter().map(problem).collect(),
            ..Self::new("config_invalid", lines.join("\n"))
        }
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        use ControlError as E;
        let code = match &error {
            E::Forbidden { .. } => "forbidden",
            E::Invalid(_) => "invalid",
            E::Refused(_) => "policy_refused",
            E::BadPolicy(_) => "policy_invalid",
            E::NotFound(_) => "not_found",
            E::IllegalMove { .. } => "illegal_move",
            E::NotGenuine(_) => "not_genuine",
            E::Conflict | E::Keys(KeyFileError::Changed(_)) => "conflict",
            E::KeysMissing(_) => "keys_missing",
            E::KeysDiffer { .. } => "keys_differ",
            E::Keys(_) => "keys_unusable",
            E::NoEntropy(_) => "no_entropy",
            E::StoreUnavailable(_) | E::ActivityUnavailable(_) => "store_unavailable",
        };
        let mut message = chain(&error);
        if let E::Refused(_) = &error {
            message.push_str(
                "\nask for less, change the policy, or set it aside with --override and a reason, \
                 which is recorded",
            );
        }
        let problems = problems_of(error);
        Self { problems, ..Self::new(code, message) }
    }
}

fn problems_of(error: ControlError) -> Vec<Problem> {
    let problem = |place, field: &str, message| Problem { place, field: field.to_owned(), message };
    match error {
        ControlError::Invalid(list) => {
            list.into_iter().map(|one| problem(None, one.field, one.words)).collect()
        }
        ControlError::Refused(list) => {
            let place = |rule: Option<std::sync::Arc<str>>| rule.map(|rule| rule.to_string());
            list.into_iter().map(|one| problem(place(one.rule), one.key, one.words)).collect()
        }
        ControlError::BadPolicy(list) => list
            .into_iter()
            .map(|one| {
                let line = one.line.map_or_else(String::new, |line| format!(":{line}"));
                problem(Some(format!("{}{line}", one.file)), &one.key, one.problem)
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Occupied { .. } => "occupied",
            _ => "store_unavailable",
        };
        Self::new(code, chain(&error))
    }
}

impl From<ActivityError> for Failure {
    fn from(error: ActivityError) -> Self {
        Self::new("store_unavailable", chain(&error))
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        Self::new("directory_unreadable", error.to_string())
    }
}

impl From<NoEntropy> for Failure {
    fn from(error: NoEntropy) -> Self {
        Self::new("no_entropy", error.to_string())
    }
}

/// Only output fails without a name.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let is_unheard = error.kind() == io::ErrorKind::BrokenPipe;
        Self { is_unheard, ..Self::io("the result can't be printed", &error) }
    }
}
