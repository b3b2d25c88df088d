//! Whether somebody takes a connection.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;

/// What became of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Somebody takes it.
    Open {
        /// It came from the address that it went to.
        is_own_machine: bool,
    },
    /// Nobody does, and how that shows.
    Shut(&'static str),
    /// This machine has no route there: that nothing came back is no proof.
    NoWay,
    /// This machine did not let it out.
    Unasked(String),
}

impl Door {
    pub(super) const fn is_own_machine(&self) -> bool {
        matches!(self, Self::Open { is_own_machine: true })
    }
}

/// Most addresses of one name.
const MOST_ADDRESSES: usize = 16;

/// Every address of a host, each once; a product may be shut at one and open at another.
pub(super) async fn addresses_of(host: &str) -> Result<Vec<IpAddr>, String> {
    let unknown =
        |error: io::Error| format!("{host} is not known here, so nothing was asked: {error}");
    let found = tokio::net::lookup_host((host, 0)).await.map_err(unknown)?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|found| found.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
        let count = addresses.len();
        return Err(format!("{host} stands for {count} addresses; name the one that you mean"));
    }
    Ok(addresses)
}

/// Tries once.
pub(super) async fn knock(address: SocketAddr, patience: Duration) -> Door {
    match tokio::time::timeout(patience, TcpStream::connect(address)).await {
        Err(_) => Door::Shut("no word comes back"),
        Ok(Err(error)) => of_error(&error),
        Ok(Ok(stream)) => {
            let own = stream.local_addr().is_ok_and(|own| own.ip() == address.ip());
            Door::Open { is_own_machine: own }
        }
    }
}

fn of_error(error: &io::Error) -> Door {
    match error.kind() {
        ErrorKind::ConnectionRefused => Door::Shut("the connection is refused"),
        ErrorKind::ConnectionReset => Door::Shut("the connection is reset"),
        ErrorKind::TimedOut => Door::Shut("no word comes back"),
        ErrorKind::HostUnreachable => Door::Shut("it can't be reached"),
        ErrorKind::NetworkUnreachable => Door::NoWay,
        _ => Door::Unasked(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_itself_forbids_is_no_proof() {
        let of = |kind| of_error(&io::Error::from(kind));
        assert!(matches!(of(ErrorKind::ConnectionRefused), Door::Shut(_)));
        assert!(matches!(of(ErrorKind::HostUnreachable), Door::Shut(_)));
        assert_eq!(of(ErrorKind::NetworkUnreachable), Door::NoWay);
        assert!(matches!(of(ErrorKind::PermissionDenied), Door::Unasked(_)));
        assert!(matches!(of(ErrorKind::AddrNotAvailable), Door::Unasked(_)));
    }

    #[tokio::test]
    async fn who_listens_is_open_and_who_left_is_shut() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let patience = Duration::from_secs(5);
        assert_eq!(knock(address, patience).await, Door::Open { is_own_machine: true });
        drop(listener);
        assert_eq!(knock(address, patience).await, Door::Shut("the connection is refused"));
    }
}
