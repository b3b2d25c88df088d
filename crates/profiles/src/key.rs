//! Keys: segments whose letter case the product ignores, and by which a project is known.

use std::borrow::Cow;

use crate::row::Key;

/// Puts a key into the letter case in which it is decided on. What is no key stays.
pub(crate) fn fold(kind: Key, segment: &mut Cow<'_, str>) {
    match kind {
        Key::Issue if is_issue_key(segment) => upper(segment),
        Key::Project if is_project_key(segment) => upper(segment),
        Key::User => lower(segment),
        _ => {}
    }
}

fn lower(segment: &mut Cow<'_, str>) {
    if segment.is_ascii() {
        if segment.bytes().any(|byte| byte.is_ascii_uppercase()) {
            segment.to_mut().make_ascii_lowercase();
        }
        return;
    }
    let lower = segment.to_lowercase();
    if *lower != **segment {
        *segment = Cow::Owned(lower);
    }
}

fn upper(segment: &mut Cow<'_, str>) {
    if segment.bytes().any(|byte| byte.is_ascii_lowercase()) {
        segment.to_mut().make_ascii_uppercase();
    }
}

/// The project that a key names; none when it is a number.
pub(crate) fn project(kind: Key, segment: &str) -> Option<&str> {
    match kind {
        Key::Issue => split_issue_key(segment),
        Key::Project if is_project_key(segment) => Some(segment),
        _ => None,
    }
}

fn is_issue_key(segment: &str) -> bool {
    split_issue_key(segment).is_some()
}

/// `ABC-1`: the project's key, a dash, digits.
fn split_issue_key(segment: &str) -> Option<&str> {
    let (project, number) = segment.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && is_project_key(project)).then_some(project)
}

/// A letter, then letters, digits and underscores. Administrators may narrow that down, and
/// Jira itself allows no more.
fn is_project_key(segment: &str) -> bool {
    segment.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
