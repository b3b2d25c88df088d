//! Host names that an instance answers to.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// A host name in lower case, for one port or for every port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPattern {
    name: String,
    port: Option<u16>,
}

/// A text that is no host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host name; write it as jira.example.com or jira.example.com:8443")]
pub struct InvalidHost(String);

impl HostPattern {
    /// In lower case; an IPv6 address stands in brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The only port that is meant; `None`: every port.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether some `Host` is meant by both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let same_port = self.port.is_none() || other.port.is_none() || self.port == other.port;
        self.name == other.name && same_port
    }
}

/// Parts `host[:port]`; the name in lower case. A port is 1 to 65535, without leading zeros.
pub(crate) fn split(text: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let port = match port {
        None => None,
        Some(digits) => {
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            Some(digits.parse::<u16>().ok().filter(|_| plain)?)
        }
    };
    let name = name.to_ascii_lowercase();
    let is_address = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    (is_address || is_plain_name(&name)).then_some((name, port))
}

/// Labels of letters, digits, `-` and `_`, parted by dots (RFC 1123 2.1; `_` occurs inside).
fn is_plain_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.split('.').all(label)
}

impl FromStr for HostPattern {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let (name, port) = split(text).ok_or_else(|| InvalidHost(text.to_owned()))?;
        Ok(Self { name, port })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_lower_cased_and_keep_their_port() {
        for (text, shown) in [
            ("Jira.Example.com", "jira.example.com"),
            ("jira:8443", "jira:8443"),
            ("[::1]:80", "[::1]:80"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(text.parse::<HostPattern>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "", "a b", "http://a", "a/b", "a:0", "a:080", "a:", "a:65536", "::1", "a..b", "*.a",
            "a.",
        ] {
            assert!(text.parse::<HostPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_host_without_a_port_overlaps_every_port() {
        let host = |text: &str| text.parse::<HostPattern>().unwrap();
        assert!(host("a").overlaps(&host("a:81")) && host("a:81").overlaps(&host("A")));
        assert!(!host("a:80").overlaps(&host("a:81")) && !host("a").overlaps(&host("b")));
    }
}
