//! The product's own page of native tokens, where policy has the console stand in for it.

use gatepass_model::{CanonicalTarget, Method, NativeTokenPage};

use crate::engine::http1::request::RequestHead;
use crate::read::place;
use crate::thread::{InstanceRoom, Shared};

/// Whether a person opens that page, and policy sends him to the console. What scripts of the
/// product's own pages fetch (the tab's content) goes up: a page of the console has no place in
/// one of theirs.
pub(super) fn is_taken_over(
    head: &RequestHead<'_>,
    target: &CanonicalTarget<'_>,
    room: &InstanceRoom,
    shared: &Shared,
) -> bool {
    if !matches!(head.method, Method::Get | Method::Head) {
        return false;
    }
    let instance = &room.settings.instance;
    let segments = place::segments_below(target, &instance.context_path);
    room.profile.is_native_token_page(segments, target.parameters())
        && is_opened_by_a_person(head)
        && shared.snapshot.instance_policy(&instance.name).native_token_page()
            == NativeTokenPage::Gatepass
}

/// As far as browsers say (Fetch Metadata; scripts' libraries say the other).
fn is_opened_by_a_person(head: &RequestHead<'_>) -> bool {
    let says = |name: &str, wanted: &[u8]| {
        head.fields.single_named(name).is_none_or(|value| value == wanted)
    };
    says("sec-fetch-mode", b"navigate") && head.fields.single_named("x-requested-with").is_none()
}
