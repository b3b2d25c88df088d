//! Where a browser goes after it has signed in.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Product;
use super::call::Call;

/// What may not stand in a `Location`, or would end the attribute that a page puts it into.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// Where the parameter of that name leads, or `otherwise`, which is a path below the context path.
pub(crate) fn destination<W: Product>(call: &Call<W>, name: &str, otherwise: &str) -> String {
    let wanted = call.params.first(name).unwrap_or_default();
    resolve(wanted, &call.base, call.host.as_deref())
        .unwrap_or_else(|| format!("{}{otherwise}", call.base))
}

/// As the products do it: a path is one below the context path, and a whole URL counts when it leads to
/// the host that the browser has asked. All else would send people to whoever made the link.
fn resolve(wanted: &str, base: &str, host: Option<&str>) -> Option<String> {
    // Browsers take `\` for `/` and drop tabs and line ends: `/\evil` and `/<tab>/evil` are
    // `//evil` to them.
    if wanted.chars().any(|letter| letter == '\\' || letter.is_control()) {
        return None;
    }
    let url = utf8_percent_encode(wanted, ESCAPED).to_string();
    if wanted.starts_with('/') && !wanted.starts_with("//") {
        return Some(format!("{base}{url}"));
    }
    let (scheme, rest) = wanted.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let authority = rest.split(['/', '?', '#']).next()?;
    (is_web && host.is_some_and(|host| host.eq_ignore_ascii_case(authority))).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://jira.example:8080/jira";

    fn lead(wanted: &str) -> Option<String> {
        resolve(wanted, BASE, Some("jira.example:8080"))
    }

    #[test]
    fn a_path_is_one_below_the_context_path_and_keeps_its_own_query() {
        for (wanted, expected) in [
            ("/secure/Dashboard.jspa", "/secure/Dashboard.jspa"),
            ("/gatepass-sign-in?to=abc%20d&x=1", "/gatepass-sign-in?to=abc%20d&x=1"),
            ("/browse/ABC-1?a=ü b#top", "/browse/ABC-1?a=%C3%BC%20b#top"),
            ("/a?to=//evil.example", "/a?to=//evil.example"),
        ] {
            assert_eq!(lead(wanted), Some(format!("{BASE}{expected}")));
        }
    }

    #[test]
    fn a_whole_url_counts_when_it_leads_to_the_host_that_was_asked() {
        for own in ["http://jira.example:8080", "HTTPS://JIRA.example:8080/x?y=z"] {
            assert_eq!(lead(own).as_deref(), Some(own));
        }
        assert_eq!(resolve("http://jira.example/", BASE, None), None);
    }

    #[test]
    fn nothing_leads_elsewhere() {
        for wanted in [
            "",
            "secure/Dashboard.jspa",
            "//evil",
            "///evil",
            "/\\evil",
            "\\\\evil",
            "/\t/evil",
            "/a\r\nSet-Cookie: a=b",
            "https://evil",
            "https:evil",
            "http://jira.example",
            "http://jira.example:8080.evil/",
            "http://jira.example:8080@evil/",
            "http://evil/@jira.example:8080",
            "http:///jira.example:8080",
            "javascript://jira.example:8080/%0aalert(1)",
        ] {
            assert_eq!(lead(wanted), None, "{wanted:?}");
        }
    }
}
