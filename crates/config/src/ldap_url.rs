//! Where an LDAP server stands.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::host;

/// `ldap://host[:port]` or `ldaps://host[:port]`, and nothing behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LdapUrl {
    is_secure: bool,
    host: String,
    port: u16,
}

/// Why an address was not taken. It is not quoted: people put passwords into addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of an LDAP server: {0}; write it as ldaps://ldap.example.com")]
pub struct InvalidLdapUrl(&'static str);

impl LdapUrl {
    /// Whether TLS begins with the connection (`ldaps`).
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// A name or an address, in lower case; an IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to: 636 for `ldaps` and 389 for `ldap` where none is written.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine, by its name or address: nobody else hears what is said.
    pub fn is_loopback(&self) -> bool {
        let is_address = |host: &str| host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
        self.host == "localhost" || self.host == "[::1]" || is_address(&self.host)
    }
}

impl FromStr for LdapUrl {
    type Err = InvalidLdapUrl;

    fn from_str(text: &str) -> Result<Self, InvalidLdapUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidLdapUrl("it has no scheme"))?;
        let is_secure = scheme.eq_ignore_ascii_case("ldaps");
        if !is_secure && !scheme.eq_ignore_ascii_case("ldap") {
            return Err(InvalidLdapUrl("its scheme is neither ldap nor ldaps"));
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('@') {
            return Err(InvalidLdapUrl("credentials belong in bind_dn and bind_password_file"));
        }
        if authority.contains(['/', '?', '#']) {
            return Err(InvalidLdapUrl("what is searched stands in base_dn and the filters"));
        }
        let (host, port) =
            host::split(authority).ok_or(InvalidLdapUrl("its host or port is not valid"))?;
        let port = port.unwrap_or(if is_secure { 636 } else { 389 });
        Ok(Self { is_secure, host, port })
    }
}

impl fmt::Display for LdapUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "ldaps" } else { "ldap" };
        write!(out, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_host_and_port() {
        for (text, shown, is_loopback) in [
            ("LDAPS://LDAP.Example.com", "ldaps://ldap.example.com:636", false),
            ("ldap://ldap.example.com:3890/", "ldap://ldap.example.com:3890", false),
            ("ldap://localhost", "ldap://localhost:389", true),
            ("ldap://127.3.2.1", "ldap://127.3.2.1:389", true),
            ("ldap://[::1]:390", "ldap://[::1]:390", true),
            ("ldap://10.0.0.1", "ldap://10.0.0.1:389", false),
            ("ldap://127.example.com", "ldap://127.example.com:389", false),
        ] {
            let url: LdapUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.is_loopback()), (shown, is_loopback));
        }
    }

    #[test]
    fn addresses_that_say_more_or_less_than_that_are_refused_and_not_quoted() {
        for text in [
            "ldap.s3cret.com",
            "https://s3cret",
            "ldapi://s3cret",
            "ldap://",
            "ldap://u:s3cret@ldap",
            "ldap://ldap/dc=s3cret",
            "ldap://ldap?s3cret",
            "ldap://ldap:0",
            "ldap://s3 cret",
        ] {
            let error = text.parse::<LdapUrl>().unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
