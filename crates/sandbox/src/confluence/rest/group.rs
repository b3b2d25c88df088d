//! Who is in a group.

use axum::extract::Path;
use serde_json::Value;

use super::may_use;
use crate::confluence::bean::{in_link, paged, person};
use crate::confluence::fault;
use crate::confluence::state::Call;
use crate::site::answer::Outcome;

/// People that are shown at once unless fewer are asked for.
const PAGE: usize = 200;

/// Those of its members who are active. A page costs what is on it, however large the group is.
pub(crate) async fn members(call: Call, Path(name): Path<String>) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    let unknown = || fault::not_found(&format!("No group found with name: {name}"));
    let members = world.people.members(&name).ok_or_else(unknown)?;
    let own = format!("/rest/api/group/{}/member", in_link(&name));
    let bean = |name: &String| world.person(name).map_or(Value::Null, |one| person(&call, one));
    paged(&call, &own, PAGE, &members.active, bean)
}
