//! People: oneself, one, and the groups of one (fact B).

use super::may_use;
use crate::confluence::bean::{anonymous, group, in_link, paged, person};
use crate::confluence::fault;
use crate::confluence::state::{Call, World};
use crate::site::answer::{Fault, Outcome, ok};
use crate::site::people::Person;

/// Groups that are shown at once unless fewer are asked for.
const GROUPS: usize = 200;

pub(crate) async fn current(call: Call) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    match &call.caller.username {
        None => Ok(ok(&anonymous(&call))),
        Some(name) => {
            let own = world.person(name).ok_or_else(fault::not_permitted)?;
            Ok(ok(&person(&call, own)))
        }
    }
}

pub(crate) async fn read(call: Call) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    Ok(ok(&person(&call, named(&call, &world)?)))
}

pub(crate) async fn groups_of(call: Call) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    let account = &named(&call, &world)?.account;
    let own = format!("/rest/api/user/memberof?username={}", in_link(&account.username));
    paged(&call, &own, GROUPS, &account.groups, |name| group(&call, name))
}

/// Whom `username` or `key` names.
fn named<'a>(call: &Call, world: &'a World) -> Result<&'a Person, Fault> {
    let (name, key) = (call.params.first("username"), call.params.first("key"));
    let found = match (name, key) {
        (Some(name), _) => world.person(name),
        (None, Some(key)) => world.people.with_key(key),
        (None, None) => {
            let said = "Either a username or a key is needed";
            return Err(fault::of(axum::http::StatusCode::BAD_REQUEST, said));
        }
    };
    let wanted = name.or(key).unwrap_or_default();
    found.ok_or_else(|| fault::not_found(&format!("No user found with username or key: {wanted}")))
}
