//! What one data-plane thread owns. Nothing in here is shared with another thread, but for what
//! [`Shared`] holds, which is read without locks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
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
use tokio::task::AbortHandle;

use crate::account::strain::{Strain, StrainMeter};
use crate::exchange::ask::state_of;
use crate::exchange::local::LocalService;
use crate::exchange::meter::{Count, Meter};
use crate::forward::pool::Pool;
use crate::forward::resolve::Addresses;
use crate::request_id::RequestIds;
use crate::settings::{InstanceSettings, Settings};

/// What all threads read.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
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
    pub(crate) ledger: RefCell<ThreadLedger>,
    pub(crate) meter: Meter,
    /// How each product does, by the instance's place in the settings.
    pub(crate) strains: Vec<StrainMeter>,
    pub(crate) connections: RefCell<HashMap<u64, Rc<Tracked>>>,
    pub(crate) is_draining: Cell<bool>,
}

/// A connection of a client, as its thread keeps sight of it.
#[derive(Default)]
pub(crate) struct Tracked {
    /// It waits for a request: it may be ended at any moment.
    pub(crate) is_idle: Cell<bool>,
    /// The token whose request is on its way.
    pub(crate) token: RefCell<Option<Arc<TokenEntry>>>,
    /// Ends it.
    pub(crate) abort: RefCell<Option<AbortHandle>>,
}

impl Tracked {
    fn end(&self) {
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

    /// Connections that wait for a request are ended; the others end after the answer that they
    /// are in.
    pub(crate) fn drain(&self) {
        self.is_draining.set(true);
        for tracked in self.connections.borrow().values() {
            if tracked.is_idle.get() {
                tracked.end();
            }
        }
    }

    /// Ends every connection.
    pub(crate) fn end_all(&self) {
        self.connections.borrow().values().for_each(|tracked| tracked.end());
    }
}
