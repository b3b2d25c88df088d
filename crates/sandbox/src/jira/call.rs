//! What a caller may see and change in Jira.

use axum::http::StatusCode;

use super::state::{Issue, World};
use crate::site;
use crate::site::answer::Fault;

pub(crate) use crate::site::call::{Body, media_type};

/// A call to Jira.
pub(crate) type Call = site::call::Call<World>;

impl Call {
    /// The caller's username; 401 for nobody.
    pub(crate) fn signed_in(&self) -> Result<&str, Fault> {
        self.caller.username.as_deref().ok_or_else(Fault::unauthenticated)
    }

    /// Whether the caller may see projects and issues at all.
    pub(crate) fn may_read(&self, world: &World) -> bool {
        self.caller.username.is_some() || world.anonymous_may_use
    }

    /// The issue with this key or id, when the caller may see it.
    pub(crate) fn issue<'a>(&self, world: &'a World, key: &str) -> Result<&'a Issue, Fault> {
        let issue = world.issue(key).ok_or_else(Fault::no_issue)?;
        if self.may_read(world) {
            return Ok(issue);
        }
        let said = ["You do not have the permission to see the specified issue.", "Login Required"];
        Err(Fault::say(StatusCode::UNAUTHORIZED, &said))
    }

    /// Changes the issue with this key or id, which a caller who signed in may see.
    pub(crate) fn change<T>(
        &self,
        world: &mut World,
        key: &str,
        change: impl FnOnce(&mut Issue, &str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let id = self.issue(world, key)?.id;
        let caller = self.signed_in()?;
        let issue = world.issues.get_mut(&id).ok_or_else(Fault::no_issue)?;
        let done = change(issue, caller)?;
        issue.updated = self.now;
        Ok(done)
    }
}
