//! What holds for every page.

use std::collections::BTreeSet;

use gatepass_console::sample::{self, Sample};
use gatepass_console::{Chrome, Language, Notice, NoticeKind, Theme};

use crate::document::{Piece, Tag, VOID, ids, pieces, tags};

/// Runs `check` on every sample in every language.
fn each(check: impl Fn(&str, &Sample, &Chrome)) {
    for one in sample::all() {
        for language in Language::ALL {
            let chrome = one.chrome(language, Theme::Dark);
            let html = one.render(&chrome).unwrap();
            check(&html, &one, &chrome);
        }
    }
}

#[test]
fn every_page_has_the_usual_and_the_hostile() {
    let names: Vec<String> = sample::all().iter().map(|one| format!("{one:?}")).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    let pages: BTreeSet<&str> = sample::all().iter().map(|one| one.page).collect();
    let folders: BTreeSet<String> = std::fs::read_dir("src/page")
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(pages.len(), folders.len(), "a folder without samples: {folders:?}");
    for page in pages {
        assert!(folders.contains(page));
        assert!(names.contains(&format!("{page}/hostile")), "{page}");
    }
}

#[test]
fn elements_are_closed_in_order() {
    each(|html, one, _| {
        let mut open = Vec::new();
        for piece in pieces(html) {
            match piece {
                Piece::Open(tag) if VOID.contains(&tag.name.as_str()) => {}
                Piece::Open(tag) => open.push(tag.name),
                Piece::Close(name) => assert_eq!(open.pop(), Some(name), "{one:?}"),
                Piece::Text(_) => {}
            }
        }
        assert!(open.is_empty(), "{one:?}: {open:?}");
    });
}

#[test]
fn nothing_is_inline_that_the_policy_stops() {
    each(|html, one, chrome| {
        for tag in tags(html) {
            for name in tag.names() {
                assert!(!name.starts_with("on") && name != "style", "{one:?}: {tag:?}");
            }
            match tag.name.as_str() {
                "script" => {
                    assert_eq!(tag.get("type"), Some("module"));
                    assert_eq!(tag.get("nonce"), Some(chrome.nonce.as_str()));
                    assert!(tag.get("src").unwrap().starts_with("/gatepass/assets/"));
                }
                "style" | "iframe" | "object" | "embed" | "base" => panic!("{one:?}: {tag:?}"),
                _ => {}
            }
            for address in ["href", "src", "action"].iter().filter_map(|name| tag.get(name)) {
                let lower = address.to_lowercase();
                assert!(!lower.starts_with("javascript:") && !lower.starts_with("data:"));
            }
        }
        assert_eq!(html.matches("<script").count(), 1, "{one:?}");
    });
}

#[test]
fn every_form_that_changes_something_stays_below_the_base_and_carries_the_token() {
    each(|html, one, chrome| {
        let mut form: Option<(Tag, bool)> = None;
        for piece in pieces(html) {
            match piece {
                Piece::Open(tag) if tag.name == "form" => {
                    assert!(form.is_none(), "{one:?}: a form in a form");
                    form = Some((tag, false));
                }
                Piece::Open(tag) if tag.get("name") == Some("csrf") => {
                    assert_eq!(tag.get("value"), Some(chrome.csrf.as_str()));
                    form = form.map(|(tag, _)| (tag, true));
                }
                Piece::Close(name) if name == "form" => {
                    let (tag, has_token) = form.take().unwrap();
                    let action = tag.get("action").unwrap_or_default();
                    match tag.get("method") {
                        Some("post") => {
                            assert!(has_token, "{one:?}: {tag:?}");
                            assert!(action.starts_with("/gatepass/"), "{one:?}: {tag:?}");
                        }
                        Some("get") => {
                            assert!(!has_token, "{one:?}: {tag:?}");
                            assert!(action.starts_with("/gatepass/"), "{one:?}: {tag:?}");
                        }
                        other => assert_eq!(other, Some("dialog"), "{one:?}"),
                    }
                }
                _ => {}
            }
        }
    });
}

#[test]
fn what_is_referred_to_is_there() {
    each(|html, one, _| {
        let tags = tags(html);
        let ids = ids(&tags);
        for tag in &tags {
            let lists = ["aria-describedby", "aria-labelledby", "aria-controls"];
            let single = ["for", "list", "data-copies", "data-opens", "data-filters"];
            let mut named: Vec<&str> = lists
                .iter()
                .filter_map(|name| tag.get(name))
                .flat_map(str::split_whitespace)
                .collect();
            named.extend(
                single.iter().filter_map(|name| tag.get(name)).flat_map(str::split_whitespace),
            );
            named.extend(tag.get("href").and_then(|href| href.strip_prefix('#')));
            for id in named {
                assert!(ids.contains(id), "{one:?}: nothing has the id {id:?}: {tag:?}");
            }
        }
    });
}

#[test]
fn every_input_has_a_name_and_a_label() {
    each(|html, one, _| {
        let mut labels = 0_i32;
        let tags = tags(html);
        let named: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
        for piece in pieces(html) {
            match piece {
                Piece::Open(tag) if tag.name == "label" => labels += 1,
                Piece::Close(name) if name == "label" => labels -= 1,
                Piece::Open(tag)
                    if matches!(tag.name.as_str(), "input" | "select" | "textarea") =>
                {
                    let is_hidden = tag.get("type") == Some("hidden");
                    let is_labelled = labels > 0
                        || tag.get("aria-label").is_some()
                        || tag.get("id").is_some_and(|id| named.contains(id));
                    assert!(is_hidden || is_labelled, "{one:?}: {tag:?}");
                }
                _ => {}
            }
        }
    });
}

#[test]
fn headings_are_in_order_and_the_first_error_has_the_focus() {
    each(|html, one, chrome| {
        let tags = tags(html);
        let mut last = 0;
        for level in tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse::<u8>().ok()) {
            assert!(level <= last + 1, "{one:?}: h{level} after h{last}");
            last = level;
        }
        assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1, "{one:?}");
        assert_eq!(tags.iter().filter(|tag| tag.name == "main").count(), 1, "{one:?}");
        let html_tag = tags.iter().find(|tag| tag.name == "html").unwrap();
        assert_eq!(html_tag.get("lang"), Some(chrome.language.as_str()));
        assert_eq!(html_tag.get("data-theme"), Some("dark"));
        let focused = tags.iter().filter(|tag| tag.get("autofocus").is_some()).count();
        let wrong = tags.iter().filter(|tag| tag.get("aria-invalid").is_some()).count();
        assert!(focused <= 1, "{one:?}");
        assert!(wrong == 0 || focused == 1, "{one:?}: an error, and nothing has the focus");
    });
}

#[test]
fn notices_are_shown_at_the_top_in_both_languages() {
    let name = || "<b>Nightly</b>".to_owned();
    let notices = vec![
        Notice::TokenSuspended { name: name() },
        Notice::TokenResumed { name: name() },
        Notice::TokenRevoked { name: name() },
        Notice::NotConfirmed { on: 1, of: 2 },
        Notice::NotDurable,
        Notice::ModesSaved { instance: name() },
        Notice::RuleSaved { name: name() },
        Notice::RuleDeleted { name: name() },
        Notice::NonCompliantSuspended { count: 1 },
        Notice::SessionEnded,
        Notice::OtherSessionsEnded { count: 3 },
        Notice::SignedIn,
        Notice::SignedOut,
        Notice::IdentityMended { instance: name() },
        Notice::IdentityNotMended { instance: name() },
        Notice::BecameAdministrator,
        Notice::DoneBefore,
        Notice::StoreGone,
        Notice::Said { kind: NoticeKind::Bad, words: name() },
    ];
    let one = sample::all().into_iter().next().unwrap();
    for language in Language::ALL {
        let mut chrome = one.chrome(language, Theme::System);
        chrome.notices.clone_from(&notices);
        let html = one.render(&chrome).unwrap();
        assert_eq!(html.matches("<p class=\"notice ").count(), notices.len());
        assert!(!html.contains("<b>Nightly"));
    }
}
