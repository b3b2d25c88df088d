//! Mistakes in a configuration, each with its place.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a mistake stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole: it can't be read, or something is missing in it.
    File(PathBuf),
    /// A line of the file, counted from 1.
    Line(PathBuf, usize),
    /// An environment variable, by name.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(out, "{}", file.display()),
            Self::Line(file, line) => write!(out, "{}:{line}", file.display()),
            Self::Variable(name) => out.write_str(name),
        }
    }
}

/// One mistake. Prints as `gatepass.toml:12: server.listen: what is wrong, what would be right`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Where it stands.
    pub place: Place,
    /// The key that it is about, with its sections; empty when the file as a whole is meant.
    pub key: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl ConfigError {
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self {
            place: Place::File(path.to_owned()),
            key: String::new(),
            problem: format!("this file can't be read ({error}); name another with --config"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(out, "{}: ", self.key)?;
        }
        out.write_str(&self.problem)
    }
}

/// What a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the file; 0 stands for the file as a whole.
    Line(usize),
    /// A variable.
    Variable(String),
}

/// The mistakes found so far.
#[derive(Debug)]
pub(crate) struct Errors {
    file: PathBuf,
    found: Vec<ConfigError>,
}

impl Errors {
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, origin: &Origin, key: &str, problem: impl fmt::Display) {
        let place = match origin {
            Origin::Line(0) => Place::File(self.file.clone()),
            Origin::Line(line) => Place::Line(self.file.clone(), *line),
            Origin::Variable(name) => Place::Variable(name.clone()),
        };
        self.found.push(ConfigError { place, key: key.to_owned(), problem: problem.to_string() });
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_result<T>(mut self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                self.found.sort_by(|a, b| a.place.cmp(&b.place));
                self.found.dedup();
                Err(self.found)
            }
        }
    }
}
