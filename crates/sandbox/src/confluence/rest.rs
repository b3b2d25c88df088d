//! The REST resources.

mod content;
mod group;
mod user;

pub(super) use content::{contents, spaces};
pub(super) use group::members;
pub(super) use user::{current, groups_of, read};

use super::fault;
use super::state::{Call, World};
use crate::site::answer::Fault;

/// Whether the caller may use Confluence at all; 403 where he may not.
fn may_use(call: &Call, world: &World) -> Result<(), Fault> {
    let may = call.caller.username.is_some() || world.anonymous_may_use;
    if may { Ok(()) } else { Err(fault::not_permitted()) }
}
