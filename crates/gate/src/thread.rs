//! What one data-plane thread owns. Nothing in here is shared with another thread, but for what
//! [`Shared`] holds, which is read without locks.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use gatepass_identity::Wallet;
use gatepass_ledger::ThreadLedger;
use gatepass_model::{Clock, Pattern, TokenState};
use gatepass_policy::limit::LimitCell;
use gatepass_profiles::Profile;
use gatepass_snapshot::{Snapshot, TokenEntry};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use crate::account::strain::{Strain, StrainMeter};
use crate::exchange::ask::state_of;
use crate::exchange::local::LocalService;
use crate::exchange::meter::{Count, Meter};
use crate::forward::assertion::Assertions;
use crate::forward::pool::Pool;
use crate::forward::resolve::Addresses;
use crate::request_id::RequestIds;
use crate::settings::{InstanceSettings, Settings};

/// What all threads read.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    /// For connections of TCP; `None`: they are not encrypted.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) instances: Vec<InstanceRoom>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) wallet: Arc<Wallet>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) local: Arc<dyn LocalService>,
    /// From when on time is counted for limits.
    pub(crate) began: std::time::Instant,
    /// Where [`LocalService`] runs.
    pub(crate) control: Handle,
    /// Bytes of forms that are being read, over all threads.
    pub(crate) forms: AtomicUsize,
}

/// What is known of one instance while the gate runs.
pub(crate) struct InstanceRoom {
    pub(crate) settings: InstanceSettings,
    pub(crate) profile: &'static Profile,
    pub(crate) addresses: Arc<Addresses>,
    /// What was used of the limits of all tokens together.
    pub(crate) limits: Arc<LimitCell>,
    /// How the product does.
    pub(crate) strain: Arc<Strain>,
    /// The Host of the base URL.
    pub(crate) upstream_host: String,
    /// GETs of add-ons that are known to be reads, folded as the product folds.
    pub(crate) reads: Vec<Pattern>,
}

/// One data-plane thread.
pub(crate) struct Thread {
    pub(crate) shared: Arc<Shared>,
    /// By the instance's place in the settings.
    pub(crate) pools: Vec<Rc<Pool>>,
    pub(crate) ids: RequestIds,
    pub(crate) assertions: Assertions,
    pub(crate) ledger: RefCell<ThreadLedger>,
    pub(crate) meter: Meter,
    /// How each product does, by the instance's place in the settings.
    pub(crate) strains: Vec<StrainMeter>,
    /// By the number that each got when it came.
    pub(crate) connections: RefCell<HashMap<u64, Rc<Tracked>>>,
    /// The number that the next connection gets.
    pub(crate) arrivals: Cell<u64>,
    /// Connections in the order in which they came, or were last spared; also some that have ended.
    pub(crate) in_order: RefCell<VecDeque<u64>>,
    /// The gate stops: each connection ends with its next answer.
    pub(crate) is_draining: Cell<bool>,
}

/// A connection of a client, as its thread keeps sight of it.
#[derive(Default)]
pub(crate) struct Tracked {
    /// It waits for a request: it may be ended at any moment.
    pub(crate) is_idle: Cell<bool>,
    /// A request has come since it was last looked at, when room was needed.
    pub(crate) was_used: Cell<bool>,
    /// The token whose request is on its way.
    pub(crate) token: RefCell<Option<Arc<TokenEntry>>>,
    /// Ends it.
    pub(crate) abort: RefCell<Option<AbortHandle>>,
    /// Told when the thread begins to drain: for a connection that says goodbye itself.
    pub(crate) drains: Notify,
}

impl Tracked {
    pub(crate) fn end(&self) {
        if let Some(abort) = self.abort.borrow().as_ref() {
            abort.abort();
        }
    }
}

impl Thread {
    /// What is done once a second: numbers become known, activity goes to be written, idle
    /// connections to products end, and so do requests whose token has ended.
    pub(crate) fn tick(&self) {
        let now = self.shared.clock.now();
        self.meter.publish();
        self.strains.iter().for_each(StrainMeter::publish);
        self.ledger.borrow_mut().flush(now);
        self.pools.iter().for_each(|pool| pool.sweep());
        for tracked in self.connections.borrow().values() {
            let has_ended = tracked
                .token
                .borrow()
                .as_ref()
                .is_some_and(|entry| state_of(entry, now) != TokenState::Active);
            if has_ended {
                self.meter.add(Count::Cut);
                tracked.end();
            }
        }
    }

    /// Keeps sight of a request that shares its connection with others, until the guard is
    /// dropped.
    pub(crate) fn track(self: &Rc<Self>, tracked: &Rc<Tracked>) -> TrackedGuard {
        let number = self.arrivals.get();
        self.arrivals.set(number + 1);
        self.connections.borrow_mut().insert(number, Rc::clone(tracked));
        TrackedGuard { thread: Rc::clone(self), number }
    }

    /// Ends every connection.
    pub(crate) fn end_all(&self) {
        self.connections.borrow().values().for_each(|tracked| tracked.end());
    }
}

/// Takes a request out of the thread's sight, however it ended.
pub(crate) struct TrackedGuard {
    thread: Rc<Thread>,
    number: u64,
}

impl Drop for TrackedGuard {
    fn drop(&mut self) {
        self.thread.connections.borrow_mut().remove(&self.number);
    }
}
