//! The REST resources.

pub(super) mod access_token;
mod project;
mod properties;
mod user;

pub(super) use project::{create_repository, projects};
pub(super) use properties::application_properties;
pub(super) use user::{find, read};

use super::fault;
use super::state::{Call, World};
use crate::site::answer::Fault;
use crate::site::people::Person;

/// Who calls; 401 for nobody.
fn signed_in<'a>(call: &Call, world: &'a World) -> Result<&'a Person, Fault> {
    let name = call.caller.username.as_deref();
    name.and_then(|name| world.person(name)).ok_or_else(fault::not_permitted)
}
