//! Where is asked: at a URL, or at every port of a host where a product is usual.

use std::fmt;
use std::str::FromStr;

use gatepass_config::BaseUrl;

use super::super::finding::State;

/// What somebody wrote behind `--from-outside`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutsidePlace {
    /// The product's own address.
    Url(BaseUrl),
    /// A host: the ports that the products have when nobody chooses others.
    Host {
        /// As for a URL without a port.
        base: BaseUrl,
        /// As it was written.
        written: String,
    },
}

/// What is spoken behind a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// HTTP, below this address.
    Http(BaseUrl),
    /// Something that is not asked: that a connection is taken says it.
    Other {
        /// What it is.
        words: &'static str,
        /// How bad that is.
        state: State,
    },
}

/// One port, and what is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doorway {
    pub(super) port: u16,
    pub(super) speech: Speech,
}

/// Web servers, Bitbucket, Jira, Confluence, Synchrony, and Tomcat's usual port of TLS.
const HTTP: [(u16, &str); 7] = [
    (80, "http"),
    (443, "https"),
    (7990, "http"),
    (8080, "http"),
    (8090, "http"),
    (8091, "http"),
    (8443, "https"),
];

const CLUSTER: &str = "connections are taken where the nodes of a cluster talk to each other, and \
                       they ask nobody who he is; let only nodes in";

const OTHER: [(u16, &str, State); 6] = [
    (5701, CLUSTER, State::Failed),
    (5801, CLUSTER, State::Failed),
    (40001, CLUSTER, State::Failed),
    (40011, CLUSTER, State::Failed),
    (
        8009,
        "connections are taken where Tomcat speaks AJP: whoever gets there says who he is",
        State::Failed,
    ),
    (
        7999,
        "git over SSH answers; it does not pass the gate, and no token is asked for",
        State::Warning,
    ),
];

impl OutsidePlace {
    /// What is looked up.
    pub(super) fn host(&self) -> &str {
        match self {
            Self::Url(base) | Self::Host { base, .. } => base.host_to_look_up(),
        }
    }

    /// Where is asked, at each address of the host.
    pub(super) fn doorways(&self) -> Vec<Doorway> {
        let base = match self {
            Self::Url(url) => {
                return vec![Doorway { port: url.port(), speech: Speech::Http(url.clone()) }];
            }
            Self::Host { base, .. } => base,
        };
        let http = HTTP.into_iter().filter_map(|(port, scheme)| {
            let url = format!("{scheme}://{}:{port}", base.host()).parse().ok()?;
            Some(Doorway { port, speech: Speech::Http(url) })
        });
        let others = OTHER
            .into_iter()
            .map(|(port, words, state)| Doorway { port, speech: Speech::Other { words, state } });
        http.chain(others).collect()
    }
}

impl FromStr for OutsidePlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return text.parse().map(Self::Url).map_err(|error| format!("{error}"));
        }
        // An IPv6 address may stand there without brackets; a port may not, for then a scheme and a
        // path are wanted too.
        let is_address = text.parse::<std::net::Ipv6Addr>().is_ok();
        let host = if is_address { format!("[{text}]") } else { text.to_owned() };
        let has_port = !is_address && !text.ends_with(']') && text.contains(':');
        let base = format!("http://{host}").parse::<BaseUrl>();
        match base {
            Ok(base) if !has_port && !text.contains('/') => {
                Ok(Self::Host { base, written: text.to_owned() })
            }
            _ => {
                Err("write a host, or an address such as http://jira.internal:8080/jira".to_owned())
            }
        }
    }
}

impl fmt::Display for OutsidePlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => url.fmt(out),
            Self::Host { written, .. } => out.write_str(written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_at_every_usual_port_and_a_url_at_its_own() {
        let ports = |text: &str| {
            let place: OutsidePlace = text.parse().unwrap();
            place.doorways().iter().map(|one| one.port).collect::<Vec<_>>()
        };
        assert_eq!(ports("http://jira.internal:8081/jira"), [8081]);
        assert_eq!(ports("https://jira.internal"), [443]);
        for host in ["jira.internal", "10.0.0.12", "fd00::12", "[fd00::12]"] {
            let all = ports(host);
            assert_eq!(all.len(), HTTP.len() + OTHER.len(), "{host}");
        }
        let place: OutsidePlace = "fd00::12".parse().unwrap();
        assert_eq!((place.host(), place.to_string().as_str()), ("fd00::12", "fd00::12"));
    }

    #[test]
    fn what_names_neither_is_not_understood() {
        for text in
            ["jira:8080", "jira/", "ftp://jira", "http://u:p@jira", "http://jira/?a", "a b", ""]
        {
            assert!(text.parse::<OutsidePlace>().is_err(), "{text}");
        }
    }
}
