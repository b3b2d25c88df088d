//! The side of the gate that runs.

use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use gatepass_gate::{Listener, Sockets};
use gatepass_model::ListenAddress;
use tokio::net::UnixListener;

use super::wire::{self, Line, Role};

/// How long a successor may take to start, once it has the sockets.
const PATIENCE: Duration = Duration::from_mins(5);

/// Everything that is handed on.
pub(crate) struct Offer {
    pub(crate) sockets: Sockets,
    pub(crate) operations: Option<TcpListener>,
    pub(crate) handover: Sockets,
}

/// Answers those who ask, until one has taken over. Never ends where nobody can ask.
pub(crate) async fn serve(offer: Arc<Offer>) -> io::Result<()> {
    let Some(Listener::Unix(socket)) = offer.handover.iter().next().map(|(_, socket, _)| socket)
    else {
        return std::future::pending().await;
    };
    let listener = UnixListener::from_std(socket.try_clone()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let stream = stream.into_std()?;
        let offer = Arc::clone(&offer);
        let given = tokio::task::spawn_blocking(move || give(&stream, &offer)).await;
        match given.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "somebody asked for the sockets and did not take over");
            }
        }
    }
}

fn give(to: &UnixStream, offer: &Offer) -> io::Result<()> {
    wire::check_user(to)?;
    to.set_nonblocking(false)?;
    to.set_write_timeout(Some(Duration::from_secs(10)))?;
    to.set_read_timeout(Some(PATIENCE))?;
    tracing::info!("another gate takes over");
    let mut sockets = 0;
    let mut give_one = |role, address: &ListenAddress, socket, held_elsewhere| {
        sockets += 1;
        wire::send(
            to,
            &Line::Socket { role, address: address.to_string(), held_elsewhere },
            Some(socket),
        )
    };
    for (role, all) in [(Role::Gate, &offer.sockets), (Role::Handover, &offer.handover)] {
        for (address, socket, is_held_elsewhere) in all.iter() {
            let socket = match socket {
                Listener::Tcp(socket) => socket.as_fd(),
                Listener::Unix(socket) => socket.as_fd(),
            };
            give_one(role, address, socket, is_held_elsewhere)?;
        }
    }
    if let Some(socket) = &offer.operations {
        give_one(Role::Operations, &socket.local_addr()?.into(), socket.as_fd(), false)?;
    }
    wire::send(to, &Line::End { sockets }, None)?;
    match wire::receive(to)? {
        (Line::Ready {}, None) => wire::send(to, &Line::Yours {}, None),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
