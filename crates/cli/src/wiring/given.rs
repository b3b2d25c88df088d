//! Sockets that were bound before this process began: by systemd, or by the gate that runs.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use gatepass_config::Config;
use gatepass_gate::{Listener, Sockets, check_free};
use gatepass_model::ListenAddress;
use listenfd::ListenFd;

use super::handover::{self, Given as Handed, Predecessor, Role};
use super::settings;
use crate::failure::Failure;

/// What was given, and by whom.
#[derive(Default)]
pub(crate) struct Given {
    sockets: Sockets,
    operations: Option<TcpListener>,
    handover: Sockets,
    predecessor: Option<Predecessor>,
    by_systemd: bool,
}

/// All that a gate listens on.
pub(crate) struct Openings {
    pub(crate) sockets: Sockets,
    pub(crate) operations: Option<TcpListener>,
    /// Of the one that asks for all of these later; empty where there is none.
    pub(crate) handover: Sockets,
    pub(crate) predecessor: Option<Predecessor>,
}

impl Given {
    /// Asks the gate that runs, if that is wanted, or else takes what systemd has left.
    pub(crate) async fn gather(config: &Config, takeover: bool) -> Result<Self, Failure> {
        if takeover && let Some(given) = Self::of_predecessor(config).await? {
            return Ok(given);
        }
        Self::of_systemd(config)
    }

    async fn of_predecessor(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(path) = config.server.handover_socket.clone() else {
            let words = "server.handover_socket is empty: there is nobody to ask for sockets";
            return Err(Failure::new("takeover_failed", words));
        };
        let asked = tokio::task::spawn_blocking(move || Predecessor::ask(&path)).await;
        let asked = asked.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        let Some((predecessor, handed)) = asked.map_err(|error| {
            let words = format!("the gate that runs does not hand its sockets on: {error}");
            Failure::new("takeover_failed", words)
        })?
        else {
            tracing::info!("no gate runs that could be taken over");
            return Ok(None);
        };
        let mut given = Self { predecessor: Some(predecessor), ..Self::default() };
        for one in handed {
            given.put(config, one)?;
        }
        Ok(Some(given))
    }

    /// What is not configured any more is let go; when the other gate has ended it is closed.
    fn put(&mut self, config: &Config, handed: Handed) -> Result<(), Failure> {
        let Handed { role, address, is_held_elsewhere, socket } = handed;
        let server = &config.server;
        let added = match (role, socket) {
            (Role::Gate, socket) if is_held_elsewhere || server.listen.contains(&address) => {
                self.by_systemd |= is_held_elsewhere;
                self.sockets.add(address, socket, is_held_elsewhere)
            }
            (Role::Operations, Listener::Tcp(socket))
                if server.operations_listen == address.tcp() =>
            {
                self.operations = Some(socket);
                Ok(())
            }
            (Role::Handover, socket) if is_at(&address, server.handover_socket.as_deref()) => {
                self.handover.add(address, socket, is_held_elsewhere)
            }
            _ => Ok(()),
        };
        added.map_err(|error| Failure::io("a socket that was given can't be used", &error))
    }

    /// `LISTEN_FDS`: the one on the address of `operations_listen` is for that, all others are the
    /// gate's.
    fn of_systemd(config: &Config) -> Result<Self, Failure> {
        let mut given = Self::default();
        let mut sockets = ListenFd::from_env();
        let unusable =
            |error: std::io::Error| Failure::io("a socket of systemd's can't be used", &error);
        for at in 0..sockets.len() {
            let socket = match sockets.take_tcp_listener(at) {
                Ok(Some(socket)) => Listener::Tcp(socket),
                Ok(None) => continue,
                Err(_) => match sockets.take_unix_listener(at).map_err(unusable)? {
                    Some(socket) => Listener::Unix(socket),
                    None => continue,
                },
            };
            let address = socket.address().map_err(unusable)?;
            let operations = config.server.operations_listen;
            match socket {
                Listener::Tcp(socket) if operations.is_some() && operations == address.tcp() => {
                    given.operations = Some(socket);
                }
                socket => {
                    given.by_systemd = true;
                    given.sockets.add(address, socket, true).map_err(unusable)?;
                }
            }
        }
        Ok(given)
    }

    /// Whether a gate that runs has given its sockets.
    pub(crate) const fn is_of_predecessor(&self) -> bool {
        self.predecessor.is_some()
    }

    /// The configured addresses that have to be bound here.
    fn missing(&self, config: &Config) -> Vec<ListenAddress> {
        if self.by_systemd {
            return Vec::new();
        }
        let is_given =
            |address: &&ListenAddress| self.sockets.addresses().any(|one| one == *address);
        config.server.listen.iter().filter(|address| !is_given(address)).cloned().collect()
    }

    /// Fails where another program, or another gate, has an address.
    pub(crate) fn check_free(&self, config: &Config) -> Result<(), Failure> {
        for address in self.missing(config) {
            check_free(&address).map_err(|error| {
                Failure::io(format_args!("server.listen: can't listen on {address}"), &error)
            })?;
        }
        Ok(())
    }

    /// Binds the address of operations, so that a mistake in it is told before anything has begun.
    pub(crate) fn bind_operations(&mut self, config: &Config) -> Result<(), Failure> {
        if let Some(address) = config.server.operations_listen
            && self.operations.is_none()
        {
            self.operations = Some(bind_operations(address)?);
        }
        Ok(())
    }

    /// Binds the rest.
    pub(crate) fn open(mut self, config: &Config) -> Result<Openings, Failure> {
        let missing = self.missing(config);
        let (threads, mode) = (settings::threads(config), config.server.socket_mode);
        let bound = Sockets::bind(&missing, threads, mode)
            .map_err(|error| Failure::new("start_failed", format!("server.listen: {error}")))?;
        self.sockets.append(bound);
        if self.handover.addresses().next().is_none() {
            self.handover = handover::bind(config.server.handover_socket.as_deref());
        }
        let Self { sockets, operations, handover, predecessor, .. } = self;
        Ok(Openings { sockets, operations, handover, predecessor })
    }
}

fn bind_operations(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::io(format_args!("server.operations_listen: can't listen on {address}"), &error)
    })
}

fn is_at(address: &ListenAddress, path: Option<&Path>) -> bool {
    matches!(address, ListenAddress::Unix(at) if Some(at.as_path()) == path)
}
