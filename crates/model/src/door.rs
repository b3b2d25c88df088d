//! Where a gate is reached, and who reaches it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::network::{InvalidNetwork, Network};

/// What goes before the path of a unix socket.
const UNIX: &str = "unix:";

/// The longest path of a unix socket: `sun_path` without its last zero, and two bytes less, for it
/// is made under another name first.
const LONGEST_PATH: usize = 105;

/// An address with its port, or `unix:` and a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListenAddress {
    /// TCP.
    Tcp(SocketAddr),
    /// A unix socket.
    Unix(PathBuf),
}

/// A text that is no such address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidListenAddress {
    /// Not of either form.
    #[error(
        "{0:?} is not an address with its port, such as 127.0.0.1:8080 or [::1]:8080, nor a unix \
         socket, such as unix:/run/gatepass/gate.sock"
    )]
    Form(String),
    /// The system has no room for it.
    #[error("{0:?} is too long for a unix socket: its path may have {LONGEST_PATH} bytes")]
    TooLong(String),
}

impl ListenAddress {
    /// The address, where it is one of TCP.
    pub const fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl FromStr for ListenAddress {
    type Err = InvalidListenAddress;

    fn from_str(text: &str) -> Result<Self, InvalidListenAddress> {
        let wrong = || InvalidListenAddress::Form(text.to_owned());
        let Some(path) = text.strip_prefix(UNIX) else {
            return text.parse().map(Self::Tcp).map_err(|_| wrong());
        };
        if path.is_empty() || path.ends_with('/') || path.contains('\0') {
            return Err(wrong());
        }
        if path.len() > LONGEST_PATH {
            return Err(InvalidListenAddress::TooLong(text.to_owned()));
        }
        Ok(Self::Unix(path.into()))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(out, "{address}"),
            Self::Unix(path) => write!(out, "{UNIX}{}", path.display()),
        }
    }
}

/// Those on the other ends of connections: of some networks, or of unix sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerSet {
    /// The networks.
    pub networks: Vec<Network>,
    /// Whether those belong to it who come through a unix socket.
    pub unix: bool,
}

/// One of a [`PeerSet`], as written: a network, or `unix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers {
    /// A network.
    Network(Network),
    /// Whoever comes through a unix socket.
    Unix,
}

impl PeerSet {
    /// Whether one at this address belongs to it.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Whether nobody belongs to it.
    pub const fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }
}

impl FromIterator<Peers> for PeerSet {
    fn from_iter<I: IntoIterator<Item = Peers>>(all: I) -> Self {
        let mut set = Self::default();
        for peers in all {
            match peers {
                Peers::Network(network) => set.networks.push(network),
                Peers::Unix => set.unix = true,
            }
        }
        set
    }
}

impl FromStr for Peers {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        text.parse().map(Self::Network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_as_they_are_written() {
        for text in ["127.0.0.1:8080", "[::1]:0", "unix:/run/gate.sock", "unix:gate.sock"] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
        }
        let long = format!("unix:/{}", "x".repeat(LONGEST_PATH));
        for text in ["localhost:80", "127.0.0.1", "unix:", "unix:/run/", "/run/gate.sock", &long] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_set_of_peers_has_networks_and_unix_sockets() {
        let set: PeerSet =
            ["10.0.0.0/8", "unix"].iter().map(|text| text.parse::<Peers>().unwrap()).collect();
        assert!(set.unix && !set.is_empty());
        assert!(set.has_address([10, 1, 2, 3].into()) && !set.has_address([127, 0, 0, 1].into()));
        assert!("sockets".parse::<Peers>().is_err());
    }
}
