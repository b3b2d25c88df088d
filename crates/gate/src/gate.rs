//! The gate as a whole: its threads started, counted and stopped.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle;

use gatepass_identity::Wallet;
use gatepass_ledger::{Ledger, ThreadLedger};
use gatepass_model::{Clock, InstanceName};
use gatepass_policy::limit::LimitCell;
use gatepass_profiles::profile;
use gatepass_snapshot::Snapshot;
use gatepass_vault::{Entropy, NoEntropy};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::account::strain::{self, Strain, Strained};
use crate::exchange::local::LocalService;
use crate::exchange::meter::{Published, Totals};
use crate::forward::resolve::{self, Addresses};
use crate::listen::{self, Start};
use crate::settings::{InstanceSettings, Settings};
use crate::thread::{InstanceRoom, Shared};

/// What a gate is made of.
pub struct Parts {
    /// What it is told.
    pub settings: Settings,
    /// What it decides by.
    pub snapshot: Arc<Snapshot>,
    /// As whom it goes up.
    pub wallet: Arc<Wallet>,
    /// Where activity goes.
    pub ledger: Ledger,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for request ids.
    pub entropy: Arc<dyn Entropy>,
    /// What answers below `console_path`.
    pub local: Arc<dyn LocalService>,
    /// The control runtime.
    pub control: Handle,
}

/// Why a gate did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It can't listen, or can't have a thread.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Entropy(NoEntropy),
}

/// A gate that runs.
pub struct Gate {
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<io::Result<()>>>,
    published: Vec<Arc<Published>>,
    looking_up: AbortHandle,
    watching: AbortHandle,
    strains: Vec<(InstanceName, Arc<Strain>)>,
}

impl Gate {
    /// Binds the sockets and starts the threads. From when it returns, connections are taken.
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let Parts { settings, snapshot, wallet, ledger, clock, entropy, local, control } = parts;
        let count = settings.threads.max(1);
        let began = snapshot.began();
        let (sockets, addresses) = listen::bind(&settings.listen, count)?;
        let instances: Vec<InstanceRoom> =
            settings.instances.iter().map(|one| room_of(one, &snapshot)).collect();
        let looked_up: Vec<Arc<Addresses>> =
            instances.iter().map(|room| Arc::clone(&room.addresses)).collect();
        let strains: Vec<(InstanceName, Arc<Strain>)> = instances
            .iter()
            .map(|room| (room.settings.instance.name.clone(), Arc::clone(&room.strain)))
            .collect();
        let watching =
            control.spawn(strain::watch(strains.clone(), Arc::clone(&snapshot))).abort_handle();
        let looking_up = control.spawn(look_up(looked_up)).abort_handle();
        let shared = Arc::new(Shared {
            settings,
            instances,
            snapshot,
            wallet,
            clock,
            local,
            control,
            forms: AtomicUsize::new(0),
            began,
        });
        let (stop, stopped) = watch::channel(false);
        let mut gate = Self {
            addresses,
            stop,
            threads: Vec::new(),
            published: Vec::new(),
            looking_up,
            watching,
            strains,
        };
        for (number, sockets) in sockets.into_iter().enumerate() {
            let mut seed = [0; 8];
            entropy.fill(&mut seed).map_err(StartError::Entropy)?;
            let published = Arc::new(Published::default());
            gate.published.push(Arc::clone(&published));
            let ledger: ThreadLedger = ledger.thread();
            let start = Start {
                shared: Arc::clone(&shared),
                sockets,
                ledger,
                published,
                seed: u64::from_ne_bytes(seed),
                stop: stopped.clone(),
            };
            let builder = std::thread::Builder::new().name(format!("gate-{number}"));
            gate.threads.push(builder.spawn(move || listen::run(start))?);
        }
        Ok(gate)
    }

    /// Where it listens, with the ports that were free.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The numbers of all threads, at most a second old.
    pub fn totals(&self) -> Totals {
        Totals::of(&self.published)
    }

    /// What reads the numbers from elsewhere.
    pub fn totals_reader(&self) -> impl Fn() -> Totals + Send + Sync + 'static {
        let published = self.published.clone();
        move || Totals::of(&published)
    }

    /// How the products do, and who is turned away for it.
    pub fn strained(&self) -> Vec<Strained> {
        strain::read(&self.strains)
    }

    /// What reads that from elsewhere.
    pub fn strain_reader(&self) -> impl Fn() -> Vec<Strained> + Send + Sync + 'static {
        let strains = self.strains.clone();
        move || strain::read(&strains)
    }

    /// Takes no more connections, lets accepted requests finish, and waits for that. Blocks: not
    /// for a runtime's own thread.
    pub fn stop(self) -> io::Result<()> {
        // Threads that have ended already hear nothing.
        let _ = self.stop.send(true);
        self.looking_up.abort();
        self.watching.abort();
        for thread in self.threads {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))?;
        }
        Ok(())
    }
}

fn room_of(settings: &InstanceSettings, snapshot: &Snapshot) -> InstanceRoom {
    let profile = profile(settings.instance.product);
    let port = settings.upstream_port;
    let upstream_host = if port == 80 {
        settings.upstream_name.clone()
    } else {
        format!("{}:{port}", settings.upstream_name)
    };
    let name = &settings.instance.name;
    // An instance that the snapshot was not told of has no limits either.
    let limits = snapshot.instance_limits(name);
    InstanceRoom {
        limits: limits.unwrap_or_else(|| Arc::new(LimitCell::new(name.as_str()))),
        strain: Arc::default(),
        profile,
        addresses: Addresses::new(&settings.upstream_name, port),
        upstream_host,
        reads: settings.reads.iter().map(|pattern| profile.fold_pattern(pattern)).collect(),
        settings: settings.clone(),
    }
}

async fn look_up(all: Vec<Arc<Addresses>>) {
    let mut pace = tokio::time::interval(resolve::PACE);
    loop {
        pace.tick().await;
        for addresses in &all {
            addresses.refresh().await;
        }
    }
}
