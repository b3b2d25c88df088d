//! Permissions: which there are, which the caller has.

use serde_json::{Map, Value, json};

use crate::jira::call::Call;
use crate::jira::state::World;
use crate::site::answer::{Fault, Outcome, ok};

/// Id, key, name, and who has it.
const PERMISSIONS: &[(&str, &str, &str, Holder)] = &[
    ("0", "ADMINISTER", "Jira Administrators", Holder::Administrator),
    ("44", "SYSTEM_ADMIN", "Jira System Administrators", Holder::Administrator),
    ("27", "USER_PICKER", "Browse Users", Holder::SignedIn),
    ("10", "BROWSE_PROJECTS", "Browse Projects", Holder::Reader),
    ("11", "CREATE_ISSUES", "Create Issues", Holder::SignedIn),
    ("12", "EDIT_ISSUES", "Edit Issues", Holder::SignedIn),
    ("28", "TRANSITION_ISSUES", "Transition Issues", Holder::SignedIn),
    ("15", "ADD_COMMENTS", "Add Comments", Holder::SignedIn),
    ("19", "CREATE_ATTACHMENTS", "Create Attachments", Holder::SignedIn),
    ("20", "WORK_ON_ISSUES", "Work On Issues", Holder::SignedIn),
    ("16", "DELETE_ISSUES", "Delete Issues", Holder::Administrator),
    ("23", "ADMINISTER_PROJECTS", "Administer Projects", Holder::Administrator),
];

#[derive(Clone, Copy)]
enum Holder {
    Reader,
    SignedIn,
    Administrator,
}

impl Holder {
    fn is_caller(self, call: &Call, world: &World) -> bool {
        match self {
            Self::Reader => call.may_read(world),
            Self::SignedIn => call.caller.username.is_some(),
            Self::Administrator => call.is_administrator(world),
        }
    }
}

fn bean(id: &str, key: &str, name: &str) -> Map<String, Value> {
    let kind = if matches!(id, "0" | "44" | "27") { "GLOBAL" } else { "PROJECT" };
    let mut bean = Map::new();
    for (field, value) in [("id", id), ("key", key), ("name", name), ("type", kind)] {
        bean.insert(field.into(), value.into());
    }
    bean.insert("description".into(), "".into());
    bean
}

/// All of them, for administrators.
pub(crate) async fn all(call: Call) -> Outcome {
    call.signed_in()?;
    if !call.is_administrator(&call.shared.world()) {
        return Err(Fault::forbidden("You do not have permission to view permissions."));
    }
    let all: Map<String, Value> = PERMISSIONS
        .iter()
        .map(|(id, key, name, _)| ((*key).to_owned(), bean(id, key, name).into()))
        .collect();
    Ok(ok(&json!({ "permissions": all })))
}

/// The caller's, nobody's too.
pub(crate) async fn own(call: Call) -> Outcome {
    let world = call.shared.world();
    let all: Map<String, Value> = PERMISSIONS
        .iter()
        .map(|(id, key, name, holder)| {
            let mut bean = bean(id, key, name);
            bean.insert("havePermission".into(), holder.is_caller(&call, &world).into());
            ((*key).to_owned(), bean.into())
        })
        .collect();
    Ok(ok(&json!({ "permissions": all })))
}
