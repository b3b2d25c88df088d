//! Whether a request brings what a browser sends when a page of the same origin asks.
//!
//! A script can send the same. So this tells what people do in pages from scripts that use a
//! session because nobody has stopped them; it stops nobody who has a session and wants to use
//! it. The documentation says so.

use crate::question::{Origin, Question};

/// What `Sec-Fetch-Site` says of where a request comes from (W3C, Fetch Metadata Request
/// Headers, 2.3).
enum Site {
    /// A page of the same origin.
    SameOrigin,
    /// No page: an address that was typed, a bookmark, a part of the browser itself.
    None,
    /// A page of another origin.
    Other,
}

/// By `Sec-Fetch-Site` where it is sent, else by `Origin`, else by `Referer`. A line that stands
/// there twice, or that can't be read, counts as not sent.
///
/// Old browsers do not send `Sec-Fetch-Site`, and none sends it to a site without TLS.
pub(crate) fn is_asked_by_page(question: &Question<'_>) -> bool {
    let value = |name| question.headers.value(name);
    match value("sec-fetch-site").and_then(site) {
        Some(Site::SameOrigin) => return true,
        // Opened by a person. What extensions fetch comes from nowhere, too, but is none of that.
        Some(Site::None) => return value("sec-fetch-mode") == Some(b"navigate"),
        Some(Site::Other) => return false,
        None => {}
    }
    let Some(own) = question.origin else { return false };
    let text = |name| value(name).and_then(|value| std::str::from_utf8(value).ok());
    match text("origin") {
        // A sandboxed frame, or a page that hides where it stands.
        Some("null") => return false,
        Some(origin) => {
            if let Some(found) = Origin::read(origin) {
                return found.is_same_as(own);
            }
        }
        None => {}
    }
    text("referer").and_then(Origin::of_url).is_some_and(|found| found.is_same_as(own))
}

fn site(value: &[u8]) -> Option<Site> {
    match value {
        b"same-origin" => Some(Site::SameOrigin),
        b"none" => Some(Site::None),
        b"same-site" | b"cross-site" => Some(Site::Other),
        _ => None,
    }
}
