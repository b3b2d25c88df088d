//! Projects, and the repositories that are made in them.

use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::Value;

use super::signed_in;
use crate::bitbucket::bean::{Public, paged, project, repository};
use crate::bitbucket::permission::{Level, project_level};
use crate::bitbucket::state::{Call, Project, Repository, World};
use crate::bitbucket::{fault, slug};
use crate::site::answer::{Fault, Outcome, json};
use crate::site::call::Body;

/// Whoever is in it has `PROJECT_ADMIN` for the project.
const DEVELOPERS: &str = "stash-users";

pub(crate) async fn projects(call: Call) -> Outcome {
    let world = call.shared.world();
    let is_public = Public(world.anonymous_may_use);
    if !is_public.0 {
        signed_in(&call, &world)?;
    }
    paged(&call, &world.projects, |one| project(&call, one, is_public))
}

pub(crate) async fn create_repository(
    call: Call,
    Path(key): Path<String>,
    Body(body): Body,
) -> Outcome {
    let mut world = call.shared.world();
    signed_in(&call, &world)?;
    let at = |world: &World| world.projects.iter().position(|one| has_key(one, &key));
    let index = at(&world).ok_or_else(|| fault::no_project(&key))?;
    may_administer(&call, &world)?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() {
        return Err(fault::invalid("A repository must have a name."));
    }
    let (id, slug) = (world.next_id(), slug::of_repository(name));
    let is_public = Public(world.anonymous_may_use);
    let within = world.projects.get_mut(index).ok_or_else(|| fault::no_project(&key))?;
    if within.repositories.iter().any(|own| own.slug == slug) {
        return Err(fault::repository_exists());
    }
    let made = Repository { id, slug, name: name.to_owned() };
    let bean = repository(&call, within, &made, is_public);
    within.repositories.push(made);
    Ok(json(StatusCode::CREATED, &bean))
}

/// Letter case tells no keys apart (fact E).
fn has_key(project: &Project, key: &str) -> bool {
    project.key.eq_ignore_ascii_case(key)
}

/// Whether the caller may administer projects, and the token that he calls by as well.
fn may_administer(call: &Call, world: &World) -> Result<(), Fault> {
    let name = call.caller.username.as_deref().unwrap_or_default();
    let may = world.is_in(name, DEVELOPERS) || call.is_administrator(world);
    let token = call.caller.native_token.and_then(|id| world.native_tokens.get(&id));
    let token_may = token.is_none_or(|token| project_level(&token.scopes) == Level::Admin);
    if may && token_may { Ok(()) } else { Err(fault::not_permitted()) }
}
