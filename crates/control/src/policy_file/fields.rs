//! Located values of the keys of one table.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Reader;
use crate::nearest::did_you_mean;

/// What a key takes, for people.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    Number,
    Texts,
    /// A date, written as a text or as TOML's own.
    Moment,
    Table,
    Tables,
}

impl Kind {
    const fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Flag => "true or false",
            Self::Number => "a whole number from 0 to 4294967295",
            Self::Texts => "a list of texts: [\"one\", \"two\"]",
            Self::Moment => "a date such as 2027-01-31",
            Self::Table => "a table",
            Self::Tables => "written as a table in double brackets, one for each",
        }
    }

    fn fits(self, value: &DeValue<'_>) -> bool {
        match self {
            Self::Text => matches!(value, DeValue::String(_)),
            Self::Flag => matches!(value, DeValue::Boolean(_)),
            Self::Number => number(value).is_some(),
            Self::Texts | Self::Tables => matches!(value, DeValue::Array(_)),
            Self::Moment => matches!(value, DeValue::String(_) | DeValue::Datetime(_)),
            Self::Table => matches!(value, DeValue::Table(_)),
        }
    }
}

/// A key that a table may have.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
}

/// A text, and its line.
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// One table, what it is called in mistakes, and its line.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'t> {
    table: &'t DeTable<'t>,
    path: &'t str,
    pub(crate) line: usize,
}

impl<'t> Fields<'t> {
    pub(crate) fn new(table: &'t DeTable<'t>, path: &'t str, line: usize) -> Self {
        Self { table, path, line }
    }

    /// The same table under another name.
    pub(crate) const fn called(self, path: &'t str) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Notes keys that are not known, and values that are not of their kind.
    pub(crate) fn check_keys(&self, known: &[Known], reader: &mut Reader<'_>) {
        for (name, value) in self.table {
            let line = reader.lines.line(name.span().start);
            let name: &str = name.get_ref();
            match known.iter().find(|one| one.key == name) {
                None => {
                    let hint = did_you_mean(name, known.iter().map(|one| one.key));
                    let problem = format!("there is no such key{hint}");
                    reader.mistakes.add(Some(line), &self.path(name), problem);
                }
                Some(one) if !one.kind.fits(value.get_ref()) => {
                    let problem = format!("it must be {}", one.kind.describe());
                    reader.mistakes.add(Some(line), &self.path(name), problem);
                }
                Some(_) => {}
            }
        }
    }

    fn find(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// Whether it is written at all, well or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The line of a key's value, or of the table where there is none.
    pub(crate) fn line_of(&self, key: &str, reader: &Reader<'_>) -> usize {
        self.find(key).map_or(self.line, |value| reader.lines.line(value.span().start))
    }

    /// Notes a mistake in a key's value.
    pub(crate) fn wrong(&self, key: &str, problem: impl Display, reader: &mut Reader<'_>) {
        let line = self.line_of(key, reader);
        reader.mistakes.add(Some(line), &self.path(key), problem);
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'t str> {
        self.find(key)?.get_ref().as_str()
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.find(key)?.get_ref().as_bool()
    }

    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        number(self.find(key)?.get_ref())
    }

    /// The text, or the date as it prints.
    pub(crate) fn moment(&self, key: &str) -> Option<Cow<'t, str>> {
        match self.find(key)?.get_ref() {
            DeValue::String(text) => Some(Cow::Borrowed(text)),
            DeValue::Datetime(date) => Some(Cow::Owned(date.to_string())),
            _ => None,
        }
    }

    /// The texts of a list, each with its line. Items of another kind are mistakes.
    pub(crate) fn texts(&self, key: &str, reader: &mut Reader<'_>) -> Vec<Located<&'t str>> {
        let Some(DeValue::Array(items)) = self.find(key).map(Spanned::get_ref) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            let line = reader.lines.line(item.span().start);
            if let Some(value) = item.get_ref().as_str() {
                texts.push(Located { value, line });
            } else {
                let problem = format!("it must be {}", Kind::Texts.describe());
                reader.mistakes.add(Some(line), &self.path(key), problem);
            }
        }
        texts
    }

    /// A list of what a type reads, each once.
    pub(crate) fn list<T>(&self, key: &str, reader: &mut Reader<'_>) -> Vec<T>
    where
        T: FromStr<Err: Display> + PartialEq,
    {
        let mut list = Vec::new();
        for Located { value, line } in self.texts(key, reader) {
            match value.parse::<T>() {
                Ok(parsed) if list.contains(&parsed) => {
                    let problem = format!("{value:?} stands there twice");
                    reader.mistakes.add(Some(line), &self.path(key), problem);
                }
                Ok(parsed) => list.push(parsed),
                Err(error) => reader.mistakes.add(Some(line), &self.path(key), error),
            }
        }
        list
    }

    /// A table below this one, and its line.
    pub(crate) fn table(&self, key: &str, reader: &Reader<'_>) -> Option<(&'t DeTable<'t>, usize)> {
        match self.find(key)?.get_ref() {
            DeValue::Table(table) => Some((table, self.line_of(key, reader))),
            _ => None,
        }
    }

    /// The tables of a list, each with its number from 1 and its line; at most `most`.
    pub(crate) fn tables(
        &self,
        key: &str,
        most: usize,
        reader: &mut Reader<'_>,
    ) -> Vec<(usize, &'t DeTable<'t>, usize)> {
        let Some(DeValue::Array(items)) = self.find(key).map(Spanned::get_ref) else {
            return Vec::new();
        };
        if items.len() > most {
            self.wrong(key, format_args!("there are {}; there may be {most}", items.len()), reader);
        }
        let mut tables = Vec::new();
        for (at, item) in (1..=most).zip(items) {
            let line = reader.lines.line(item.span().start);
            if let DeValue::Table(table) = item.get_ref() {
                tables.push((at, table, line));
            } else {
                let problem = format!("it must be {}", Kind::Tables.describe());
                reader.mistakes.add(Some(line), &self.path(key), problem);
            }
        }
        tables
    }
}

fn number(value: &DeValue<'_>) -> Option<u32> {
    let DeValue::Integer(number) = value else { return None };
    u32::from_str_radix(number.as_str().trim_start_matches('+'), number.radix()).ok()
}
