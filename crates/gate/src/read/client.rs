//! The client's address, and what a trusted proxy says of it.

use std::net::IpAddr;

use gatepass_model::Network;

use crate::connection::Arrival;
use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;

/// Who sends a request, as far as anybody may be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// The address that networks in grants and exemptions are about.
    pub(crate) address: IpAddr,
    /// The trusted proxies that it came through, the nearest last; the peer among them.
    pub(crate) hops: Vec<IpAddr>,
    /// Whether the connection's peer is a trusted proxy, so that its `X-Forwarded-Proto` counts.
    pub(crate) by_trusted_proxy: bool,
}

/// The client of a request on a connection that came in so.
///
/// `X-Forwarded-For` is read only when the peer is a trusted proxy, from the right, skipping
/// trusted hops: what stands left of the first untrusted address was written by whoever it is.
/// `Forwarded`, `X-Real-IP` and other spellings are not believed, whoever sends them.
pub(crate) fn client_of(head: &RequestHead<'_>, arrival: Arrival, trusted: &[Network]) -> Client {
    let peer = arrival.peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !arrival.is_trusted && (trusted.is_empty() || !is_trusted(peer)) {
        return Client { address: peer, hops: Vec::new(), by_trusted_proxy: false };
    }
    let mut hops = vec![peer];
    let lines: Vec<&[u8]> = head.all(Known::XForwardedFor).collect();
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(|&byte| byte == b','));
    for entry in entries {
        let Some(address) = parse_address(entry) else {
            // An odd entry hides whoever stood behind it: the nearest hop that is known counts.
            break;
        };
        if !is_trusted(address) {
            hops.reverse();
            return Client { address, hops, by_trusted_proxy: true };
        }
        hops.push(address);
    }
    // Everybody on the way is a trusted proxy: the farthest of them is the client.
    let address = hops.pop().unwrap_or(peer);
    hops.reverse();
    Client { address, hops, by_trusted_proxy: true }
}

/// The scheme that the client used: the connection's, or what a trusted proxy says of it.
pub(crate) fn scheme_of(head: &RequestHead<'_>, client: &Client, arrival: Arrival) -> &'static str {
    let says_https = || {
        head.single(Known::XForwardedProto)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"https"))
    };
    match client.by_trusted_proxy {
        true if says_https() => "https",
        false if arrival.is_secure => "https",
        _ => "http",
    }
}

/// An address, with a port or without: proxies write `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`
/// and `[2001:db8::1]:80`.
fn parse_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        return Some(socket.ip().to_canonical());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::request::read_text;

    fn client(peer: &str, trusted: &[&str], lines: &[&str]) -> Client {
        let lines: Vec<_> =
            lines.iter().map(|line| format!("X-Forwarded-For: {line}\r\n")).collect();
        let lines = lines.concat();
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        let head = read_text(&text).unwrap();
        let trusted: Vec<Network> = trusted.iter().map(|n| n.parse().unwrap()).collect();
        let peer = peer.parse().unwrap();
        client_of(&head, Arrival { peer, is_secure: false, is_trusted: false }, &trusted)
    }

    fn address(peer: &str, trusted: &[&str], lines: &[&str]) -> String {
        client(peer, trusted, lines).address.to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(address("192.0.2.9", &[], &["10.0.0.1"]), "192.0.2.9");
        assert_eq!(address("192.0.2.9", &["10.0.0.0/8"], &["10.0.0.1"]), "192.0.2.9");
        assert_eq!(address("::ffff:192.0.2.9", &[], &[]), "192.0.2.9");
    }

    #[test]
    fn trusted_hops_are_skipped_from_the_right_over_all_lines() {
        let trusted = &["10.0.0.0/8"];
        assert_eq!(
            address("10.0.0.1", trusted, &["6.6.6.6, 198.51.100.7, 10.0.0.2"]),
            "198.51.100.7"
        );
        assert_eq!(
            address("10.0.0.1", trusted, &["198.51.100.7", "10.0.0.2:4711"]),
            "198.51.100.7"
        );
        assert_eq!(address("10.0.0.1", trusted, &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(address("10.0.0.1", trusted, &["10.9.9.9, 10.0.0.2"]), "10.9.9.9");
        assert_eq!(address("10.0.0.1", trusted, &[]), "10.0.0.1");
        let seen = client("10.0.0.1", trusted, &["198.51.100.7, 10.0.0.2"]);
        assert_eq!(seen.hops, ["10.0.0.2".parse::<IpAddr>().unwrap(), "10.0.0.1".parse().unwrap()]);
    }

    #[test]
    fn a_unix_socket_of_trusted_proxies_is_believed_and_its_own_address_is_not() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.9\r\n\r\n";
        let head = read_text(text).unwrap();
        let peer = IpAddr::from([127, 0, 0, 1]);
        let by = |is_trusted| client_of(&head, Arrival { peer, is_secure: false, is_trusted }, &[]);
        assert_eq!(by(true).address.to_string(), "192.0.2.9");
        assert!(by(true).by_trusted_proxy && !by(false).by_trusted_proxy);
        assert_eq!(by(false).address, peer);
    }

    #[test]
    fn an_odd_entry_ends_the_chain_where_it_stands() {
        let trusted = &["10.0.0.0/8"];
        assert_eq!(address("10.0.0.1", trusted, &["198.51.100.7, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(address("10.0.0.1", trusted, &["198.51.100.7, _hidden"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", trusted, &[""]), "10.0.0.1");
    }
}
