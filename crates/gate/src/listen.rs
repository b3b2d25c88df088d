//! Threads and their listening sockets.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use gatepass_ledger::ThreadLedger;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::LocalSet;

use crate::account::strain::StrainMeter;
use crate::connection::{self, Arrival};
use crate::exchange::meter::{Count, Meter, Published};
use crate::forward::pool::Pool;
use crate::request_id::RequestIds;
use crate::thread::{Shared, Thread, Tracked};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// Sockets for every thread and address. Each thread has its own (`SO_REUSEPORT`), and the system
/// spreads connections over them. Port 0 becomes the same free port for all threads.
pub(crate) fn bind(
    addresses: &[SocketAddr],
    threads: usize,
) -> io::Result<(Vec<Vec<std::net::TcpListener>>, Vec<SocketAddr>)> {
    let mut sockets: Vec<Vec<std::net::TcpListener>> = (0..threads).map(|_| Vec::new()).collect();
    let mut bound = Vec::new();
    for &address in addresses {
        let mut address = address;
        for of_thread in &mut sockets {
            let socket = bind_one(address).map_err(|error| {
                io::Error::new(error.kind(), format!("can't listen on {address}: {error}"))
            })?;
            address = socket.local_addr()?;
            of_thread.push(socket);
        }
        bound.push(address);
    }
    Ok((sockets, bound))
}

fn bind_one(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// What a thread is given at its start.
pub(crate) struct Start {
    pub(crate) shared: Arc<Shared>,
    pub(crate) sockets: Vec<std::net::TcpListener>,
    pub(crate) ledger: ThreadLedger,
    pub(crate) published: Arc<Published>,
    /// Half of its request ids.
    pub(crate) seed: u64,
    /// Becomes `true` when the gate is to stop.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Runs a data-plane thread until the gate stops and its requests have ended.
pub(crate) fn run(start: Start) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, serve(start))
}

async fn serve(start: Start) -> io::Result<()> {
    let Start { shared, sockets, ledger, published, seed, mut stop } = start;
    let pools = shared
        .instances
        .iter()
        .map(|room| {
            let settings = &room.settings;
            Pool::new(Arc::clone(&room.addresses), settings.connections, settings.connect)
        })
        .collect();
    let strains = shared.instances.iter().map(|room| StrainMeter::new(Arc::clone(&room.strain)));
    let strains = strains.collect();
    let thread = Rc::new(Thread {
        shared,
        strains,
        pools,
        ids: RequestIds::new(seed),
        ledger: RefCell::new(ledger),
        meter: Meter::new(published),
        connections: RefCell::new(HashMap::new()),
        is_draining: Cell::new(false),
    });
    let mut accepting = Vec::new();
    for socket in sockets {
        let listener = TcpListener::from_std(socket)?;
        accepting.push(tokio::task::spawn_local(accept(
            Rc::clone(&thread),
            listener,
            stop.clone(),
        )));
    }
    let ticking = {
        let thread = Rc::clone(&thread);
        tokio::task::spawn_local(async move {
            let mut pace = tokio::time::interval(Duration::from_secs(1));
            loop {
                pace.tick().await;
                thread.tick();
            }
        })
    };
    // An error means that whoever could stop us is gone: then stop.
    let _ = stop.wait_for(|&stops| stops).await;
    for task in accepting {
        let _ = task.await;
    }
    drain(&thread).await;
    ticking.abort();
    thread.tick();
    Ok(())
}

/// Takes connections until the gate stops; what the system has accepted by then is served.
async fn accept(thread: Rc<Thread>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let mut next = 0_u64;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|&stops| stops) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                take(&thread, &mut next, stream, peer);
            }
            Err(error) => {
                // Out of files, most likely: those who are served must end first.
                tracing::warn!(%error, "can't accept connections");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    while let Ok(Ok((stream, peer))) =
        tokio::time::timeout(Duration::from_millis(1), listener.accept()).await
    {
        take(&thread, &mut next, stream, peer);
    }
}

/// Serves a connection in a task of its own.
fn take(thread: &Rc<Thread>, next: &mut u64, stream: TcpStream, peer: SocketAddr) {
    if thread.connections.borrow().len() >= thread.shared.settings.limits.connections {
        // More would take memory from those that are served.
        thread.meter.add_refusal(gatepass_model::Reason::Overloaded);
        return;
    }
    if stream.set_nodelay(true).is_err() {
        return;
    }
    *next += 1;
    let number = (u64::from(peer.port()) << 48) ^ *next;
    let tracked = Rc::new(Tracked::default());
    thread.meter.add(Count::Accepted);
    let guard = Guard { thread: Rc::clone(thread), number };
    let arrival = Arrival { peer: peer.ip(), is_secure: false };
    let serving = connection::serve(Rc::clone(thread), Rc::clone(&tracked), stream, arrival);
    let task = tokio::task::spawn_local(async move {
        let _guard = guard;
        serving.await;
    });
    tracked.abort.replace(Some(task.abort_handle()));
    thread.connections.borrow_mut().insert(number, tracked);
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

/// Lets the requests that were accepted finish, within the time for that.
async fn drain(thread: &Rc<Thread>) {
    thread.drain();
    let patience = thread.shared.settings.timeouts.drain;
    let all = async {
        while !thread.connections.borrow().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            thread.drain();
        }
    };
    if tokio::time::timeout(patience, all).await.is_err() {
        tracing::warn!(
            connections = thread.connections.borrow().len(),
            "requests were cut: they did not finish in time"
        );
        thread.end_all();
        tokio::task::yield_now().await;
    }
}
