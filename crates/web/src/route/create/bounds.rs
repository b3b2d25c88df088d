//! What policy lets the owner have, for the hints beside the fields.

use gatepass_console::page::create::{CreateBounds, Ruled};
use gatepass_console::part::Place;
use gatepass_control::{Bound, Rights};

/// Of these rights.
pub(super) fn of(rights: &Rights, places: &[Place]) -> CreateBounds {
    let bounds = &rights.bounds;
    let no_admin = match &bounds.admin_operations {
        Some(Bound { value: true, .. }) => None,
        Some(bound) => Some(Ruled { value: (), rule: Some(bound.rule.to_string()) }),
        None => Some(Ruled { value: (), rule: None }),
    };
    let instances = bounds.instances.as_ref().map(|bound| Ruled {
        value: places
            .iter()
            .filter(|place| bound.value.contains(&place.name))
            .map(|place| place.name.to_string())
            .collect(),
        rule: Some(bound.rule.to_string()),
    });
    CreateBounds {
        longest_lifetime: super::read::longest(rights)
            .map(|(value, rule)| Ruled { value, rule: Some(rule) }),
        read_only: ruled(bounds.read_only.as_ref()),
        no_admin,
        networks_required: ruled(bounds.networks_required.as_ref()),
        purpose_required: ruled(bounds.purpose_required.as_ref()),
        integration_required: ruled(bounds.integration_required.as_ref()),
        approval_required: ruled(bounds.approval_required.as_ref()),
        instances,
        most_tokens: ruled(bounds.most_tokens.as_ref()),
        limits: ruled(bounds.token_limits.as_ref()),
    }
}

fn ruled<T: Clone>(bound: Option<&Bound<T>>) -> Option<Ruled<T>> {
    bound.map(|bound| Ruled { value: bound.value.clone(), rule: Some(bound.rule.to_string()) })
}
