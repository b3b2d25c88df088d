//! What the program prints: results on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, Table};
use serde::Serialize;

/// For whom results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Tables and sentences.
    People,
    /// One JSON document.
    Programs,
}

/// Where a command prints. Colours end at a pipe, and where `NO_COLOR` is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    audience: Audience,
}

impl Output {
    pub(crate) const fn new(audience: Audience) -> Self {
        Self { audience }
    }

    pub(crate) const fn is_json(self) -> bool {
        matches!(self.audience, Audience::Programs)
    }

    /// A word to people. It is not the result, so it is no failure when nobody hears it.
    #[expect(clippy::unused_self, reason = "whoever prints has an output")]
    pub(crate) fn say(self, words: impl Display) {
        let _ = writeln!(anstream::stderr().lock(), "{words}");
    }

    /// The result, for people; nothing where programs read.
    pub(crate) fn show(self, words: impl Display) -> io::Result<()> {
        if self.is_json() {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        writeln!(out, "{words}")?;
        out.flush()
    }

    /// The result, for programs; nothing where people read.
    pub(crate) fn document<T: Serialize>(self, document: &T) -> io::Result<()> {
        if !self.is_json() {
            return Ok(());
        }
        // Written whole: half a document helps nobody.
        let text = serde_json::to_string(document).map_err(io::Error::other)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }
}

/// A table without lines. What stands in it was written by others: see [`plain`].
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(header.iter().map(Cell::new));
    for row in rows {
        table.add_row(row.iter().map(|text| Cell::new(plain(text))));
    }
    table.to_string().lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// Without control characters: a user agent or a name could have some, and they would steer the
/// terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|found| if found.is_control() { '\u{fffd}' } else { found }).collect()
}

/// `✓`, green.
pub(crate) const TICK: &str = "\u{1b}[32m✓\u{1b}[0m";
/// `✗`, red.
pub(crate) const CROSS: &str = "\u{1b}[31m✗\u{1b}[0m";
/// `!`, yellow.
pub(crate) const CAUTION: &str = "\u{1b}[33m!\u{1b}[0m";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_steer_the_terminal() {
        let text = table(&["NAME"], [vec!["a\u{1b}[2Jb\u{9b}1m".to_owned()]]);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{9b}'), "{text:?}");
    }
}
