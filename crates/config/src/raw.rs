//! Text to located values of known keys: whether each key exists and has a value of its kind,
//! and nothing of what the values mean.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::environment::Environment;
use crate::error::{Errors, Origin};
use crate::keys::{self, Key, Kind};

mod overlay;

/// A value, as far as its kind goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Item>),
}

/// One text of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The keys of the whole file, or of one `[[…]]` of it.
#[derive(Debug)]
pub(crate) struct Table {
    /// The section that it repeats: `instances`; empty for the file.
    section: &'static str,
    /// As people are told: `instances.jira`, `instances[2]`; empty for the file.
    label: String,
    /// Where it begins.
    pub(crate) origin: Origin,
    values: BTreeMap<&'static str, Located>,
    /// The tables within it that are written.
    sections: BTreeMap<&'static str, Origin>,
}

/// The file and the environment, unchecked.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) root: Table,
    pub(crate) directories: Vec<Table>,
    pub(crate) instances: Vec<Table>,
}

impl Table {
    fn new(section: &'static str, label: String, origin: Origin) -> Self {
        let (values, sections) = (BTreeMap::new(), BTreeMap::new());
        Self { section, label, origin, values, sections }
    }

    pub(crate) fn find(&self, key: &Key) -> Option<&Located> {
        self.values.get(key.path)
    }

    /// Where a section of it begins, if it is written, or a key of it is.
    pub(crate) fn find_section(&self, path: &str) -> Option<&Origin> {
        self.sections.get(path)
    }

    /// The path of a key or a section of this table, for people.
    pub(crate) fn shown(&self, path: &str) -> String {
        match path.strip_prefix(self.section) {
            Some(rest) if !self.section.is_empty() => format!("{}{rest}", self.label),
            _ => path.to_owned(),
        }
    }

    fn put(&mut self, key: &'static Key, located: Located) {
        self.sections.entry(key.section()).or_insert_with(|| located.origin.clone());
        self.values.insert(key.path, located);
    }

    /// Its `name`, if it has one that is a text.
    fn name(&self) -> Option<&str> {
        self.values.iter().find_map(|(path, located)| match &located.value {
            Value::Text(text) if keys::split_last(path) == (self.section, "name") => {
                Some(text.as_str())
            }
            _ => None,
        })
    }
}

/// Reads the text and lays the environment over it. `None` when the text is no TOML: what could
/// be made of the rest of it would be guesses.
pub(crate) fn read(text: &str, environment: &dyn Environment, errors: &mut Errors) -> Option<Raw> {
    let lines = Lines::new(text);
    let (document, mistakes) = DeTable::parse_recoverable(text);
    if !mistakes.is_empty() {
        for mistake in mistakes {
            let origin = lines.origin(mistake.span().map_or(0, |span| span.start));
            errors.add(&origin, "", format_args!("this is not TOML: {}", mistake.message()));
        }
        return None;
    }
    let root = Table::new("", String::new(), Origin::Line(0));
    let mut raw = Raw { root, directories: Vec::new(), instances: Vec::new() };
    let mut reader = Reader { lines: &lines, errors };
    for (name, value) in document.get_ref() {
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("directories", DeValue::Array(tables)) => {
                raw.directories = reader.repeated("directories", tables);
            }
            ("instances", DeValue::Array(tables)) => {
                raw.instances = reader.repeated("instances", tables);
            }
            _ => reader.entry(&mut raw.root, "", name, value),
        }
    }
    overlay::lay(&mut raw, environment, errors);
    Some(raw)
}

struct Reader<'a> {
    lines: &'a Lines,
    errors: &'a mut Errors,
}

impl Reader<'_> {
    fn repeated(&mut self, section: &'static str, tables: &[Spanned<DeValue<'_>>]) -> Vec<Table> {
        let mut read = Vec::new();
        for (at, element) in tables.iter().enumerate() {
            let origin = self.lines.origin(element.span().start);
            let DeValue::Table(entries) = element.get_ref() else {
                self.errors.add(&origin, section, format_args!("write each as [[{section}]]"));
                continue;
            };
            let name = entries.get("name").and_then(|name| name.get_ref().as_str());
            let label = match name {
                Some(name) => format!("{section}.{name}"),
                None => format!("{section}[{}]", at + 1),
            };
            let mut table = Table::new(section, label, origin);
            for (name, value) in entries {
                self.entry(&mut table, section, name, value);
            }
            read.push(table);
        }
        read
    }

    /// One entry of a TOML table that stands for `section` of `table`.
    fn entry(
        &mut self,
        table: &mut Table,
        section: &str,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let path = join(section, name.get_ref());
        let origin = self.lines.origin(name.span().start);
        if let Some(key) = keys::find_key(&path) {
            if !key.available {
                self.errors.add(&origin, &table.shown(&path), NOT_YET);
            } else if let Some(value) = self.value(table, key, value) {
                table.put(key, Located { value, origin });
            }
            return;
        }
        let Some(found) = keys::find_section(&path) else {
            self.errors.add(&origin, &table.shown(&path), unknown(&path));
            return;
        };
        match value.get_ref() {
            _ if !found.available => self.errors.add(&origin, &table.shown(&path), NOT_YET),
            DeValue::Table(entries) if !found.repeated => {
                table.sections.insert(found.path, origin);
                for (name, value) in entries {
                    self.entry(table, found.path, name, value);
                }
            }
            _ => {
                let written =
                    if found.repeated { format!("[[{path}]]") } else { format!("[{path}]") };
                let problem = format_args!("it is a table; write it as {written}");
                self.errors.add(&origin, &table.shown(&path), problem);
            }
        }
    }

    fn value(&mut self, table: &Table, key: &Key, given: &Spanned<DeValue<'_>>) -> Option<Value> {
        let value = match (key.kind, given.get_ref()) {
            (Kind::List(_) | Kind::SomeOf(_), DeValue::Array(items)) => {
                return self.list(table, key, items);
            }
            (Kind::Integer(..) | Kind::Size(..), DeValue::Integer(number)) => {
                u64::from_str_radix(number.as_str().trim_start_matches('+'), number.radix())
                    .ok()
                    .map(Value::Number)
            }
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (kind, DeValue::String(text)) if !matches!(kind, Kind::List(_) | Kind::SomeOf(_)) => {
                from_text(key.kind, text)
            }
            _ => None,
        };
        if value.is_none() {
            let origin = self.lines.origin(given.span().start);
            self.errors.add(&origin, &table.shown(key.path), wrong_kind(key));
        }
        value
    }

    fn list(&mut self, table: &Table, key: &Key, items: &[Spanned<DeValue<'_>>]) -> Option<Value> {
        let mut list = Vec::new();
        for item in items {
            let origin = self.lines.origin(item.span().start);
            match item.get_ref() {
                DeValue::String(text) => list.push(Item { text: text.to_string(), origin }),
                _ => self.errors.add(&origin, &table.shown(key.path), wrong_kind(key)),
            }
        }
        (list.len() == items.len()).then_some(Value::List(list))
    }
}

const NOT_YET: &str = "this is not available in this version; leave it out";

fn unknown(path: &str) -> String {
    format!("there is no such key; the nearest is {}", keys::nearest(path))
}

fn wrong_kind(key: &Key) -> String {
    format!("it must be {}", key.kind.describe())
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// A text as the value of a key that is no list.
fn from_text(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Size(..) => crate::size::parse(text).map(Value::Number),
        Kind::Integer(..) | Kind::List(_) | Kind::SomeOf(_) | Kind::Flag => None,
        Kind::Text(_) | Kind::File | Kind::Duration(..) | Kind::OneOf(_) => {
            Some(Value::Text(text.to_owned()))
        }
    }
}

/// What a key is when it is left out; `None` when it has no preset.
pub(crate) fn preset(key: &Key) -> Option<Value> {
    let keys::Preset::Value(toml) = key.preset else { return None };
    let lines = Lines::new("");
    let mut errors = Errors::new(std::path::Path::new(""));
    let mut reader = Reader { lines: &lines, errors: &mut errors };
    let table = Table::new("", String::new(), Origin::Line(0));
    reader.value(&table, key, &DeValue::parse(toml).ok()?)
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(
            text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at).collect(),
        )
    }

    /// The line, counted from 1, on which the byte at `offset` stands.
    fn origin(&self, offset: usize) -> Origin {
        Origin::Line(1 + self.0.partition_point(|&newline| newline < offset))
    }
}
