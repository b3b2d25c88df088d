//! People, as far as the use cases ask about them.
//!
//! Those of a file are in memory, and what the file says holds. Those of an OpenID provider are in the
//! store as it told of them when they signed in. Those of a product or of LDAP are there
//! as that said last, and are asked about again: [`ask`] asks about one, `refresh` is the
//! round that goes on in the background.

mod ask;
mod crowd;
mod listing;
mod refresh;
mod release;
mod source;
mod stranger;
mod take;

use std::sync::Arc;

use gatepass_model::{
    DirectoryName, InvalidName, KnownPerson, Person, PersonKey, ProductRank, Timestamp, Username,
};

pub use ask::Asked;
pub(crate) use ask::REFUSED;
pub(crate) use crowd::Crowd;
pub use refresh::Refresher;
pub use source::{
    AskedDirectory, LdapDirectory, OpenIdDirectory, PeopleSource, ProductDirectory, Products,
};
pub(crate) use take::is_another;

use crate::control::Control;
use crate::error::{ControlError, Problem};

/// Whom the directories know now that have their people in memory.
pub trait People: Send + Sync {
    /// The person, active or not; `None` when his directory does not know him.
    fn find(&self, key: &PersonKey) -> Option<Person>;

    /// All of them, as they are at the moment: a list for each directory, shared with it.
    fn all(&self) -> Vec<Arc<[Person]>>;

    /// A username of that directory that somebody may have meant by `key`. `None` where looking
    /// would cost too much.
    fn nearest(&self, key: &PersonKey) -> Option<Username> {
        let _ = key;
        None
    }
}

impl Control {
    /// The directory, if it is one that is asked about people.
    pub fn asked_directory(&self, name: &DirectoryName) -> Option<&AskedDirectory> {
        self.products.directories.iter().find(|directory| directory.name == *name)
    }

    /// What is known of a person, active or not. Nobody is asked.
    pub async fn find_person(&self, key: &PersonKey) -> Result<Option<KnownPerson>, ControlError> {
        if self.asked_directory(&key.directory).is_some() {
            return Ok(self.store.find_person(key).await?);
        }
        let now = self.clock.now();
        Ok(self.people.find(key).map(|person| KnownPerson {
            person,
            native_key: None,
            rank: ProductRank::Unknown,
            confirmed_at: now,
            asked_at: now,
            problem: None,
        }))
    }

    /// When the one of a directory's people in use was confirmed whose confirmation is the oldest;
    /// `None` where nobody is in use.
    pub async fn oldest_confirmation(
        &self,
        directory: &DirectoryName,
    ) -> Result<Option<Timestamp>, ControlError> {
        Ok(self.store.oldest_confirmation(directory, self.clock.now()).await?)
    }

    /// The person of this name, active or not, or what is wrong with the name. His directory is asked
    /// where it knows somebody whom Gatepass does not know yet.
    pub(crate) async fn known_person(
        &self,
        directory: &DirectoryName,
        username: &str,
    ) -> Result<Result<Person, Problem>, ControlError> {
        let problem = |words: String| Ok(Err(Problem::new("owner", words)));
        let username: Username = match username.parse() {
            Ok(username) => username,
            Err(error) => {
                let error: InvalidName = error;
                return problem(error.to_string());
            }
        };
        let key = PersonKey { directory: directory.clone(), username };
        let Some(asked) = self.asked_directory(directory) else {
            return Ok(self.person_in_memory(&key));
        };
        if let Some(known) = self.store.find_person(&key).await? {
            return Ok(Ok(known.person));
        }
        let name = key.username.as_str();
        if let PeopleSource::Product(ProductDirectory { instance, lookup: None }) = &asked.source
            && self.products.desk.link(instance).is_none()
        {
            return problem(format!(
                "{name:?} has not signed in yet, and {instance} can't be asked about him; give the \
                 directory {directory} a lookup_token_file, or let him sign in once"
            ));
        }
        if asked.provider().is_some() {
            return problem(format!(
                "{name:?} has not signed in yet, and the OpenID provider of the directory {directory} \
                 can't be asked about him; let him sign in to the console once"
            ));
        }
        let source = asked.called();
        match self.ask_about(&key).await? {
            Asked::Confirmed(known) => Ok(Ok(known.person)),
            Asked::Gone => problem(format!("{source} knows no {name:?}")),
            Asked::Unanswered(words) => {
                problem(format!("{source} could not be asked about {name:?}: {words}"))
            }
        }
    }

    fn person_in_memory(&self, key: &PersonKey) -> Result<Person, Problem> {
        self.people.find(key).ok_or_else(|| {
            let hint = self
                .people
                .nearest(key)
                .map_or_else(String::new, |near| format!("; did you mean {:?}?", near.as_str()));
            let (name, directory) = (key.username.as_str(), &key.directory);
            Problem::new("owner", format!("the directory {directory} knows no {name:?}{hint}"))
        })
    }
}
