//! Whether a browser says that a page of the same origin sent a request.
//!
//! A script can forge these headers. They tell a browser's sign-in from a forgotten crontab, not
//! a friend from an attacker; the documentation says so. What the mode `browser` of sessions asks
//! for is stricter, and part of the decision: the scheme counts there, too.

use gatepass_model::Method;

use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;

/// By `Sec-Fetch-Site` where there is one, else by `Origin`, else by `Referer`.
pub(crate) fn is_same_origin(head: &RequestHead<'_>) -> bool {
    if head.fields.has(Known::SecFetchSite) {
        return head.single(Known::SecFetchSite) == Some(b"same-origin");
    }
    for name in [Known::Origin, Known::Referer] {
        if head.fields.has(name) {
            return head.single(name).is_some_and(|value| has_authority(value, head.host));
        }
    }
    false
}

/// Whether `url` is an http or https URL of `host`.
fn has_authority(url: &[u8], host: &str) -> bool {
    let Some(rest) =
        [&b"https://"[..], b"http://"].iter().find_map(|scheme| url.strip_prefix(*scheme))
    else {
        return false;
    };
    let default_port = if url.starts_with(b"https") { ":443" } else { ":80" };
    let end = rest.iter().position(|&b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let plain = host.strip_suffix(default_port).unwrap_or(host).as_bytes();
    let authority = authority.strip_suffix(default_port.as_bytes()).unwrap_or(authority);
    authority.eq_ignore_ascii_case(plain)
}

/// A CORS preflight (Fetch standard 4.8): browsers send it without any credential.
pub(crate) fn is_preflight(head: &RequestHead<'_>) -> bool {
    head.method == Method::Options
        && head.fields.has(Known::Origin)
        && head.fields.has(Known::AccessControlRequestMethod)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::request::read_text;

    fn same_origin(lines: &str) -> bool {
        let text = format!("POST /login.jsp HTTP/1.1\r\nHost: jira.example\r\n{lines}\r\n");
        is_same_origin(&read_text(&text).unwrap())
    }

    #[test]
    fn fetch_metadata_comes_before_origin_and_origin_before_referer() {
        assert!(same_origin("Sec-Fetch-Site: same-origin\r\nOrigin: https://evil.example\r\n"));
        assert!(!same_origin("Sec-Fetch-Site: none\r\nOrigin: https://jira.example\r\n"));
        assert!(!same_origin("Sec-Fetch-Site: same-site\r\n"));
        assert!(same_origin("Origin: https://jira.example\r\nReferer: https://evil.example/\r\n"));
        assert!(!same_origin("Origin: null\r\nReferer: https://jira.example/\r\n"));
        assert!(same_origin("Referer: http://JIRA.example:80/login.jsp?x\r\n"));
    }

    #[test]
    fn nothing_or_two_of_a_kind_is_no_browser() {
        assert!(!same_origin(""));
        assert!(!same_origin("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n"));
        assert!(!same_origin("Origin: https://jira.example.evil\r\n"));
        assert!(!same_origin("Referer: https://jira.example@evil.example/\r\n"));
        assert!(!same_origin("Origin: ftp://jira.example\r\n"));
    }
}
