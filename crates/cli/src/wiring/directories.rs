//! The directories of people.

use std::sync::Arc;

use gatepass_config::{Config, DirectorySource};
use gatepass_control::People;
use gatepass_identity::{DirectoryState, FileDirectory, FileWatcher};
use gatepass_model::{DirectoryName, Person, PersonKey, Username};
use tokio::sync::watch;

use crate::failure::Failure;

/// Among more people than this nobody is searched for whom somebody may have meant.
const MOST_TO_COMPARE: usize = 10_000;
/// From which likeness on two names may be meant for each other.
const ALIKE: f64 = 0.7;

/// Whom the directories know, as they were last read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directories(Vec<(DirectoryName, watch::Receiver<DirectoryState>)>);

/// What follows the directories' files; without it they stay as they were first read.
pub(crate) type Watchers = Vec<FileWatcher>;

/// Reads all directories for the first time.
pub(crate) fn read(config: &Config) -> Result<(Directories, Watchers), Failure> {
    let mut directories = Vec::new();
    let mut watchers = Vec::new();
    for directory in &config.directories {
        // Those that are asked have their people in the store.
        let DirectorySource::File(path) = &directory.source else { continue };
        let file = FileDirectory::new(directory.name.clone(), path.clone());
        let (watcher, state) = FileWatcher::open(file)
            .map_err(|error| Failure::from(error).of_key(&key_of(&directory.name)))?;
        directories.push((directory.name.clone(), state));
        watchers.push(watcher);
    }
    Ok((Directories(directories), watchers))
}

fn key_of(name: &DirectoryName) -> String {
    format!("directories.{name}.path")
}

impl Directories {
    /// Each with what tells of its changes.
    pub(crate) fn iter(
        &self,
    ) -> impl Iterator<Item = &(DirectoryName, watch::Receiver<DirectoryState>)> {
        self.0.iter()
    }

    /// The people of one.
    fn people(&self, name: &DirectoryName) -> Option<Arc<[Person]>> {
        let (_, state) = self.0.iter().find(|(known, _)| known == name)?;
        Some(Arc::clone(&state.borrow().people))
    }

    /// Why some are not up to date.
    pub(crate) fn problems(&self) -> Vec<(DirectoryName, Arc<str>)> {
        let problem = |(name, state): &(DirectoryName, watch::Receiver<DirectoryState>)| {
            Some((name.clone(), state.borrow().problem.clone()?))
        };
        self.0.iter().filter_map(problem).collect()
    }
}

impl People for Directories {
    fn find(&self, key: &PersonKey) -> Option<Person> {
        self.people(&key.directory)?.iter().find(|person| person.key == *key).cloned()
    }

    fn all(&self) -> Vec<Arc<[Person]>> {
        self.0.iter().map(|(_, state)| Arc::clone(&state.borrow().people)).collect()
    }

    fn nearest(&self, key: &PersonKey) -> Option<Username> {
        let people = self.people(&key.directory)?;
        if people.len() > MOST_TO_COMPARE {
            return None;
        }
        let wanted = key.username.folded();
        let likeness = |person: &Person| {
            strsim::normalized_damerau_levenshtein(person.key.username.folded(), wanted)
        };
        let nearest = people.iter().map(|person| (likeness(person), person));
        let nearest = nearest.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        (nearest.0 >= ALIKE).then(|| nearest.1.key.username.clone())
    }
}
