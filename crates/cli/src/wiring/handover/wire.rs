//! What goes over the socket: lines of JSON, each with the one socket that it is about.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};

use gatepass_gate::Listener;
use gatepass_model::ListenAddress;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};

/// Longest line: a path has 108 bytes at most, six in JSON for each at worst.
const LONGEST: usize = 1024;

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Callers reach the gate by it.
    Gate,
    /// Metrics and readiness.
    Operations,
    /// Successors ask there.
    Handover,
}

/// A socket that was given.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) role: Role,
    pub(crate) address: ListenAddress,
    /// systemd keeps it open, too.
    pub(crate) is_held_elsewhere: bool,
    pub(crate) socket: Listener,
}

/// A line. What a newer version adds is an error to this one: then nothing is taken over.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// Of the old one, with a socket.
    Socket { role: Role, address: String, held_elsewhere: bool },
    /// Of the old one: there were so many.
    End { sockets: usize },
    /// Of the new one: it takes connections.
    Ready {},
    /// Of the old one: it takes none any more.
    Yours {},
}

/// Sends a line and, with it, a socket.
pub(super) fn send(to: &UnixStream, line: &Line, socket: Option<BorrowedFd<'_>>) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    if bytes.len() > LONGEST {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let sockets: Vec<BorrowedFd<'_>> = socket.into_iter().collect();
    if !sockets.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&sockets)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let sent = sendmsg(to, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL)?;
    // A line is shorter than any buffer of the system's.
    if sent == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Receives a line and what came with it.
///
/// The system ends what one call receives at a socket that comes along, and the sides take turns,
/// so that a call receives one line, or a part of it.
pub(super) fn receive(from: &UnixStream) -> io::Result<(Line, Option<OwnedFd>)> {
    let mut line = Vec::new();
    let mut sockets = Vec::new();
    while !line.ends_with(b"\n") {
        let mut bytes = [0; LONGEST];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut into = [IoSliceMut::new(&mut bytes)];
        let count = recvmsg(from, &mut into, &mut control, RecvFlags::CMSG_CLOEXEC)?.bytes;
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(received) = message {
                sockets.extend(received);
            }
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.extend_from_slice(bytes.get(..count).unwrap_or_default());
        if line.len() > LONGEST || sockets.len() > 1 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok((serde_json::from_slice(&line)?, sockets.pop()))
}

/// The listening socket behind a descriptor, of the kind that its address names.
pub(super) fn listener(address: &ListenAddress, socket: OwnedFd) -> io::Result<Listener> {
    let wrong =
        || io::Error::new(io::ErrorKind::InvalidData, "a socket is not what it is said to be");
    let found = rustix::net::getsockname(socket.as_fd())?;
    match address {
        ListenAddress::Tcp(address) => {
            let found = std::net::SocketAddr::try_from(found).map_err(|_| wrong())?;
            if found != *address {
                return Err(wrong());
            }
            Ok(Listener::Tcp(TcpListener::from(socket)))
        }
        ListenAddress::Unix(_) => {
            // Its own name may be the one that it was made under, not that of its place.
            if found.address_family() != rustix::net::AddressFamily::UNIX {
                return Err(wrong());
            }
            Ok(Listener::Unix(UnixListener::from(socket)))
        }
    }
}

/// Whether the other side is of our user. Root is not: what it starts has other files.
pub(super) fn check_user(other: &UnixStream) -> io::Result<()> {
    let theirs = rustix::net::sockopt::socket_peercred(other)?.uid;
    if theirs == rustix::process::geteuid() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is of another user"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_arrives_as_the_same_socket() {
        let (one, other) = UnixStream::pair().unwrap();
        let sockets = [0; 3].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        for socket in &sockets {
            let address = socket.local_addr().unwrap().to_string();
            let line = Line::Socket { role: Role::Gate, address, held_elsewhere: false };
            send(&one, &line, Some(socket.as_fd())).unwrap();
        }
        send(&one, &Line::End { sockets: 3 }, None).unwrap();
        for sent in &sockets {
            let (line, socket) = receive(&other).unwrap();
            let Line::Socket { address, .. } = line else { panic!("{line:?}") };
            let address: ListenAddress = address.parse().unwrap();
            let Listener::Tcp(received) = listener(&address, socket.unwrap()).unwrap() else {
                panic!("no TCP")
            };
            assert_eq!(received.local_addr().unwrap(), sent.local_addr().unwrap());
            // Who waits in it is taken by either.
            let _waiting = std::net::TcpStream::connect(sent.local_addr().unwrap()).unwrap();
            received.accept().unwrap();
        }
        let (line, socket) = receive(&other).unwrap();
        assert!(line == Line::End { sockets: 3 } && socket.is_none());
    }

    #[test]
    fn a_socket_that_is_another_than_it_is_said_to_be_is_not_taken() {
        let socket = || OwnedFd::from(TcpListener::bind("127.0.0.1:0").unwrap());
        for said in ["127.0.0.1:1", "[::1]:80", "unix:/x"] {
            assert!(listener(&said.parse().unwrap(), socket()).is_err(), "{said}");
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for bytes in [&b"x\n"[..], b"{\"hello\":{}}\n", b"{\"ready\":{}}", &[b'x'; 4 * LONGEST]] {
            let (one, other) = UnixStream::pair().unwrap();
            std::io::Write::write_all(&mut &one, bytes).unwrap();
            drop(one);
            assert!(receive(&other).is_err());
        }
    }
}
