//! Samples of all pages: what tests render, and what somebody who changes a page looks at.
//!
//! Each page has the usual, the empty and the hostile: names with markup, writing from right to
//! left, emoji, a hundred characters, long lists.

use std::fmt;
use std::str::FromStr;

use gatepass_model::{Grant, Lifetime, PersonKey, Product, Timestamp, TokenId, Username};

use crate::chrome::{Chrome, Language, NavEntry, ProductLink, SignedIn, Theme};
use crate::page::{self, Page, RenderError};
use crate::part::{GrantFacts, LastUse, Place, Who};

/// Writes a page into what goes around it.
type Write = dyn Fn(&Chrome) -> Result<String, RenderError> + Send + Sync;

/// A page with values in it.
pub struct Sample {
    /// The page's folder: `my_tokens`.
    pub page: &'static str,
    /// What is special about these values: `usual`, `empty`, `hostile`.
    pub name: &'static str,
    /// The entry of the navigation that it belongs to.
    pub nav: Option<NavEntry>,
    /// Whether somebody is signed in.
    pub is_signed_in: bool,
    write: Box<Write>,
}

impl Sample {
    pub(crate) fn new(
        page: &'static str,
        name: &'static str,
        nav: Option<NavEntry>,
        view: impl Page + Send + Sync + 'static,
    ) -> Self {
        let write = Box::new(move |chrome: &Chrome| view.render(chrome));
        Self { page, name, nav, is_signed_in: true, write }
    }

    pub(crate) fn signed_out(self) -> Self {
        Self { is_signed_in: false, ..self }
    }

    /// The document.
    pub fn render(&self, chrome: &Chrome) -> Result<String, RenderError> {
        (self.write)(chrome)
    }

    /// What goes around it.
    pub fn chrome(&self, language: Language, theme: Theme) -> Chrome {
        let mut chrome = chrome(language, theme);
        chrome.current = self.nav;
        if !self.is_signed_in {
            chrome.person = None;
            chrome.nav = Vec::new();
        }
        chrome
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.page, self.name)
    }
}

/// All samples of all pages.
pub fn all() -> Vec<Sample> {
    page::samples()
}

/// What an administrator gets around a page.
pub fn chrome(language: Language, theme: Theme) -> Chrome {
    Chrome {
        language,
        theme,
        base: "/gatepass".to_owned(),
        nonce: "c2FtcGxl".to_owned(),
        csrf: "sample-csrf".to_owned(),
        now: NOW,
        here: "/".to_owned(),
        person: Some(SignedIn { key: key("alice"), display_name: "Alice Adams".to_owned() }),
        nav: NavEntry::OF_ADMINISTRATORS.to_vec(),
        current: None,
        notices: Vec::new(),
        products: vec![ProductLink {
            title: "Jira".to_owned(),
            url: "https://jira.example.com/".to_owned(),
        }],
    }
}

/// 1 December 2026, 14:30 UTC: the present of all samples.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_796_135_400_000);

/// A name as somebody would write it who means harm.
pub(crate) const HOSTILE: &str = "</td><script>alert('x')</script>\" onclick=\"alert(1)\" & <b>";
/// Writing from right to left, with an override that turns what follows.
pub(crate) const RIGHT_TO_LEFT: &str = "بوابة الاختبار \u{202e}gnp.exe";
/// Emoji and what combines.
pub(crate) const EMOJI: &str = "🚀🚀 n\u{303}andu\u{301} 👩‍👩‍👧‍👦";

/// A hundred characters without a place to break.
pub(crate) fn long_name() -> String {
    "Nightly-export-of-all-issues-".chars().cycle().take(100).collect()
}

/// A value from a text of ours.
#[expect(clippy::panic, reason = "samples are constants; a wrong one is found by the first test")]
pub(crate) fn read<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("a sample can't be read: {text}"))
}

pub(crate) fn key(username: &str) -> PersonKey {
    PersonKey { directory: read("main"), username: read::<Username>(username) }
}

pub(crate) fn who(username: &str, display_name: &str) -> Who {
    Who { key: key(username), display_name: display_name.to_owned() }
}

pub(crate) fn token_id(number: u8) -> TokenId {
    TokenId::new(NOW, [number; 10])
}

pub(crate) fn ago(span: &str) -> Timestamp {
    NOW.minus(read::<Lifetime>(span))
}

pub(crate) fn hence(span: &str) -> Timestamp {
    NOW.plus(read::<Lifetime>(span))
}

pub(crate) fn place(name: &str) -> Place {
    let (product, title) = match name {
        "wiki" => (Product::Confluence, "Confluence"),
        "git" => (Product::Bitbucket, "Bitbucket"),
        "jira-emea" => (Product::Jira, "Jira emea"),
        _ => (Product::Jira, "Jira"),
    };
    Place { name: read(name), product, title: title.to_owned() }
}

pub(crate) fn used(span: &str, agent: &str) -> LastUse {
    LastUse {
        at: ago(span),
        place: "Jira".to_owned(),
        address: read("203.0.113.7"),
        agent: agent.to_owned(),
    }
}

pub(crate) fn facts(grant: Grant, places: &[&str], expires_at: Option<Timestamp>) -> GrantFacts {
    GrantFacts {
        grant,
        places: places.iter().map(|&place| place.to_owned()).collect(),
        owner: "alice".to_owned(),
        expires_at,
    }
}
