//! What somebody may have meant.

use strsim::normalized_damerau_levenshtein;

/// The most similar of `known`, if any is similar enough to be a slip.
pub(crate) fn nearest<'k>(
    given: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let scored = known.into_iter().map(|one| (normalized_damerau_levenshtein(given, one), one));
    let (score, best) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score >= 0.5).then_some(best)
}

/// `; did you mean "x"?`, or nothing.
pub(crate) fn did_you_mean<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(given, known).map_or_else(String::new, |one| format!("; did you mean {one:?}?"))
}

/// `a, b, c`; `none` for nothing.
pub(crate) fn listed<T: std::fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_word_is_not() {
        assert_eq!(nearest("jria", ["jira", "wiki"]), Some("jira"));
        assert_eq!(nearest("bitbucket", ["jira", "wiki"]), None);
        assert_eq!(nearest("x", []), None);
    }
}
