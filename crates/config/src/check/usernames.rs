//! `username_suffix` and `usernames` of an instance.

use std::str::FromStr;

use gatepass_model::{
    DirectoryName, InstanceName, InvalidName, Username, Usernames, UsernamesProblem,
};

use crate::config::{DirectoryConfig, DirectorySource};
use crate::keys;
use crate::reader::Reader;

/// The directory's name of somebody, and the product's.
#[derive(PartialEq)]
struct Pair(Username, Username);

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (person, user) =
            text.split_once('=').ok_or("write the directory's name, = and the product's")?;
        let name = |text: &str| text.trim().parse().map_err(|error: InvalidName| error.to_string());
        Ok(Self(name(person)?, name(user)?))
    }
}

/// What the product calls the people of its directory. The one that says who they are calls them so.
pub(super) fn read(
    table: &mut Reader<'_>,
    instance: Option<&InstanceName>,
    directory: Option<&DirectoryName>,
    directories: &[Option<DirectoryConfig>],
) -> Option<Usernames> {
    let suffix = table.text(&keys::USERNAME_SUFFIX);
    let pairs: Vec<Pair> = table.list(&keys::USERNAMES);
    let is_its_own = |one: &DirectoryConfig| {
        let DirectorySource::Product(source) = &one.source else { return false };
        directory == Some(&one.name) && instance == Some(&source.instance)
    };
    let written =
        [(&keys::USERNAME_SUFFIX, suffix.is_some()), (&keys::USERNAMES, !pairs.is_empty())];
    if directories.iter().flatten().any(is_its_own) {
        let problem =
            "this instance says who its people are, so they are called what it calls them";
        written.iter().filter(|(_, is_written)| *is_written).for_each(|(key, _)| {
            table.wrong(key, problem);
        });
    }
    let pairs = pairs.into_iter().map(|Pair(person, user)| (person, user));
    match Usernames::new(suffix.as_deref(), pairs) {
        Ok(usernames) => Some(usernames),
        Err(problem @ UsernamesProblem::BadSuffix) => {
            table.wrong(&keys::USERNAME_SUFFIX, problem);
            None
        }
        Err(problem) => {
            table.wrong(&keys::USERNAMES, problem);
            None
        }
    }
}
