//! The policy file: policy as code.
//!
//! [`export`] writes a document, [`parse`] reads one back, and `parse(export(d)) == d`. Reading
//! is done in two steps: `fields` makes located values of known keys, `instance` and `rule` make
//! the model's types of them; both note every mistake instead of stopping at the first.

mod export;
mod fields;
mod instance;
mod limits;
mod mistake;
mod piece;
mod rule;

use std::collections::BTreeMap;

use gatepass_model::{InstanceName, PolicyDocument};
use toml::de::{DeTable, DeValue};

pub use export::export;
pub use mistake::PolicyMistake;
pub(crate) use piece::check_rule;

use fields::{Fields, Kind, Known};
use mistake::{Lines, Mistakes};

/// A policy file that somebody gave.
#[derive(Clone, Copy, Debug)]
pub struct PolicyFile<'a> {
    /// What it is called, for mistakes: `policy.toml`.
    pub name: &'a str,
    /// What it says; 1 MiB at most.
    pub text: &'a str,
}

/// Longest policy file in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most rules, and most exemptions of an instance.
const MAX_ENTRIES: usize = 1000;

const TOP: &[Known] =
    &[Known { key: "instances", kind: Kind::Table }, Known { key: "rules", kind: Kind::Tables }];

/// Reads a policy file. Instances that are not among `known` are mistakes. On failure every
/// mistake is told, in the order of the file's lines.
pub fn parse(
    file: PolicyFile<'_>,
    known: &[InstanceName],
) -> Result<PolicyDocument, Vec<PolicyMistake>> {
    let lines = Lines::new(file.text);
    let mut mistakes = Mistakes::new(file.name);
    if file.text.len() > MAX_BYTES {
        mistakes.add(None, "", "it is longer than 1 MiB, which no policy is");
        return mistakes.into_result(None);
    }
    let (document, errors) = DeTable::parse_recoverable(file.text);
    if !errors.is_empty() {
        // What could be made of the rest would be guesses.
        for error in errors {
            let line = error.span().map(|span| lines.line(span.start));
            mistakes.add(line, "", format_args!("this is not TOML: {}", error.message()));
        }
        return mistakes.into_result(None);
    }
    let mut reader = Reader { lines: &lines, known, mistakes: &mut mistakes };
    let document = reader.document(document.get_ref());
    mistakes.into_result(Some(document))
}

/// What all readers of a part share.
pub(crate) struct Reader<'a> {
    lines: &'a Lines,
    known: &'a [InstanceName],
    mistakes: &'a mut Mistakes,
}

impl Reader<'_> {
    fn document(&mut self, table: &DeTable<'_>) -> PolicyDocument {
        let top = Fields::new(table, "", 1);
        top.check_keys(TOP, self);
        let mut instances = BTreeMap::new();
        if let Some((table, _)) = top.table("instances", self) {
            for (name, value) in table {
                let line = self.lines.line(name.span().start);
                let path = format!("instances.{}", name.get_ref());
                let DeValue::Table(table) = value.get_ref() else {
                    self.mistakes.add(Some(line), &path, "it is a table: [instances.NAME]");
                    continue;
                };
                let parsed = self.instance(Fields::new(table, &path, line));
                if let Some(name) = self.instance_name(name.get_ref(), line, &path) {
                    instances.insert(name, parsed);
                }
            }
        }
        let mut rules = Vec::new();
        for (at, table, line) in top.tables("rules", MAX_ENTRIES, self) {
            let fields = Fields::new(table, "", line);
            rules.extend(self.rule(&fields, at, &rules));
        }
        PolicyDocument { instances, rules }
    }
}
