//! Where an instance stands.

use std::fmt;
use std::str::FromStr;

use gatepass_model::CanonicalTarget;

use crate::host;

/// `http[s]://host[:port][/context]`: what the gate connects to, and the context path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    is_secure: bool,
    host: String,
    port: u16,
    context_path: String,
}

/// Why a base URL was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no base URL: {problem}")]
pub struct InvalidBaseUrl {
    given: String,
    problem: &'static str,
}

impl BaseUrl {
    /// The port when none is written: 443 for https, else 80.
    pub const fn default_port(is_secure: bool) -> u16 {
        if is_secure { 443 } else { 80 }
    }

    /// Whether it is https.
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// A name or an address, in lower case; an IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The same without brackets: what is looked up.
    pub fn host_to_look_up(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port to connect to.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The value of `Host` that names it: without the port where that is the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == Self::default_port(self.is_secure) {
            return self.host.clone();
        }
        format!("{}:{}", self.host, self.port)
    }

    /// Empty, or `/jira`: canonical, without a slash at its end.
    pub fn context_path(&self) -> &str {
        &self.context_path
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let wrong = |problem| InvalidBaseUrl { given: text.to_owned(), problem };
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| wrong("write it as http://jira.internal:8080/jira"))?;
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong("its scheme must be http or https"));
        }
        if rest.contains(['?', '#']) {
            return Err(wrong("it must have neither query nor fragment"));
        }
        let path_at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(path_at);
        if authority.contains('@') {
            return Err(wrong("credentials don't belong in it; see [instances.service_account]"));
        }
        let (host, port) =
            host::split(authority).ok_or_else(|| wrong("its host or port is not valid"))?;
        let context_path = path.strip_suffix('/').unwrap_or(path);
        if !is_plain_path(context_path) {
            return Err(wrong("its path must be canonical: no //, no dots, no ; and no escapes"));
        }
        let port = port.unwrap_or(Self::default_port(is_secure));
        Ok(Self { is_secure, host, port, context_path: context_path.to_owned() })
    }
}

/// Whether `path` is empty or canonical without a slash at its end, and the same decoded as
/// written, so that it can be compared as text.
pub(crate) fn is_plain_path(path: &str) -> bool {
    path.is_empty()
        || (!path.ends_with('/')
            && !path.contains(['%', '?'])
            && CanonicalTarget::parse(path.as_bytes()).is_ok())
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(out, "{scheme}://{}{}", self.authority(), self.context_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_host_port_and_context_path() {
        let url: BaseUrl = "http://Jira.Internal:8081/jira/".parse().unwrap();
        assert_eq!((url.host(), url.port(), url.context_path()), ("jira.internal", 8081, "/jira"));
        assert_eq!(url.to_string(), "http://jira.internal:8081/jira");
        let bare: BaseUrl = "http://[::1]/".parse().unwrap();
        assert_eq!((bare.host_to_look_up(), bare.port(), bare.context_path()), ("::1", 80, ""));
        assert_eq!(bare.authority(), "[::1]");
        let secure: BaseUrl = "HTTPS://jira.internal/jira".parse().unwrap();
        assert_eq!((secure.is_secure(), secure.port()), (true, 443));
        assert_eq!(secure.to_string(), "https://jira.internal/jira");
        let other: BaseUrl = "https://jira.internal:80".parse().unwrap();
        assert_eq!(other.authority(), "jira.internal:80");
    }

    #[test]
    fn urls_that_say_more_or_less_than_that_are_refused() {
        for text in [
            "jira:8081",
            "ftp://jira",
            "http://",
            "http:///jira",
            "http://u:p@jira",
            "http://jira?x",
            "http://jira/#x",
            "http://jira/a//b",
            "http://jira/a/..",
            "http://jira/%41",
            "http://jira/a;b",
            "http://jira:0/",
            "http://ji ra/",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
    }
}
