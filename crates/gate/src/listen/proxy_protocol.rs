//! The PROXY protocol, version 2: a head of binary that a proxy sends before the first byte of the
//! client, and in which it says whose connection it is (haproxy's `proxy-protocol.txt`, 2.2).
//!
//! Strict: whoever is to send it must, whole and in time, and what is not understood ends the
//! connection. Version 1, a line of text, is not taken. As the head says how long it is, not one
//! byte behind it is read.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt as _};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, version with command, family with transport, and how many bytes follow.
const FIXED: usize = 16;

/// Most bytes that may follow the fixed part: addresses take 216 at most, the rest are additions
/// of a few bytes each (a host name, a checksum, what the client's certificate says).
const LONGEST: usize = 4096;

/// What is wrong with a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHeader {
    #[error("it does not begin with the signature of version 2")]
    Signature,
    #[error("its version or command is not known")]
    Command,
    #[error("it is of a kind of connection that can't be behind this one")]
    Family,
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("its addresses or additions end early")]
    CutShort,
}

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The proxy's own, or of somebody on the proxy's machine: the proxy's address is his.
    Proxy,
    /// Of a client at this address.
    Client(IpAddr),
}

/// What the fixed part says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fixed {
    is_local: bool,
    /// Family in the upper half, transport in the lower.
    family: u8,
    length: usize,
}

/// Reads a head from a connection, and nothing that comes behind it. The caller sets the deadline.
pub(crate) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Source> {
    let bad = |error: BadHeader| io::Error::new(io::ErrorKind::InvalidData, error);
    let mut fixed = [0; FIXED];
    stream.read_exact(&mut fixed).await?;
    let fixed = parse_fixed(&fixed).map_err(bad)?;
    let mut rest = vec![0; fixed.length];
    stream.read_exact(&mut rest).await?;
    parse_rest(fixed, &rest).map_err(bad)
}

fn parse_fixed(bytes: &[u8; FIXED]) -> Result<Fixed, BadHeader> {
    let (signature, &[command, family, high, low]) = bytes.split_first_chunk::<12>().map_or_else(
        || (&SIGNATURE, &[0; 4]),
        |(signature, rest)| (signature, rest.first_chunk::<4>().unwrap_or(&[0; 4])),
    );
    if *signature != SIGNATURE {
        return Err(BadHeader::Signature);
    }
    let is_local = match command {
        0x20 => true,
        0x21 => false,
        _ => return Err(BadHeader::Command),
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST {
        return Err(BadHeader::TooLong);
    }
    Ok(Fixed { is_local, family, length })
}

fn parse_rest(fixed: Fixed, rest: &[u8]) -> Result<Source, BadHeader> {
    if fixed.is_local {
        // A proxy that asks how we are. Whatever stands behind it is to be read over (2.2).
        return Ok(Source::Proxy);
    }
    let (source, additions) = match fixed.family {
        // TCP over IPv4: two addresses, two ports.
        0x11 => {
            let (addresses, additions) = split::<12>(rest)?;
            let [a, b, c, d, ..] = *addresses;
            (Source::Client(Ipv4Addr::new(a, b, c, d).into()), additions)
        }
        // TCP over IPv6.
        0x21 => {
            let (addresses, additions) = split::<36>(rest)?;
            let (address, _) = addresses.split_first_chunk::<16>().ok_or(BadHeader::CutShort)?;
            (Source::Client(Ipv6Addr::from(*address).to_canonical()), additions)
        }
        // A stream of unix sockets: two paths.
        0x31 => (Source::Proxy, split::<216>(rest)?.1),
        // Datagrams; and "unspecified": who that is nobody says, and to take him for the proxy
        // would give him what the proxy's network may.
        _ => return Err(BadHeader::Family),
    };
    check_additions(additions)?;
    Ok(source)
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), BadHeader> {
    bytes.split_first_chunk().ok_or(BadHeader::CutShort)
}

/// Type, length and so many bytes, until nothing is left (2.2.1).
fn check_additions(mut bytes: &[u8]) -> Result<(), BadHeader> {
    while !bytes.is_empty() {
        let (&[_, high, low], rest) = split::<3>(bytes)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        bytes = rest.get(length..).ok_or(BadHeader::CutShort)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, rest].concat()
    }

    /// What is made of these bytes, and what is left of them.
    fn take(bytes: &[u8]) -> io::Result<(Source, Vec<u8>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut stream = bytes;
            let source = read(&mut stream).await?;
            Ok((source, stream.to_vec()))
        })
    }

    fn refused(bytes: &[u8]) -> BadHeader {
        let error = take(bytes).unwrap_err();
        *error.get_ref().unwrap().downcast_ref().unwrap()
    }

    const FOUR: [u8; 12] = [192, 0, 2, 1, 198, 51, 100, 1, 0x1f, 0x90, 0, 80];

    #[test]
    fn a_client_is_whom_the_proxy_names() {
        let four = header(0x21, 0x11, &FOUR);
        assert_eq!(take(&four).unwrap().0, Source::Client([192, 0, 2, 1].into()));
        let mut addresses = [0; 36];
        addresses[..16].copy_from_slice(&"2001:db8::1".parse::<Ipv6Addr>().unwrap().octets());
        let six = take(&header(0x21, 0x21, &addresses)).unwrap().0;
        assert_eq!(six, Source::Client("2001:db8::1".parse().unwrap()));
        addresses[..16].copy_from_slice(&"::ffff:10.0.0.1".parse::<Ipv6Addr>().unwrap().octets());
        let mapped = take(&header(0x21, 0x21, &addresses)).unwrap().0;
        assert_eq!(mapped, Source::Client([10, 0, 0, 1].into()));
        assert_eq!(take(&header(0x21, 0x31, &[0; 216])).unwrap().0, Source::Proxy);
    }

    #[test]
    fn a_proxys_own_connection_is_the_proxys_whatever_else_it_says() {
        for (family, rest) in [(0, &[][..]), (0x11, &FOUR), (0xff, b"anything")] {
            assert_eq!(take(&header(0x20, family, rest)).unwrap().0, Source::Proxy);
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        use BadHeader as B;
        for (command, family, rest, why) in [
            (0x11, 0x11, &FOUR[..], B::Command),
            (0x22, 0x11, &FOUR, B::Command),
            (0x21, 0x00, &FOUR, B::Family),
            (0x21, 0x12, &FOUR, B::Family),
            (0x21, 0x41, &FOUR, B::Family),
            (0x21, 0x11, &FOUR[..11], B::CutShort),
            (0x21, 0x21, &FOUR, B::CutShort),
            (0x21, 0x31, &FOUR, B::CutShort),
            (0x21, 0x11, &[0; LONGEST + 1], B::TooLong),
        ] {
            assert_eq!(refused(&header(command, family, rest)), why, "{command:x} {family:x}");
        }
        let first = b"PROXY TCP4 192.0.2.1 198.51.100.1 8080 80\r\n";
        assert_eq!(refused(first), B::Signature);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), B::Signature);
    }

    #[test]
    fn additions_are_read_over_when_they_are_whole() {
        let whole = [&FOUR[..], &[0x04, 0, 2, 1, 2], &[0x20, 0, 0]].concat();
        assert!(take(&header(0x21, 0x11, &whole)).is_ok());
        for cut in 1..5 {
            let cut = whole.get(..FOUR.len() + cut).unwrap();
            assert_eq!(refused(&header(0x21, 0x11, cut)), BadHeader::CutShort);
        }
    }

    #[test]
    fn a_head_that_ends_early_is_no_head() {
        let whole = header(0x21, 0x11, &FOUR);
        for length in 0..whole.len() {
            let error = take(whole.get(..length).unwrap()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_written_head_is_read_back_and_what_follows_it_is_left(
            address in any::<IpAddr>(),
            additions in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            behind in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let (family, mut rest) = match address {
                IpAddr::V4(address) => (0x11, [&address.octets()[..], &[0; 8]].concat()),
                IpAddr::V6(address) => (0x21, [&address.octets()[..], &[0; 20]].concat()),
            };
            for (kind, value) in &additions {
                rest.push(*kind);
                rest.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
                rest.extend_from_slice(value);
            }
            let bytes = [header(0x21, family, &rest), behind.clone()].concat();
            let (source, left) = take(&bytes).unwrap();
            prop_assert_eq!(source, Source::Client(address.to_canonical()));
            prop_assert_eq!(left, behind);
        }

        #[test]
        fn no_bytes_make_it_panic_or_read_on(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            has_signature in any::<bool>(),
            command in prop::sample::select(vec![0x20_u8, 0x21, 0x22]),
        ) {
            let bytes = if has_signature {
                [&SIGNATURE[..], &[command], &bytes].concat()
            } else {
                bytes
            };
            if let Ok((_, left)) = take(&bytes) {
                let length = usize::from(bytes[14]) * 256 + usize::from(bytes[15]);
                prop_assert_eq!(left.len(), bytes.len() - FIXED - length);
            }
        }
    }
}
