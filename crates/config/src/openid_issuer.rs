//! What an OpenID provider calls itself.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::host;

/// An issuer: `https://host[:port][/path]`, or the same by http on this machine. Kept as it was
/// written: a provider is known by the very letters (`OpenID` Connect Discovery 1.0, 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenIdIssuer {
    text: String,
    is_secure: bool,
}

/// Why an issuer was not taken. It is not quoted: people put passwords into addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no issuer: {0}; write it as https://login.example.com, the way the provider has it"
)]
pub struct InvalidIssuer(&'static str);

impl OpenIdIssuer {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached by https.
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }
}

impl FromStr for OpenIdIssuer {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, InvalidIssuer> {
        let wrong = |words| Err(InvalidIssuer(words));
        let (is_secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://"))
        {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return wrong("it does not begin with https://"),
        };
        if rest.contains(['?', '#']) {
            return wrong("it has a query or a fragment");
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return wrong("it has characters that no URL has");
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return wrong("credentials belong in client_id and client_secret_file");
        }
        let Some((host, _)) = host::split(authority) else {
            return wrong("its host or port is not valid");
        };
        let is_address = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        let is_here = host == "localhost" || host == "[::1]" || is_address;
        if !is_secure && !is_here {
            return wrong("by http everybody on the way could say who somebody is");
        }
        Ok(Self { text: text.to_owned(), is_secure })
    }
}

impl fmt::Display for OpenIdIssuer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_letter_by_letter() {
        for text in [
            "https://login.example.com",
            "https://login.example.com/",
            "https://Login.example.com:8443/realms/Main",
            "http://localhost:8080/realms/main",
            "http://127.0.0.1:1",
            "http://[::1]",
        ] {
            assert_eq!(text.parse::<OpenIdIssuer>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_issuer_is_refused_and_not_quoted() {
        for text in [
            "",
            "login.s3cret.com",
            "HTTPS://s3cret",
            "https://",
            "https://u:s3cret@login",
            "https://login/?s3cret",
            "https://login#s3cret",
            "https://login/s3 cret",
            "https://login\\s3cret",
            "https://login:0",
            "http://s3cret.example.com",
            "http://127.s3cret.com",
        ] {
            let error = text.parse::<OpenIdIssuer>().unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
