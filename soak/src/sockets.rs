//! The system's list of connections: whether the other end of one, on this machine, is still open.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The state of a connection that neither side has ended, in the system's list.
const ESTABLISHED: &str = "01";
/// How old what was read may be.
const AGE: Duration = Duration::from_millis(500);

/// The list is long with ten thousand connections, and they all ask.
static SEEN: Mutex<Option<(Instant, Ports)>> = Mutex::new(None);

/// Own and other port of every connection that is open.
type Ports = HashSet<(u16, u16)>;

/// Whether the process that listens at `gate` still has its end of the connection from `client`.
pub(crate) fn has_connection(gate: u16, client: u16) -> bool {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_old = seen.as_ref().is_none_or(|(since, _)| since.elapsed() > AGE);
    if is_old {
        *seen = Some((Instant::now(), read()));
    }
    seen.as_ref().is_some_and(|(_, found)| found.contains(&(gate, client)))
}

fn read() -> Ports {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .flat_map(|text| text.lines().filter_map(entry).collect::<Vec<_>>())
        .collect()
}

fn entry(line: &str) -> Option<(u16, u16)> {
    let mut words = line.split_whitespace().skip(1);
    let (own, other, state) = (words.next()?, words.next()?, words.next()?);
    let port = |address: &str| u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok();
    (state == ESTABLISHED).then_some((port(own)?, port(other)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_read() {
        let line = "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000 0";
        assert_eq!(entry(line), Some((8080, 54321)));
        assert_eq!(entry(&line.replace(" 01 ", " 04 ")), None);
        assert_eq!(entry("  sl  local_address rem_address   st tx_queue"), None);
    }
}
