//! Connections taken, each served in a task of its own.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

use gatepass_model::Reason;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;

use super::admit;
use super::sockets::{Door, Listener};
use crate::connection::{self, Arrival};
use crate::exchange::meter::Count;
use crate::gate::Parting;
use crate::thread::{Thread, Tracked};

/// How many connections are looked at, at most, to find one that may be ended for a new one.
const LOOKS: usize = 1024;

/// A socket as the runtime waits for it.
enum Waiting {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// What came.
enum Accepted {
    Tcp(TcpStream, IpAddr),
    Unix(UnixStream),
}

impl Waiting {
    fn new(socket: Listener) -> io::Result<Self> {
        match socket {
            Listener::Tcp(socket) => TcpListener::from_std(socket).map(Self::Tcp),
            Listener::Unix(socket) => UnixListener::from_std(socket).map(Self::Unix),
        }
    }

    async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(socket) => {
                let (stream, peer) = socket.accept().await?;
                Ok(Accepted::Tcp(stream, peer.ip()))
            }
            Self::Unix(socket) => Ok(Accepted::Unix(socket.accept().await?.0)),
        }
    }
}

/// Takes connections until the gate stops.
pub(super) async fn run(
    thread: Rc<Thread>,
    door: Door,
    mut stop: watch::Receiver<Option<Parting>>,
) -> io::Result<()> {
    let Door { socket, is_held_elsewhere } = door;
    let waiting = Waiting::new(socket)?;
    loop {
        let accepted = tokio::select! {
            accepted = waiting.accept() => accepted,
            _ = stop.wait_for(Option::is_some) => break,
        };
        match accepted {
            Ok(accepted) => take(&thread, accepted),
            Err(error) => {
                // Out of files, most likely: those who are served must end first.
                tracing::warn!(%error, "can't accept connections");
                let _ = make_room(&thread);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let is_taken_on = is_held_elsewhere || *stop.borrow() == Some(Parting::HandedOn);
    if is_taken_on {
        // What waits in the queue is for those who come after us.
        return Ok(());
    }
    // What the system has accepted by now would be reset with the socket.
    while let Ok(Ok(accepted)) =
        tokio::time::timeout(Duration::from_millis(1), waiting.accept()).await
    {
        take(&thread, accepted);
    }
    Ok(())
}

/// Serves a connection.
fn take(thread: &Rc<Thread>, accepted: Accepted) {
    let limit = thread.shared.settings.limits.connections;
    if thread.connections.borrow().len() >= limit && !make_room(thread) {
        // More would take memory from those that are served.
        thread.meter.add_refusal(Reason::Overloaded);
        return;
    }
    let entry = &thread.shared.settings.entry;
    let tracked = Rc::new(Tracked::default());
    tracked.is_idle.set(true);
    let (this, of_it) = (Rc::clone(thread), Rc::clone(&tracked));
    match accepted {
        Accepted::Tcp(stream, peer) => {
            // What a client does not take must not stay in the system's memory for long after
            // it was given up.
            let patience = thread.shared.settings.timeouts.write + Duration::from_secs(30);
            let socket = socket2::SockRef::from(&stream);
            if socket.set_tcp_user_timeout(Some(patience)).is_err()
                || stream.set_nodelay(true).is_err()
            {
                return;
            }
            let arrival = Arrival { peer, is_secure: false, is_trusted: false };
            let is_announced = entry.proxy_protocol.has_address(peer);
            if is_announced || thread.shared.tls.is_some() {
                spawn(thread, tracked, admit::tcp(this, of_it, stream, arrival, is_announced));
            } else {
                spawn(thread, tracked, connection::serve(this, of_it, stream, arrival));
            }
        }
        Accepted::Unix(stream) => {
            // Whoever can open the socket is on this machine.
            let peer = Ipv4Addr::LOCALHOST.into();
            let arrival = Arrival { peer, is_secure: false, is_trusted: entry.trusts_unix };
            if entry.proxy_protocol.unix {
                spawn(thread, tracked, admit::unix(this, of_it, stream, arrival));
            } else {
                spawn(thread, tracked, connection::serve(this, of_it, stream, arrival));
            }
        }
    }
}

fn spawn(thread: &Rc<Thread>, tracked: Rc<Tracked>, serving: impl Future<Output = ()> + 'static) {
    let number = thread.arrivals.get();
    thread.arrivals.set(number + 1);
    thread.meter.add(Count::Accepted);
    let guard = Guard { thread: Rc::clone(thread), number };
    let task = tokio::task::spawn_local(async move {
        let _guard = guard;
        serving.await;
    });
    tracked.abort.replace(Some(task.abort_handle()));
    thread.connections.borrow_mut().insert(number, tracked);
    let mut in_order = thread.in_order.borrow_mut();
    in_order.push_back(number);
    let connections = thread.connections.borrow();
    if in_order.len() > 2 * connections.len() + LOOKS {
        in_order.retain(|number| connections.contains_key(number));
    }
}

/// Takes a connection out of the thread's sight, however it ended.
struct Guard {
    thread: Rc<Thread>,
    number: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.thread.connections.borrow_mut().remove(&self.number);
        self.thread.meter.add(Count::Ended);
    }
}

/// Ends the oldest connection that waits for its first request, for TLS, or for the next request:
/// who holds connections open can't keep others out. One that was used since it was last looked
/// at is spared, unless all were. `false` when none is found.
fn make_room(thread: &Thread) -> bool {
    let connections = thread.connections.borrow();
    let mut in_order = thread.in_order.borrow_mut();
    let mut spared = None;
    for _ in 0..LOOKS.min(in_order.len()) {
        let Some(number) = in_order.pop_front() else { break };
        let Some(tracked) = connections.get(&number) else { continue };
        if tracked.is_idle.get() {
            if !tracked.was_used.replace(false) {
                tracked.end();
                thread.meter.add(Count::Evicted);
                return true;
            }
            spared = spared.or(Some(tracked));
        }
        in_order.push_back(number);
    }
    let Some(oldest) = spared else { return false };
    oldest.end();
    thread.meter.add(Count::Evicted);
    true
}
