//! A gate's sockets, handed on to the one that comes after it, so that a restart refuses and resets
//! nothing.
//!
//! Both run for a while. The new one asks at `server.handover_socket`, gets every socket that is
//! listened on (`SCM_RIGHTS`: the same sockets, with whoever waits in them), starts, and says so.
//! Only then does the old one stop taking connections, and finishes those that it has. If the new
//! one fails before that, the old one goes on as if nothing had been asked.
//!
//! Only processes of the same user are spoken to, on both sides.

mod new;
mod old;
mod wire;

use std::path::Path;

use gatepass_gate::Sockets;
use gatepass_model::ListenAddress;

pub(crate) use new::Predecessor;
pub(crate) use old::{Offer, serve};
pub(crate) use wire::{Given, Role};

/// For this user only.
const MODE: u32 = 0o600;

/// Makes the socket at which successors ask. A gate that can't is a gate all the same.
pub(super) fn bind(path: Option<&Path>) -> Sockets {
    let Some(path) = path else { return Sockets::default() };
    let address = ListenAddress::Unix(path.to_owned());
    Sockets::bind(&[address], 1, MODE).unwrap_or_else(|error| {
        tracing::warn!(
            %error,
            "server.handover_socket: this gate can't be taken over; a restart will refuse requests"
        );
        Sockets::default()
    })
}
