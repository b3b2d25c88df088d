//! Texts that people give: what they may hold.

use crate::error::Problem;

/// Most characters of a reason.
pub(crate) const MAX_REASON_CHARS: usize = 1000;
/// Most characters of an integration's name.
pub(crate) const MAX_INTEGRATION_CHARS: usize = 100;

/// A text of 1 to `most` characters without control characters, its ends trimmed. Everything
/// else may stand in it: whoever shows it must escape it.
pub(crate) fn text(field: &'static str, given: &str, most: usize) -> Result<String, Problem> {
    let trimmed = given.trim();
    let count = trimmed.chars().count();
    if count == 0 {
        return Err(Problem::new(field, "it is empty"));
    }
    if count > most {
        let words = format!("it has {count} characters; it may have {most}");
        return Err(Problem::new(field, words));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Problem::new(field, "it has a line break or another control character"));
    }
    Ok(trimmed.to_owned())
}

/// The same for a text that may be left out. An empty one is a mistake, not nothing.
pub(crate) fn optional_text(
    field: &'static str,
    given: Option<&str>,
    most: usize,
) -> Result<Option<String>, Problem> {
    given.map(|given| text(field, given, most)).transpose()
}

/// A reason: optional, one line.
pub(crate) fn reason(field: &'static str, given: Option<&str>) -> Result<Option<String>, Problem> {
    optional_text(field, given, MAX_REASON_CHARS)
}

/// `; reason: …`, or nothing.
pub(crate) fn reason_words(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!("; reason: {reason}"))
}

/// Gathers problems, so that all of them are told at once.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, field: &'static str, words: impl Into<String>) {
        self.0.push(Problem::new(field, words));
    }

    /// The value, or `None` with its problem noted.
    pub(crate) fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    pub(crate) fn into_result<T>(self, value: Option<T>) -> Result<T, crate::ControlError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(crate::ControlError::Invalid(self.0)),
        }
    }
}
