//! The family of a request, by its path alone. A row of the catalogue may say otherwise.

use std::borrow::Cow;

use gatepass_model::{Family, Product};

/// What kind of thing a folded path asks for.
pub(crate) fn derive(product: Product, folded: &[Cow<'_, str>]) -> Family {
    let mut names = folded.iter().map(AsRef::as_ref);
    let first: &str = names.next().unwrap_or_default();
    let second: &str = names.next().unwrap_or_default();
    match (first, second) {
        ("rest", _) => Family::Rest,
        ("rpc", _) => Family::Rpc,
        ("scm", _) if product == Product::Bitbucket => Family::Git,
        ("plugins", "servlet") => servlet(product, names.next().unwrap_or_default()),
        ("login.jsp" | "logout" | "j_atl_security_check" | "dologin.action", _) => Family::Login,
        ("secure", file) if is_file(file) => Family::File,
        ("download", "resources" | "batch" | "contextbatch" | "superbatch")
        | ("s" | "images" | "static-assets" | "styles" | "includes", _)
        | ("favicon.ico" | "robots.txt", "") => Family::Static,
        ("download", _) => Family::File,
        ("sr" | "si" | "activity", _) if product == Product::Jira => Family::Feed,
        _ => Family::Page,
    }
}

fn servlet(product: Product, name: &str) -> Family {
    match name {
        "streams" => Family::Feed,
        "confluence" if product == Product::Confluence => Family::Webdav,
        _ => Family::Servlet,
    }
}

/// Whether `/secure/<name>` is a file that REST answers link to.
pub(crate) fn is_file(name: &str) -> bool {
    matches!(
        name,
        "attachment"
            | "thumbnail"
            | "attachmentzip"
            | "viewavatar"
            | "projectavatar"
            | "useravatar"
            | "issuetypeavatar"
    )
}

/// Whether the first segments, in any letter case, are those of an interface for programs or of a
/// sign-in, in any of the products.
pub(crate) fn is_sensitive(segments: &[Cow<'_, str>]) -> bool {
    const FIRST: [&str; 24] = [
        "rest",
        "rpc",
        "scm",
        "git",
        "sr",
        "si",
        "activity",
        "plugins",
        "login",
        "login.jsp",
        "login.action",
        "dologin.action",
        "doauthenticate.action",
        "logout",
        "logout.jsp",
        "logout.action",
        "j_atl_security_check",
        "j_security_check",
        "setup",
        "bootstrap",
        "json",
        "dwr",
        "web-inf",
        "meta-inf",
    ];
    let is_sensitive = |segment: &str| FIRST.iter().any(|name| name.eq_ignore_ascii_case(segment));
    let is_inside = |segment: &str| {
        segment.eq_ignore_ascii_case("web-inf") || segment.eq_ignore_ascii_case("meta-inf")
    };
    segments.first().is_some_and(|first| is_sensitive(first))
        || segments.iter().any(|segment| is_inside(segment))
        || segments.last().is_some_and(|last| {
            last.eq_ignore_ascii_case("j_security_check")
                || last.eq_ignore_ascii_case("j_atl_security_check")
        })
}
