//! How values are said in each language: what templates ask of the [`Chrome`].

mod browser;
mod common;
mod doer;
mod fault;
mod grant;
mod html;
mod icon;
mod limit;
mod mode;
mod notice;
mod number;
mod reason;
mod state;
mod time;

pub(crate) use browser::browser;
pub(crate) use common::Text as CommonText;
pub(crate) use doer::who;
pub(crate) use html::Html;
pub(crate) use icon::Icon;
pub(crate) use number::{de, en};
pub(crate) use time::date_value;

use crate::chrome::{Chrome, Language};

/// `a, b and c`; `a, b, c, d, e and 3 more`.
pub(crate) fn joined(language: Language, items: &[String], joiner: Joiner) -> String {
    const LISTED: usize = 5;
    let text = grant::TEXT.of(language);
    let word = match joiner {
        Joiner::And => text.and,
        Joiner::Or => text.or,
    };
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if items.len() <= LISTED => {
            format!("{} {word} {last}", first.join(", "))
        }
        _ => {
            let (listed, rest) = items.split_at(LISTED);
            let more = text.more(&rest.len().to_string());
            format!("{} {word} {more}", listed.join(", "))
        }
    }
}

/// The word before the last of several.
#[derive(Clone, Copy)]
pub(crate) enum Joiner {
    And,
    Or,
}

/// A text of somebody's within a sentence of ours, so that its direction doesn't turn the
/// sentence round: between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (Unicode UAX 9).
/// Plain ASCII needs none.
pub(crate) fn isolated(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { format!("\u{2068}{text}\u{2069}") }
}

/// An id of an element, of a kind and a name.
pub(crate) fn id(kind: &str, name: &str) -> String {
    format!("{kind}-{name}")
}

impl Chrome {
    /// The words that many pages share.
    pub(crate) fn common(&self) -> &'static CommonText {
        common::TEXT.of(self.language)
    }

    /// A path below the base that came from outside, as an address that can't leave the console.
    pub(crate) fn back(&self, path: &str) -> String {
        let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        format!("{}{}", self.base, if is_ours { path } else { "/" })
    }
}
