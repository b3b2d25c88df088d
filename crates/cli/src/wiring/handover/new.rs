//! The side of the gate that starts.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::wire::{self, Given, Line};

/// For each answer of the gate that runs.
const PATIENCE: Duration = Duration::from_secs(15);

/// Most sockets: as many as a process may have open by default.
const MOST: usize = 4096;

/// The gate that runs, once it has given its sockets.
#[derive(Debug)]
pub(crate) struct Predecessor(UnixStream);

impl Predecessor {
    /// Asks for the sockets. `None` when no gate runs. Blocks.
    pub(crate) fn ask(path: &Path) -> io::Result<Option<(Self, Vec<Given>)>> {
        use io::ErrorKind as E;
        let stream = match UnixStream::connect(path) {
            Err(error) if matches!(error.kind(), E::NotFound | E::ConnectionRefused) => {
                return Ok(None);
            }
            connected => connected?,
        };
        wire::check_user(&stream)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut all = Vec::new();
        while all.len() < MOST {
            match wire::receive(&stream)? {
                (Line::Socket { role, address, held_elsewhere }, Some(socket)) => {
                    let address = address.parse().map_err(io::Error::other)?;
                    let socket = wire::listener(&address, socket)?;
                    all.push(Given { role, address, is_held_elsewhere: held_elsewhere, socket });
                }
                (Line::End { sockets }, None) if sockets == all.len() => {
                    return Ok(Some((Self(stream), all)));
                }
                _ => break,
            }
        }
        Err(E::InvalidData.into())
    }

    /// Says that connections are taken here, and waits for the word that the other takes none any
    /// more. An error means that it goes on, and this one must not. Blocks.
    pub(crate) fn relieve(self) -> io::Result<()> {
        wire::send(&self.0, &Line::Ready {}, None)?;
        match wire::receive(&self.0)? {
            (Line::Yours {}, None) => Ok(()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
