//! Whom a rule is about.

use std::collections::{BTreeSet, HashSet};

use gatepass_model::{Actor, Person, PersonKey, Rule, Username};
use gatepass_policy::is_about;

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// How many people are named.
const NAMED: usize = 20;

/// Whom a rule is about, as far as people are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// How many people who may sign in at their directories.
    pub count: u64,
    /// The first of them, by directory and username; 20 at most.
    pub people: Vec<MatchedPerson>,
    /// Groups of the rule in which nobody is who is known.
    pub unknown_groups: Vec<String>,
    /// Usernames of the rule that nobody has who is known.
    pub unknown_people: Vec<Username>,
}

/// Somebody whom a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchedPerson {
    /// Who.
    pub key: PersonKey,
    /// What people call him.
    pub display_name: String,
}

/// What was seen of one rule so far.
struct Tally<'r> {
    rule: &'r Rule,
    count: u64,
    first: BTreeSet<MatchedPerson>,
    unknown_groups: HashSet<&'r str>,
    unknown_people: HashSet<&'r Username>,
}

impl Control {
    /// Whom `rule` is about, in all directories. Nobody is asked: of products only those people
    /// are known who have signed in or own a token.
    pub async fn people_matched(
        &self,
        actor: &Actor,
        rule: &Rule,
    ) -> Result<Matched, ControlError> {
        let mut each = self.people_matched_by_each(actor, std::slice::from_ref(rule)).await?;
        Ok(each.pop().unwrap_or_default())
    }

    /// The same for each of several rules, in their order. Reads everybody who is known once.
    pub async fn people_matched_by_each(
        &self,
        actor: &Actor,
        rules: &[Rule],
    ) -> Result<Vec<Matched>, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let mut tallies: Vec<Tally<'_>> = rules.iter().map(Tally::new).collect();
        if tallies.is_empty() {
            return Ok(Vec::new());
        }
        self.for_each_person(|person: &Person| {
            for tally in &mut tallies {
                tally.see(person);
            }
        })
        .await?;
        Ok(tallies.into_iter().map(Tally::into_matched).collect())
    }
}

impl<'r> Tally<'r> {
    fn new(rule: &'r Rule) -> Self {
        Self {
            rule,
            count: 0,
            first: BTreeSet::new(),
            unknown_groups: rule.groups.iter().map(String::as_str).collect(),
            unknown_people: rule.people.iter().collect(),
        }
    }

    fn see(&mut self, person: &Person) {
        if !self.unknown_groups.is_empty() {
            for group in &person.groups {
                self.unknown_groups.remove(group.as_str());
            }
        }
        self.unknown_people.remove(&person.key.username);
        if !person.active || !is_about(self.rule, person) {
            return;
        }
        self.count += 1;
        if self.first.len() == NAMED && self.first.last().is_some_and(|last| last.key < person.key)
        {
            return;
        }
        let display_name = person.display_name.clone();
        self.first.insert(MatchedPerson { key: person.key.clone(), display_name });
        if self.first.len() > NAMED {
            self.first.pop_last();
        }
    }

    fn into_matched(self) -> Matched {
        let Self { rule, count, first, unknown_groups, unknown_people } = self;
        let is_unknown = |group: &&String| unknown_groups.contains(group.as_str());
        Matched {
            count,
            people: first.into_iter().collect(),
            unknown_groups: rule.groups.iter().filter(is_unknown).cloned().collect(),
            unknown_people: (rule.people.iter())
                .filter(|username| unknown_people.contains(username))
                .cloned()
                .collect(),
        }
    }
}
