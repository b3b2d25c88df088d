//! People, as far as the use cases ask about them.
//!
//! Those of a file are in memory, and what the file says holds. Those of a product are in the
//! store as the product said last, and are asked about again: [`ask`] asks about one, `refresh` is
//! the round that goes on in the background.

mod ask;
mod listing;
mod refresh;
mod stranger;

use std::sync::Arc;

use gatepass_identity::{ProductDesk, ReadyCredential};
use gatepass_model::{
    DirectoryName, InstanceName, InvalidName, KnownPerson, Lifetime, Person, PersonKey,
    ProductRank, Timestamp, Username,
};

pub use ask::Asked;
pub(crate) use ask::REFUSED;
pub use refresh::Refresher;

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

/// A directory that is a product.
#[derive(Debug)]
pub struct ProductDirectory {
    /// What it is called.
    pub name: DirectoryName,
    /// The instance that says who somebody is.
    pub instance: InstanceName,
    /// An administrator's there, with which everybody can be asked about.
    pub lookup: Option<ReadyCredential>,
    /// After this time somebody is asked about again.
    pub refresh: Lifetime,
    /// How long somebody is believed whom the product does not confirm.
    pub stale_limit: Lifetime,
    /// Most questions a second in the background. At least 1.
    pub per_second: u32,
}

/// Where products are asked about people.
#[derive(Debug)]
pub struct Products {
    /// Asks them.
    pub desk: ProductDesk,
    /// The directories that are products.
    pub directories: Vec<ProductDirectory>,
}

impl Products {
    /// None: all people are in memory.
    pub fn none() -> Self {
        Self { desk: ProductDesk::new([]), directories: Vec::new() }
    }
}

impl Control {
    /// The directory, if it is a product.
    pub fn product_directory(&self, name: &DirectoryName) -> Option<&ProductDirectory> {
        self.products.directories.iter().find(|directory| directory.name == *name)
    }

    /// What is known of a person, active or not. Nobody is asked.
    pub async fn find_person(&self, key: &PersonKey) -> Result<Option<KnownPerson>, ControlError> {
        if self.product_directory(&key.directory).is_some() {
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

    /// The person of this name, active or not, or what is wrong with the name. A product is asked
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
        let Some(product) = self.product_directory(directory) else {
            return Ok(self.person_in_memory(&key));
        };
        if let Some(known) = self.store.find_person(&key).await? {
            return Ok(Ok(known.person));
        }
        let name = key.username.as_str();
        if product.lookup.is_none() && self.products.desk.link(&product.instance).is_none() {
            return problem(format!(
                "{name:?} has not signed in yet, and {} can't be asked about him; give the \
                 directory {directory} a lookup_token_file, or let him sign in once",
                product.instance
            ));
        }
        match self.ask_about(&key).await? {
            Asked::Confirmed(known) => Ok(Ok(known.person)),
            Asked::Gone => problem(format!("{} knows no {name:?}", product.instance)),
            Asked::Unanswered(words) => {
                problem(format!("{} could not be asked about {name:?}: {words}", product.instance))
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
