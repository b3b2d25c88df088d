//! What every page gets beside its view.

use gatepass_model::{PersonKey, Timestamp};

use crate::notice::Notice;

/// The languages that the console speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As `lang`, the cookie and the form field write it: `en`, `de`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// From a cookie or a form field; `None` for what the console doesn't speak.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == text)
    }
}

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Follows the system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As `data-theme`, the cookie and the form field write it: `system`, `light`, `dark`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// From a cookie or a form field.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Directory and username.
    pub key: PersonKey,
    /// What people call him.
    pub display_name: String,
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NavEntry {
    /// `/`
    MyTokens,
    /// `/all`
    AllTokens,
    /// `/settings`
    Settings,
    /// `/audit`
    Audit,
    /// `/sessions`. Stands in the person's menu, not in the bar.
    Sessions,
}

impl NavEntry {
    /// What everybody who is signed in sees.
    pub const OF_EVERYBODY: &[Self] = &[Self::MyTokens];
    /// What an administrator sees.
    pub const OF_ADMINISTRATORS: &[Self] =
        &[Self::MyTokens, Self::AllTokens, Self::Settings, Self::Audit];

    /// The path below the console's base.
    pub const fn path(self) -> &'static str {
        match self {
            Self::MyTokens => "/",
            Self::AllTokens => "/all",
            Self::Settings => "/settings",
            Self::Audit => "/audit",
            Self::Sessions => "/sessions",
        }
    }
}

/// A way back to a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductLink {
    /// What people call the instance: `Jira`, `Jira emea`.
    pub title: String,
    /// Its address, `http:` or `https:` only.
    pub url: String,
}

/// What every page gets beside its view. Its form posts to `{base}/preferences` (fields
/// [`field::LANGUAGE`], [`field::THEME`], [`field::BACK`]) and `{base}/sign-out`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chrome {
    /// The language of the page.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Where the console lives, without a final slash: `/gatepass`. All links begin with it.
    pub base: String,
    /// The nonce that the page's policy names; put on every script.
    pub nonce: String,
    /// What every form must carry in its field `csrf`.
    pub csrf: String,
    /// The present: what "3 hours ago" counts from.
    pub now: Timestamp,
    /// This page below the base, with its query: where a change of language comes back to.
    pub here: String,
    /// Who is signed in.
    pub person: Option<SignedIn>,
    /// What he sees in the navigation; nothing when nobody is signed in.
    pub nav: Vec<NavEntry>,
    /// Where he is.
    pub current: Option<NavEntry>,
    /// What just happened; each is shown once.
    pub notices: Vec<Notice>,
    /// The ways back.
    pub products: Vec<ProductLink>,
}

/// The names of the fields that many forms have.
pub mod field {
    /// The session's token against forged requests. In every form that posts.
    pub const CSRF: &str = "csrf";
    /// Made anew for each page shown: the same form sent twice is done once. Forms on one page share
    /// it, so a form is known by it and by its path.
    pub const FORM_ID: &str = "form_id";
    /// Which button was pressed.
    pub const DO: &str = "do";
    /// Why somebody does it; optional, one line.
    pub const REASON: &str = "reason";
    /// Where to go afterwards, below the base.
    pub const BACK: &str = "back";
    /// `en` or `de`.
    pub const LANGUAGE: &str = "language";
    /// `system`, `light` or `dark`.
    pub const THEME: &str = "theme";
    /// What becomes of tokens that no longer comply: `leave` or `suspend`.
    pub const NONCOMPLIANT: &str = "noncompliant";
}
