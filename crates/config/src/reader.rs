//! Located values to types: bounds, words, and the presets of the table of keys.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use gatepass_model::time::Lifetime;

use crate::error::{Errors, Origin};
use crate::keys::{Key, Kind, Preset, Word};
use crate::raw::{Item, Table, Value, preset};
use crate::size;

/// Reads the keys of one table. A mistake is noted and gives `None`; the whole fails in the end.
pub(crate) struct Reader<'a> {
    table: &'a Table,
    folder: &'a Path,
    errors: &'a mut Errors,
}

impl<'a> Reader<'a> {
    /// `file` is the configuration file, from whose folder relative paths count.
    pub(crate) fn new(table: &'a Table, file: &'a Path, errors: &'a mut Errors) -> Self {
        Self { table, folder: file.parent().unwrap_or(Path::new("")), errors }
    }

    pub(crate) const fn table(&self) -> &'a Table {
        self.table
    }

    /// Notes a mistake in the value of a key.
    pub(crate) fn wrong(&mut self, key: &Key, problem: impl Display) {
        let origin = self.origin(key);
        self.errors.add(&origin, &self.table.shown(key.path), problem);
    }

    /// Notes a mistake in a section of the table as a whole.
    pub(crate) fn wrong_section(&mut self, path: &str, problem: impl Display) {
        let origin = self.table.find_section(path).unwrap_or(&self.table.origin).clone();
        self.errors.add(&origin, &self.table.shown(path), problem);
    }

    fn origin(&self, key: &Key) -> Origin {
        self.table.find(key).map_or_else(|| self.table.origin.clone(), |found| found.origin.clone())
    }

    /// The value that is in effect. A required key that is missing is a mistake.
    fn value(&mut self, key: &Key) -> Option<Value> {
        if let Some(found) = self.table.find(key) {
            return Some(found.value.clone());
        }
        if matches!(key.preset, Preset::Required) {
            self.wrong(key, format_args!("it is missing; it is {}", key.kind.describe()));
        }
        preset(key)
    }

    /// A text as it stands.
    pub(crate) fn text(&mut self, key: &Key) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Flag(_) | Value::List(_) => None,
        }
    }

    /// A text that a type reads.
    pub(crate) fn parsed<T>(&mut self, key: &Key) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = self.text(key)?;
        text.parse().map_err(|error| self.wrong(key, error)).ok()
    }

    /// The same where an empty text stands for nothing.
    pub(crate) fn parsed_unless_empty<T>(&mut self, key: &Key) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = self.text(key).filter(|text| !text.is_empty())?;
        text.parse().map_err(|error| self.wrong(key, error)).ok()
    }

    /// A file, from the configuration file's folder.
    pub(crate) fn file(&mut self, key: &Key) -> Option<PathBuf> {
        let text = self.text(key)?;
        if text.is_empty() {
            self.wrong(key, "it must name a file");
            return None;
        }
        Some(self.in_folder(&text))
    }

    pub(crate) fn in_folder(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    pub(crate) fn below_folder(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// A number or a size within its bounds.
    pub(crate) fn number(&mut self, key: &Key) -> Option<u64> {
        let Value::Number(number) = self.value(key)? else { return None };
        let within = match key.kind {
            Kind::Integer(least, most) | Kind::Size(least, most) => {
                (least..=most).contains(&number)
            }
            _ => false,
        };
        if !within {
            let given = if matches!(key.kind, Kind::Size(..)) {
                size::show(number)
            } else {
                number.to_string()
            };
            self.wrong(
                key,
                format_args!("{given} is out of bounds; it is {}", key.kind.describe()),
            );
        }
        within.then_some(number)
    }

    /// The same, as the standard library counts.
    pub(crate) fn count(&mut self, key: &Key) -> Option<usize> {
        self.number(key).and_then(|number| usize::try_from(number).ok())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &Key) -> Option<bool> {
        let Value::Flag(flag) = self.value(key)? else { return None };
        Some(flag)
    }

    /// A duration within its bounds.
    pub(crate) fn lifetime(&mut self, key: &Key) -> Option<Lifetime> {
        let given: Lifetime = self.parsed(key)?;
        let Kind::Duration(least, most) = key.kind else { return None };
        let bound = |text: &str| text.parse::<Lifetime>().ok();
        let within = bound(least)? <= given && given <= bound(most)?;
        if !within {
            self.wrong(
                key,
                format_args!("{given} is out of bounds; it is {}", key.kind.describe()),
            );
        }
        within.then_some(given)
    }

    pub(crate) fn duration(&mut self, key: &Key) -> Option<std::time::Duration> {
        self.lifetime(key).map(Lifetime::as_duration)
    }

    /// One of the words that the key takes.
    pub(crate) fn word(&mut self, key: &Key) -> Option<&'static str> {
        let text = self.text(key)?;
        let Kind::OneOf(words) = key.kind else { return None };
        find_word(words, &text).map_err(|problem| self.wrong(key, problem)).ok()
    }

    /// Some of the words that the key takes, each once, at least one.
    pub(crate) fn words(&mut self, key: &Key) -> Vec<&'static str> {
        let Kind::SomeOf(known) = key.kind else { return Vec::new() };
        let given = self.items(key);
        if given.is_empty() {
            self.wrong(key, format_args!("it is empty; it is {}", key.kind.describe()));
        }
        let mut words = Vec::new();
        for item in given {
            match find_word(known, &item.text) {
                Ok(word) if words.contains(&word) => {
                    self.wrong_item(key, &item, "it stands there twice");
                }
                Ok(word) => words.push(word),
                Err(problem) => self.wrong_item(key, &item, problem),
            }
        }
        words
    }

    /// A list of texts that a type reads, each once.
    pub(crate) fn list<T>(&mut self, key: &Key) -> Vec<T>
    where
        T: FromStr<Err: Display> + PartialEq,
    {
        let mut list = Vec::new();
        for item in self.items(key) {
            match item.text.parse::<T>() {
                Ok(value) if list.contains(&value) => {
                    self.wrong_item(key, &item, format_args!("{:?} stands there twice", item.text));
                }
                Ok(value) => list.push(value),
                Err(error) => self.wrong_item(key, &item, error),
            }
        }
        list
    }

    /// A list of texts as they stand, in their order.
    pub(crate) fn texts(&mut self, key: &Key) -> Vec<String> {
        self.items(key).into_iter().map(|item| item.text).collect()
    }

    /// Whether a list is written that has nothing in it.
    pub(crate) fn is_empty_list(&self, key: &Key) -> bool {
        self.table.find(key).is_some_and(|found| found.value == Value::List(Vec::new()))
    }

    fn items(&mut self, key: &Key) -> Vec<Item> {
        match self.value(key) {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        }
    }

    fn wrong_item(&mut self, key: &Key, item: &Item, problem: impl Display) {
        self.errors.add(&item.origin, &self.table.shown(key.path), problem);
    }
}

/// The word that was written, or what is wrong with it.
fn find_word(words: &'static [Word], text: &str) -> Result<&'static str, String> {
    if let Some(found) = words.iter().find(|word| word.text == text) {
        return if found.available {
            Ok(found.text)
        } else {
            Err(format!("{text:?} is not available in this version; {}", choices(words)))
        };
    }
    let similarity = |word: &Word| strsim::normalized_damerau_levenshtein(word.text, text);
    let available = words.iter().filter(|word| word.available);
    let nearest = available.max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let nearest = nearest.map_or("", |word| word.text);
    Err(format!("{text:?} is not known; the nearest is {nearest:?}; {}", choices(words)))
}

fn choices(words: &'static [Word]) -> String {
    format!("it is {}", Kind::OneOf(words).describe())
}
