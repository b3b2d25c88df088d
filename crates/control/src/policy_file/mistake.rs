//! Mistakes in a policy file, each with its line.

use std::fmt;

/// One mistake. Prints as `policy.toml:12: rules.everybody.use: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyMistake {
    /// What the file is called.
    pub file: String,
    /// The line, counted from 1; `None` for the file as a whole.
    pub line: Option<usize>,
    /// The key that it is about, with its tables; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl fmt::Display for PolicyMistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(out, ": {}", self.key)?;
        }
        write!(out, ": {}", self.problem)
    }
}

/// The mistakes found so far.
pub(crate) struct Mistakes {
    file: String,
    found: Vec<PolicyMistake>,
}

impl Mistakes {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, line: Option<usize>, key: &str, problem: impl fmt::Display) {
        self.found.push(PolicyMistake {
            file: self.file.clone(),
            line,
            key: key.to_owned(),
            problem: problem.to_string(),
        });
    }

    pub(crate) fn into_result<T>(mut self, value: Option<T>) -> Result<T, Vec<PolicyMistake>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                self.found.sort_by_key(|mistake| mistake.line);
                Err(self.found)
            }
        }
    }
}

/// Where the lines of a text begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        Self(
            text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at).collect(),
        )
    }

    /// The line, counted from 1, on which the byte at `offset` stands.
    pub(crate) fn line(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|&newline| newline < offset)
    }
}
