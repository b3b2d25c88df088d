//! What is different between two policies, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gatepass_model::{
    CredentialKind, Exemption, InstanceName, InstancePolicy, PolicyDocument, Rule,
};
use serde::Serialize;

use crate::policy_file::export;

/// What happened to the thing that a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DiffSign {
    /// It is new.
    #[serde(rename = "+")]
    Added,
    /// It is gone.
    #[serde(rename = "-")]
    Removed,
    /// It is different.
    #[serde(rename = "~")]
    Changed,
}

/// One difference. Prints as `~ instances.jira: passwords = "allow" -> "block"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// What happened.
    pub sign: DiffSign,
    /// To what, and how.
    pub text: String,
}

impl fmt::Display for DiffLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            DiffSign::Added => '+',
            DiffSign::Removed => '-',
            DiffSign::Changed => '~',
        };
        write!(out, "{sign} {}", self.text)
    }
}

/// All differences between two policies: none if, and only if, they are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PolicyDiff {
    /// Instances first, then rules.
    pub lines: Vec<DiffLine>,
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

impl PolicyDiff {
    /// What makes `new` of `old`.
    pub fn between(old: &PolicyDocument, new: &PolicyDocument) -> Self {
        let mut diff = Self::default();
        let names: BTreeSet<&InstanceName> =
            old.instances.keys().chain(new.instances.keys()).collect();
        for name in names {
            diff.instance(name, old.instances.get(name), new.instances.get(name));
        }
        diff.rules(&old.rules, &new.rules);
        if diff.is_empty() && old != new {
            diff.add(DiffSign::Changed, "the order of things in the file, which has no meaning");
        }
        diff
    }

    /// The same where a rule of `old` goes on in `new` under another name.
    pub(super) fn with_renamed(
        old: &PolicyDocument,
        new: &PolicyDocument,
        before: &str,
        after: &str,
    ) -> Self {
        let mut renamed = old.clone();
        for rule in renamed.rules.iter_mut().filter(|rule| rule.name == before) {
            after.clone_into(&mut rule.name);
        }
        let mut diff = Self::default();
        diff.add(DiffSign::Changed, format!("rule {before:?}: name {before:?} -> {after:?}"));
        diff.lines.extend(Self::between(&renamed, new).lines);
        diff
    }

    /// Whether the two are equal.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn add(&mut self, sign: DiffSign, text: impl Into<String>) {
        self.lines.push(DiffLine { sign, text: text.into() });
    }

    fn instance(
        &mut self,
        name: &InstanceName,
        old: Option<&InstancePolicy>,
        new: Option<&InstancePolicy>,
    ) {
        let (before, after) = (old.cloned().unwrap_or_default(), new.cloned().unwrap_or_default());
        let count = self.lines.len();
        for kind in CredentialKind::ALL {
            let (was, is) = (before.modes.of(kind), after.modes.of(kind));
            if was != is {
                let key = kind.mode_key();
                let text = format!("instances.{name}: {key} {} -> {}", was.as_str(), is.as_str());
                self.add(DiffSign::Changed, text);
            }
        }
        let (was, is) = (limits_words(&before), limits_words(&after));
        if was != is {
            self.add(DiffSign::Changed, format!("instances.{name}: limits {was} -> {is}"));
        }
        for (sign, one, other) in [
            (DiffSign::Removed, &before.exemptions, &after.exemptions),
            (DiffSign::Added, &after.exemptions, &before.exemptions),
        ] {
            for exemption in only_in(one, other) {
                self.add(sign, format!("instances.{name}: exempt {}", exemption_words(exemption)));
            }
        }
        if self.lines.len() == count && old.is_some() != new.is_some() {
            let (sign, text) = match new {
                Some(_) => (DiffSign::Added, "with the defaults"),
                None => (DiffSign::Removed, "which had the defaults"),
            };
            self.add(sign, format!("instances.{name}, {text}"));
        }
    }

    fn rules(&mut self, old: &[Rule], new: &[Rule]) {
        let find = |rules: &[Rule], name: &str| rules.iter().find(|one| one.name == name).cloned();
        for rule in old.iter().filter(|rule| find(new, &rule.name).is_none()) {
            self.add(DiffSign::Removed, format!("rule {:?}: {}", rule.name, rule_words(rule)));
        }
        for rule in new {
            let Some(before) = find(old, &rule.name) else {
                self.add(DiffSign::Added, format!("rule {:?}: {}", rule.name, rule_words(rule)));
                continue;
            };
            let (was, is) = (entries(&before), entries(rule));
            for entry in was.iter().filter(|entry| !is.contains(entry)) {
                let key = key_of(entry);
                let now = is.iter().find(|other| key_of(other) == key);
                let now = now.map_or("left out", |other| value_of(other));
                let text = format!("rule {:?}: {key} {} -> {now}", rule.name, value_of(entry));
                self.add(DiffSign::Changed, text);
            }
            for entry in is.iter().filter(|e| !was.iter().any(|o| key_of(o) == key_of(e))) {
                let (key, value) = (key_of(entry), value_of(entry));
                let text = format!("rule {:?}: {key} left out -> {value}", rule.name);
                self.add(DiffSign::Changed, text);
            }
        }
    }
}

/// What `one` has and `other` has not, or not as often.
fn only_in<'a, T: PartialEq>(one: &'a [T], other: &'a [T]) -> Vec<&'a T> {
    let mut left: Vec<&T> = other.iter().collect();
    let mut only = Vec::new();
    for item in one {
        match left.iter().position(|candidate| *candidate == item) {
            Some(at) => drop(left.swap_remove(at)),
            None => only.push(item),
        }
    }
    only
}

/// The lines of the file that say what a rule is, its name left out: the file's words are those
/// that people know.
fn entries(rule: &Rule) -> Vec<String> {
    entries_of(&PolicyDocument { instances: BTreeMap::new(), rules: vec![rule.clone()] })
        .into_iter()
        .filter(|line| key_of(line) != "name")
        .collect()
}

fn entries_of(document: &PolicyDocument) -> Vec<String> {
    let text = export(document);
    let is_entry = |line: &&str| !line.is_empty() && !line.starts_with(['#', '[']);
    text.lines().filter(is_entry).map(str::to_owned).collect()
}

fn key_of(entry: &str) -> &str {
    entry.split_once(" = ").map_or(entry, |(key, _)| key)
}

fn value_of(entry: &str) -> &str {
    entry.split_once(" = ").map_or("", |(_, value)| value)
}

fn rule_words(rule: &Rule) -> String {
    entries(rule).join(", ")
}

/// As the file writes them.
fn limits_words(policy: &InstancePolicy) -> String {
    let bare = InstancePolicy { exemptions: Vec::new(), ..policy.clone() };
    let Ok(name) = "x".parse::<InstanceName>() else { return String::new() };
    let document = PolicyDocument { instances: [(name, bare)].into(), rules: Vec::new() };
    let entries = entries_of(&document);
    let found = entries.iter().find(|entry| key_of(entry) == "limits");
    found.map_or_else(|| "left out".to_owned(), |entry| value_of(entry).to_owned())
}

fn exemption_words(exemption: &Exemption) -> String {
    let instance =
        InstancePolicy { exemptions: vec![exemption.clone()], ..InstancePolicy::default() };
    let Ok(name) = "x".parse::<InstanceName>() else { return String::new() };
    let document = PolicyDocument { instances: [(name, instance)].into(), rules: Vec::new() };
    let modes = CredentialKind::ALL.map(CredentialKind::mode_key);
    let entries = entries_of(&document).into_iter().filter(|line| !modes.contains(&key_of(line)));
    entries.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
