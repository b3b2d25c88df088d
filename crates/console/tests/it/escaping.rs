//! What somebody types is text, wherever it is shown.

use gatepass_console::sample;
use gatepass_console::{Language, Theme};

use crate::document::{tags, text};

/// What the samples' hostile text would be as markup.
const HOSTILE: &str = "</td><script>alert('x')</script>\" onclick=\"alert(1)\" & <b>";

#[test]
fn hostile_text_is_shown_as_it_is_and_makes_no_markup() {
    let mut shown = 0;
    for one in sample::all().iter().filter(|one| one.name == "hostile") {
        for language in Language::ALL {
            let html = one.render(&one.chrome(language, Theme::System)).unwrap();
            assert!(!html.contains("<script>"), "{one:?}");
            assert!(!html.contains("</td><script"), "{one:?}");
            assert!(!html.contains("onclick=\""), "{one:?}");
            let values = tags(&html)
                .iter()
                .filter_map(|tag| tag.get("value").map(ToOwned::to_owned))
                .collect::<Vec<_>>()
                .join(" ");
            shown += usize::from(text(&html).contains(HOSTILE) || values.contains(HOSTILE));
        }
    }
    assert!(shown >= 30, "only {shown} pages show what was typed");
}

#[test]
fn a_path_from_outside_can_not_leave_the_console() {
    for one in sample::all() {
        let html = one.render(&one.chrome(Language::English, Theme::System)).unwrap();
        for tag in tags(&html) {
            let Some(address) = tag.get("href").or_else(|| tag.get("action")) else { continue };
            assert!(!address.contains("evil.example"), "{one:?}: {tag:?}");
            assert!(!address.starts_with("//"), "{one:?}: {tag:?}");
        }
    }
}
