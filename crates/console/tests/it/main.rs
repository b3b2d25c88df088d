//! Every sample of every page, in both languages, held to the house's rules.

#[cfg(test)]
mod document;
#[cfg(test)]
mod escaping;
#[cfg(test)]
mod every_page;
#[cfg(test)]
mod language;
#[cfg(test)]
mod style;
