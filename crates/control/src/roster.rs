//! Many people at once, of all directories, as far as they are known. Nobody is asked about.

use std::collections::{HashMap, HashSet};

use gatepass_model::{Actor, DirectoryName, Person, PersonKey, Username};

use crate::control::Control;
use crate::error::ControlError;

/// So many people are read from the store at once.
const PAGE: u32 = 1000;

/// What is known of some people.
pub(crate) type Roster = HashMap<PersonKey, Person>;

impl Control {
    /// What is known of these people, active or not; those whom nobody knows are left out.
    pub(crate) async fn find_people(
        &self,
        wanted: &HashSet<PersonKey>,
    ) -> Result<Roster, ControlError> {
        let mut found = Roster::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        for people in self.people.all() {
            let wanted = people.iter().filter(|person| wanted.contains(&person.key));
            let in_memory = wanted.filter(|one| !self.is_in_store(&one.key.directory));
            found.extend(in_memory.map(|person| (person.key.clone(), person.clone())));
        }
        let mut in_store: HashMap<&DirectoryName, Vec<Username>> = HashMap::new();
        for key in wanted.iter().filter(|key| self.is_in_store(&key.directory)) {
            in_store.entry(&key.directory).or_default().push(key.username.clone());
        }
        for (directory, usernames) in in_store {
            for portion in usernames.chunks(PAGE as usize) {
                let known = self.store.find_people(directory, portion).await?;
                found.extend(known.into_iter().map(|one| (one.person.key.clone(), one.person)));
            }
        }
        Ok(found)
    }

    /// Shows everybody who is known, active or not, to `see`.
    pub(crate) async fn for_each_person(
        &self,
        mut see: impl FnMut(&Person),
    ) -> Result<(), ControlError> {
        for people in self.people.all() {
            let in_memory = people.iter().filter(|one| !self.is_in_store(&one.key.directory));
            in_memory.for_each(&mut see);
        }
        self.for_each_stored(&mut see).await
    }

    pub(crate) fn is_in_store(&self, directory: &DirectoryName) -> bool {
        self.asked_directory(directory).is_some()
    }
}

/// What people call somebody; his username where no directory knows him any more.
pub(crate) fn display_name(roster: &Roster, key: &PersonKey) -> String {
    let known = roster.get(key).map(|person| person.display_name.clone());
    known.unwrap_or_else(|| key.username.to_string())
}

/// The same for who did something, if he is a person.
pub(crate) fn actor_name(roster: &Roster, actor: &Actor) -> Option<String> {
    match actor {
        Actor::Person(key) => Some(display_name(roster, key)),
        Actor::CommandLine(_) | Actor::System(_) => None,
    }
}
