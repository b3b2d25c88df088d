//! The anchors that GitHub makes of headings.

use std::collections::{BTreeSet, HashMap};

/// Collects a document's anchors; equal headings get `-1`, `-2`, … in their order.
#[derive(Default)]
pub(super) struct Anchors {
    seen: HashMap<String, usize>,
    pub(super) all: BTreeSet<String>,
}

impl Anchors {
    pub(super) fn add_heading(&mut self, heading: &str) {
        let slug = slug(&rendered(heading));
        let count = self.seen.entry(slug.clone()).or_default();
        self.all.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
}

/// Lower case; letters, digits, `_` and `-` stay, a space becomes `-`, all else goes.
fn slug(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() || "_- ".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The heading as a reader sees it: no targets of links, no marks of emphasis outside of code.
fn rendered(heading: &str) -> String {
    let mut text = String::new();
    let mut is_code = false;
    let mut rest = heading.trim();
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = after;
        match first {
            '`' => is_code = !is_code,
            ']' if !is_code && after.starts_with('(') => {
                rest = after.split_once(')').map_or("", |(_, after)| after);
            }
            '_' if !is_code && !is_inside_word(&text, after) => {}
            _ => text.push(first),
        }
    }
    text
}

fn is_inside_word(before: &str, after: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    is_letter(before.chars().next_back()) && is_letter(after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_become_the_anchors_of_github() {
        for (heading, anchor) in [
            ("One request", "one-request"),
            ("What it is, and isn't!", "what-it-is-and-isnt"),
            ("`cargo xtask test` & co.", "cargo-xtask-test--co"),
            ("[0.2.0] - 2026-01-31", "020---2026-01-31"),
            ("A [link](docs/x.md) in *it*", "a-link-in-it"),
            ("snake_case and `two_words`, _loud_", "snake_case-and-two_words-loud"),
            ("Größe und Maß", "größe-und-maß"),
        ] {
            assert_eq!(slug(&rendered(heading)), anchor, "{heading}");
        }
    }

    #[test]
    fn equal_headings_are_numbered() {
        let mut anchors = Anchors::default();
        for heading in ["Fixed", "Fixed", "`Fixed`"] {
            anchors.add_heading(heading);
        }
        assert_eq!(anchors.all, ["fixed", "fixed-1", "fixed-2"].map(str::to_owned).into());
    }
}
