//! Sockets that are listened on: bound here, or given by whoever had them before.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use gatepass_model::ListenAddress;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// A socket that is listened on.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A unix socket.
    Unix(UnixListener),
}

impl Listener {
    /// The same socket once more: both take connections from one queue.
    pub fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(socket) => socket.try_clone().map(Self::Tcp),
            Self::Unix(socket) => socket.try_clone().map(Self::Unix),
        }
    }

    /// Where it is bound. A unix socket that was given by somebody else may not say.
    pub fn address(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(socket) => socket.local_addr().map(ListenAddress::Tcp),
            Self::Unix(socket) => {
                let address = socket.local_addr()?;
                let path = address.as_pathname().map(Path::to_owned).unwrap_or_default();
                Ok(ListenAddress::Unix(path))
            }
        }
    }

    fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.set_nonblocking(true),
            Self::Unix(socket) => socket.set_nonblocking(true),
        }
    }
}

/// All sockets of one address.
#[derive(Debug)]
struct Bound {
    address: ListenAddress,
    /// At least one.
    sockets: Vec<Listener>,
    is_held_elsewhere: bool,
    /// Device and inode of the file of a unix socket that was made here.
    file: Option<(u64, u64)>,
}

/// The sockets of a gate.
#[derive(Debug, Default)]
pub struct Sockets(Vec<Bound>);

/// A socket as one thread has it.
pub(crate) struct Door {
    pub(crate) socket: Listener,
    /// Somebody else holds it open too: what waits in its queue is not lost when we go.
    pub(crate) is_held_elsewhere: bool,
}

impl Sockets {
    /// Binds every address. Each thread gets a socket of its own on a TCP address
    /// (`SO_REUSEPORT`), and the system spreads connections over them; port 0 becomes the same
    /// free port for all. A unix socket is one for all threads; its file gets `mode`, and takes
    /// the place of one on which nobody answers.
    pub fn bind(addresses: &[ListenAddress], threads: usize, mode: u32) -> io::Result<Self> {
        let mut all = Vec::new();
        for address in addresses {
            let bound = match address {
                ListenAddress::Tcp(address) => bind_tcp(*address, threads.max(1)),
                ListenAddress::Unix(path) => bind_unix(path, mode),
            };
            all.push(bound.map_err(|error| {
                io::Error::new(error.kind(), format!("can't listen on {address}: {error}"))
            })?);
        }
        Ok(Self(all))
    }

    /// Adds a socket that somebody else has bound. `is_held_elsewhere`: and keeps open when this
    /// process ends, so that connections may go on waiting in it.
    pub fn add(
        &mut self,
        address: ListenAddress,
        socket: Listener,
        is_held_elsewhere: bool,
    ) -> io::Result<()> {
        socket.set_nonblocking()?;
        if let Some(bound) = self.0.iter_mut().find(|bound| bound.address == address) {
            bound.sockets.push(socket);
        } else {
            let file = file_of(&address);
            self.0.push(Bound { address, sockets: vec![socket], is_held_elsewhere, file });
        }
        Ok(())
    }

    /// The same sockets once more.
    pub fn try_clone(&self) -> io::Result<Self> {
        let mut all = Vec::new();
        for bound in &self.0 {
            let sockets = bound.sockets.iter().map(Listener::try_clone);
            let sockets = sockets.collect::<io::Result<_>>()?;
            let Bound { ref address, is_held_elsewhere, file, .. } = *bound;
            all.push(Bound { address: address.clone(), sockets, is_held_elsewhere, file });
        }
        Ok(Self(all))
    }

    /// Adds what another set has.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Where they are bound, with the ports that were free.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.0.iter().map(|bound| &bound.address)
    }

    /// Every socket: its address, and whether somebody else holds it open too.
    pub fn iter(&self) -> impl Iterator<Item = (&ListenAddress, &Listener, bool)> {
        self.0.iter().flat_map(|bound| {
            let of = |socket| (&bound.address, socket, bound.is_held_elsewhere);
            bound.sockets.iter().map(of)
        })
    }

    /// Every socket to at least one thread, and every thread a socket of each address: where there
    /// are fewer sockets than threads, threads share.
    pub(crate) fn share(&self, threads: usize) -> io::Result<Vec<Vec<Door>>> {
        let mut shared: Vec<Vec<Door>> = (0..threads).map(|_| Vec::new()).collect();
        for bound in &self.0 {
            let is_held_elsewhere = bound.is_held_elsewhere;
            for at in 0..bound.sockets.len().max(threads) {
                let socket = bound.sockets.get(at % bound.sockets.len().max(1));
                let thread = shared.get_mut(at % threads.max(1));
                if let (Some(socket), Some(thread)) = (socket, thread) {
                    thread.push(Door { socket: socket.try_clone()?, is_held_elsewhere });
                }
            }
        }
        Ok(shared)
    }

    /// Takes the files of unix sockets away that nobody else holds open, unless another program
    /// has put its own there.
    pub fn remove_files(&self) {
        for bound in self.0.iter().filter(|bound| !bound.is_held_elsewhere) {
            if let ListenAddress::Unix(path) = &bound.address
                && bound.file.is_some()
                && file_of(&bound.address) == bound.file
            {
                // What stays is stale, and the next gate replaces it.
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn bind_tcp(mut address: SocketAddr, count: usize) -> io::Result<Bound> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let socket = TcpListener::from(socket);
        address = socket.local_addr()?;
        sockets.push(Listener::Tcp(socket));
    }
    let address = ListenAddress::Tcp(address);
    Ok(Bound { address, sockets, is_held_elsewhere: false, file: None })
}

/// Bound beside its place and moved there with its mode set: nobody can connect before.
fn bind_unix(path: &Path, mode: u32) -> io::Result<Bound> {
    check_place(path)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".~");
    let beside = PathBuf::from(beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(&beside)?)?;
    let placed = fs::set_permissions(&beside, fs::Permissions::from_mode(mode))
        .and_then(|()| socket.listen(BACKLOG))
        .and_then(|()| fs::rename(&beside, path));
    if let Err(error) = placed {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    let address = ListenAddress::Unix(path.to_owned());
    let file = file_of(&address);
    let sockets = vec![Listener::Unix(socket.into())];
    Ok(Bound { address, sockets, is_held_elsewhere: false, file })
}

/// Fails where something else stands, or somebody answers.
fn check_place(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !found.file_type().is_socket() {
        let words = "something that is no socket stands there";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        // A full queue, or no right to connect: somebody is there all the same.
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, "somebody answers there")),
    }
}

fn file_of(address: &ListenAddress) -> Option<(u64, u64)> {
    let ListenAddress::Unix(path) = address else { return None };
    let found = fs::symlink_metadata(path).ok()?;
    found.file_type().is_socket().then(|| (found.dev(), found.ino()))
}

/// Whether an address can be listened on: what a gate asks before it begins with anything else.
/// Its own sockets would not notice another gate of this user: with `SO_REUSEPORT` the two would
/// share the connections.
pub fn check_free(address: &ListenAddress) -> io::Result<()> {
    match address {
        ListenAddress::Tcp(address) if address.port() == 0 => Ok(()),
        ListenAddress::Tcp(address) => TcpListener::bind(address).map(drop),
        ListenAddress::Unix(path) => check_place(path),
    }
}
