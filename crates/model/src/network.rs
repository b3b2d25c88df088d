//! Networks that addresses may come from.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An IPv4 or IPv6 network in CIDR notation; a single address is a network of one. Host bits
/// are cut, and `::ffff:a.b.c.d` counts as the IPv4 address that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(ipnet::IpNet);

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a network (10.1.0.0/16, 203.0.113.7 or 2001:db8::/32)")]
pub struct InvalidNetwork(String);

impl Network {
    /// Whether `address` lies in it. An IPv4 address in IPv6 clothes counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let wrong = || InvalidNetwork(text.to_owned());
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_canonical().into()));
        }
        let net: ipnet::IpNet = text.parse().map_err(|_| wrong())?;
        match net {
            ipnet::IpNet::V6(six) if six.addr().to_ipv4_mapped().is_some() => {
                // ::ffff:10.0.0.0/104 is 10.0.0.0/8; wider than /96 it is neither.
                let four = six.addr().to_ipv4_mapped().ok_or_else(wrong)?;
                let bits = six.prefix_len().checked_sub(96).ok_or_else(wrong)?;
                let net = ipnet::Ipv4Net::new(four, bits).map_err(|_| wrong())?;
                Ok(Self(ipnet::IpNet::V4(net.trunc())))
            }
            net => Ok(Self(net.trunc())),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            return write!(out, "{}", self.0.addr());
        }
        write!(out, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_addresses_count_as_ipv4_on_both_sides() {
        let net: Network = "::ffff:10.1.2.3/104".parse().unwrap();
        assert_eq!(net.to_string(), "10.0.0.0/8");
        assert!(net.contains("::ffff:10.9.9.9".parse().unwrap()));
        assert!(!net.contains("11.0.0.1".parse().unwrap()));
        let one: Network = "::ffff:192.0.2.1".parse().unwrap();
        assert!(one.contains("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn host_bits_are_cut_and_nonsense_is_refused() {
        assert_eq!("203.0.113.77/24".parse::<Network>().unwrap().to_string(), "203.0.113.0/24");
        for text in ["", "10.0.0.0/33", "010.0.0.1", "10.0.0", "::ffff:0:0/80", "host"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
