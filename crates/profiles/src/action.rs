//! Jira's actions: `Name.jspa` and `Name!command.jspa`.
//!
//! The container hands every path that ends in `.jspa` to one servlet, whatever stands before
//! (CVE-2022-0540 used that), unless a servlet or filter with a longer claim comes first.

use std::borrow::Cow;

use gatepass_model::Segments;

const EXTENSION: &str = ".jspa";

/// First segments below which something else than an action may answer, even to `.jspa`: REST
/// modules, plug-ins' servlets, downloads, feeds. Both readings are possible there.
const CLAIMED: [&str; 7] = ["rest", "rpc", "plugins", "download", "sr", "si", "images"];
/// The same below `secure`.
const CLAIMED_SECURE: [&str; 3] = ["attachment", "thumbnail", "attachmentzip"];

/// Puts an action at `/secure/Name!command.jspa`, the first letter of the command small: the
/// product makes the method `doCommand` of it, and a capital of either.
pub(crate) fn fold(segments: &mut Segments<'_>) {
    if !is_action(segments) || is_ambiguous(segments) {
        return;
    }
    let Some(mut name) = segments.pop() else { return };
    if let Some(at) = name.find('!').map(|at| at + 1)
        && name.as_bytes().get(at).is_some_and(u8::is_ascii_uppercase)
        && let Some(command) = name.to_mut().get_mut(at..=at)
    {
        command.make_ascii_lowercase();
    }
    segments.clear();
    segments.push(Cow::Borrowed("secure"));
    segments.push(name);
}

/// Whether it ends like an action, but might be something else, or have another command than
/// it seems to.
pub(crate) fn is_ambiguous(segments: &[Cow<'_, str>]) -> bool {
    if !is_action(segments) {
        return false;
    }
    let mut names = segments.iter().map(AsRef::as_ref);
    let first: &str = names.next().unwrap_or_default();
    let second: &str = names.next().unwrap_or_default();
    CLAIMED.contains(&first)
        || (first == "secure" && CLAIMED_SECURE.contains(&second))
        || segments.last().is_some_and(|name| name.matches('!').count() > 1)
}

fn is_action(segments: &[Cow<'_, str>]) -> bool {
    segments.last().is_some_and(|last| last.ends_with(EXTENSION))
}
