//! The style sheet and the other assets.

use std::collections::BTreeSet;

use gatepass_console::asset::{self, Asset};
use gatepass_console::sample;
use gatepass_console::{Language, Theme};

use crate::document::tags;

fn text(name: &str) -> &'static str {
    let one: &Asset = asset::find(asset::version(), name).unwrap();
    std::str::from_utf8(one.bytes).unwrap()
}

#[test]
fn the_style_sheet_has_colours_in_its_tokens_only() {
    let sheet = text("console.css");
    for line in sheet.lines().filter(|line| !line.trim_start().starts_with("--")) {
        let is_plain =
            !line.contains("rgb") && !line.contains("hsl") && !line.contains("light-dark");
        assert!(is_plain, "a colour outside the tokens: {line}");
        let has_hex = line.match_indices('#').any(|(at, _)| {
            let digits = line[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
            digits == 3 || digits == 6 || digits == 8
        });
        assert!(!has_hex, "a colour outside the tokens: {line}");
    }
}

#[test]
fn every_token_that_is_used_is_set_and_the_other_way_round() {
    let sheet = text("console.css");
    let set: BTreeSet<&str> = sheet
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let used: BTreeSet<&str> = sheet
        .match_indices("var(--")
        .map(|(at, found)| {
            let rest = &sheet[at + found.len()..];
            &rest[..rest.find(')').unwrap()]
        })
        .collect();
    assert_eq!(set, used);
}

#[test]
fn assets_are_found_by_their_version_only_and_every_one_is_referred_to() {
    let version = asset::version();
    assert_eq!(version.len(), 16);
    assert!(asset::find("0000000000000000", "console.css").is_none());
    assert!(asset::find(version, "../Cargo.toml").is_none());
    let page = &sample::all()[0];
    let html = page.render(&page.chrome(Language::English, Theme::System)).unwrap();
    let entry = text("console.js");
    for one in asset::ALL {
        let address = format!("/gatepass/assets/{version}/{}", one.name);
        let is_named = tags(&html)
            .iter()
            .any(|tag| tag.get("href").or_else(|| tag.get("src")) == Some(address.as_str()));
        let is_imported = entry.contains(&format!("import \"./{}\"", one.name));
        assert!(is_named || is_imported, "nobody asks for {}", one.name);
    }
}

#[test]
fn what_scripts_and_sheet_ask_for_stays_here() {
    for one in asset::ALL {
        let text = std::str::from_utf8(one.bytes).unwrap();
        for foreign in ["http:", "https:", "@import", "url(", "eval(", "innerHTML"] {
            let is_namespace = foreign == "http:" && one.name == "icon.svg";
            assert!(is_namespace || !text.contains(foreign), "{} has {foreign}", one.name);
        }
    }
}

#[test]
fn every_class_that_a_page_has_is_in_the_sheet() {
    let sheet = text("console.css");
    let mut missing = BTreeSet::new();
    for one in sample::all() {
        let html = one.render(&one.chrome(Language::English, Theme::System)).unwrap();
        for tag in tags(&html) {
            for class in tag.get("class").unwrap_or_default().split_whitespace() {
                if !sheet.contains(&format!(".{class}")) {
                    missing.insert(class.to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
