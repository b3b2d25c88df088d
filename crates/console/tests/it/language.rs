//! Each page speaks one language.

use std::collections::BTreeSet;

use gatepass_console::sample;
use gatepass_console::{Language, Theme};

use crate::document::text;

/// English words that no German sentence of ours has. Names, codes and what samples hold in the
/// words of the record are no sentences of ours.
const ENGLISH: [&str; 16] = [
    "the", "with", "of", "and", "your", "you", "this", "that", "token's", "ago", "never", "will",
    "can't", "from", "which", "their",
];
/// Samples hold these, in the words of their makers.
const SAID_BY_SAMPLES: [&str; 12] = [
    "Copies closed issues into the warehouse, for the monthly report.",
    "Copies closed issues into the warehouse.",
    "until the gadget is rewritten",
    "of the data platform",
    "Job",
    "never",
    "Changed meanwhile.",
    "from atlassian",
    "from jira",
    "like Mac OS X",
    "rule contractors: people",
    "this",
];

#[test]
fn german_pages_hold_no_english_sentences() {
    for one in sample::all().iter().filter(|one| one.name != "hostile") {
        let html = one.render(&one.chrome(Language::German, Theme::System)).unwrap();
        let mut told = text(&html);
        for said in SAID_BY_SAMPLES {
            told = told.replace(said, " ");
        }
        let words: BTreeSet<&str> = told.split(|c: char| !c.is_alphabetic() && c != '\'').collect();
        for english in ENGLISH {
            assert!(!words.contains(english), "{one:?} says {english:?}");
        }
    }
}

#[test]
fn each_page_is_different_in_each_language() {
    for one in sample::all() {
        let said = |language| text(&one.render(&one.chrome(language, Theme::System)).unwrap());
        assert_ne!(said(Language::English), said(Language::German), "{one:?}");
        assert!(said(Language::German).contains("Zum Inhalt springen"));
    }
}

#[test]
fn languages_and_themes_are_read_as_they_are_written() {
    for language in Language::ALL {
        assert_eq!(Language::find(language.as_str()), Some(language));
    }
    for theme in Theme::ALL {
        assert_eq!(Theme::find(theme.as_str()), Some(theme));
    }
    assert_eq!(Language::find("fr"), None);
}
