//! Pieces of HTML that were written here, every text in them escaped.

use std::fmt;

use askama::filters::HtmlSafe;

/// A piece of HTML. Only what is a constant of ours goes in as it is.
pub(crate) struct Html(String);

impl Html {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    /// With markup of ours.
    pub(crate) fn markup(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// With a text, escaped so that it stays one within an element and within a quoted attribute.
    pub(crate) fn text(mut self, text: &str) -> Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// With another piece.
    pub(crate) fn piece(mut self, piece: &Self) -> Self {
        self.0.push_str(&piece.0);
        self
    }
}

impl fmt::Display for Html {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}
