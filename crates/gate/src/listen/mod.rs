//! The front edge: sockets, threads, and what connections go through before their first request.
//!
//! Start at [`run`], a thread's whole life. `sockets` binds or takes over, `accept` takes
//! connections, `admit` asks whose they are (`proxy_protocol`) and speaks TLS (`tls`, `secure`),
//! `drain` ends them.

mod accept;
mod admit;
mod drain;
mod proxy_protocol;
mod secure;
pub(crate) mod sockets;
pub(crate) mod tls;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use gatepass_ledger::ThreadLedger;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::watch;

use self::sockets::Door;
use crate::account::strain::StrainMeter;
use crate::exchange::meter::{Meter, Published};
use crate::forward::assertion::Assertions;
use crate::forward::pool::Pool;
use crate::gate::Parting;
use crate::request_id::RequestIds;
use crate::thread::{Shared, Thread};

/// What a thread is given at its start.
pub(crate) struct Start {
    pub(crate) shared: Arc<Shared>,
    pub(crate) doors: Vec<Door>,
    pub(crate) ledger: ThreadLedger,
    pub(crate) published: Arc<Published>,
    /// Half of its request ids.
    pub(crate) seed: u64,
    /// Says when the gate is to stop.
    pub(crate) stop: watch::Receiver<Option<Parting>>,
}

/// Runs a data-plane thread until the gate stops and its requests have ended.
pub(crate) fn run(start: Start) -> io::Result<()> {
    // A set of local tasks within a runtime of another kind would look at all that waits for the
    // set each time that one of its tasks goes on.
    let options = LocalOptions::default();
    let runtime = Builder::new_current_thread().enable_all().build_local(options)?;
    runtime.block_on(serve(start))
}

async fn serve(start: Start) -> io::Result<()> {
    let Start { shared, doors, ledger, published, seed, mut stop } = start;
    let pools = shared
        .instances
        .iter()
        .map(|room| Pool::new(Arc::clone(&room.addresses), &room.settings))
        .collect();
    let strains = shared.instances.iter().map(|room| StrainMeter::new(Arc::clone(&room.strain)));
    let strains = strains.collect();
    let thread = Rc::new(Thread {
        shared,
        strains,
        pools,
        ids: RequestIds::new(seed),
        assertions: Assertions::default(),
        ledger: RefCell::new(ledger),
        meter: Meter::new(published),
        connections: RefCell::new(HashMap::new()),
        arrivals: Cell::new(0),
        in_order: RefCell::new(VecDeque::new()),
        is_draining: Cell::new(false),
    });
    let mut accepting = Vec::new();
    for door in doors {
        let taking = accept::run(Rc::clone(&thread), door, stop.clone());
        accepting.push(tokio::task::spawn_local(taking));
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
    let parting = stop.wait_for(Option::is_some).await.ok().and_then(|told| *told);
    for task in accepting {
        task.await.unwrap_or_else(|_| Err(io::Error::other("a thread can't listen")))?;
    }
    drain::drain(&thread, parting.unwrap_or(Parting::Alone)).await;
    ticking.abort();
    thread.tick();
    Ok(())
}
