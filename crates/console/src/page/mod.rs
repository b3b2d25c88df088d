//! The pages: one folder each, with its view, its template, its texts and its samples.

pub mod all_tokens;
pub mod audit;
pub mod bootstrap;
pub mod bulk_confirm;
pub mod bulk_done;
pub mod confirm;
pub mod create;
pub mod created;
pub mod message;
pub mod modes_confirm;
pub mod my_tokens;
pub mod proof;
pub mod rule;
pub mod rule_delete;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod token;

use std::fmt;

use crate::chrome::Chrome;
use crate::sample::Sample;

/// How long a page may be kept by whoever has got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CachePolicy {
    /// Not at all: it depends on who asks, and when.
    NoStore,
}

impl CachePolicy {
    /// The value of `Cache-Control`.
    pub const fn header(self) -> &'static str {
        match self {
            Self::NoStore => "no-store",
        }
    }
}

/// A page could not be written. Only a template that is wrong can cause it.
#[derive(Debug)]
pub struct RenderError(askama::Error);

impl fmt::Display for RenderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a page could not be written: {}", self.0)
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// A page: its view, from which the whole document is written.
pub trait Page {
    /// How long it may be kept.
    const CACHE: CachePolicy = CachePolicy::NoStore;

    /// The document: HTML in UTF-8.
    fn render(&self, chrome: &Chrome) -> Result<String, RenderError>;
}

/// Ties a view to its template, in which it is called `view`; `t` are the page's own texts and
/// `c` those that pages share.
macro_rules! page {
    ($view:ty, $path:literal) => {
        impl $crate::page::Page for $view {
            fn render(
                &self,
                chrome: &$crate::chrome::Chrome,
            ) -> Result<String, $crate::page::RenderError> {
                use $crate::chrome::{Language, NavEntry, Theme};
                use $crate::words::{self, Icon};

                #[derive(askama::Template)]
                #[template(path = $path)]
                struct Document<'a> {
                    view: &'a $view,
                    chrome: &'a $crate::chrome::Chrome,
                    t: &'static text::Text,
                    c: &'static $crate::words::CommonText,
                }

                $crate::page::written(&Document {
                    view: self,
                    chrome,
                    t: text::TEXT.of(chrome.language),
                    c: chrome.common(),
                })
            }
        }
    };
}
use page;

fn written(document: &impl askama::Template) -> Result<String, RenderError> {
    document.render().map_err(RenderError)
}

/// The samples of all pages.
pub(crate) fn samples() -> Vec<Sample> {
    [
        my_tokens::sample::samples(),
        create::sample::samples(),
        created::sample::samples(),
        token::sample::samples(),
        confirm::sample::samples(),
        all_tokens::sample::samples(),
        bulk_confirm::sample::samples(),
        bulk_done::sample::samples(),
        settings::sample::samples(),
        modes_confirm::sample::samples(),
        rule::sample::samples(),
        rule_delete::sample::samples(),
        audit::sample::samples(),
        sessions::sample::samples(),
        sign_in::sample::samples(),
        message::sample::samples(),
        proof::sample::samples(),
        bootstrap::sample::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
