//! Every sample of every page, in both languages, held to the house's rules.

mod document;
mod escaping;
mod every_page;
mod language;
mod style;
