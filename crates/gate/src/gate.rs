//! The gate as a whole: its threads started, counted and stopped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle;

use gatepass_identity::Wallet;
use gatepass_ledger::{Ledger, ThreadLedger};
use gatepass_model::{Clock, InstanceName, ListenAddress};
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
use crate::listen::sockets::Sockets;
use crate::listen::{self, Start, tls};
use crate::settings::{InstanceSettings, Settings};
use crate::thread::{InstanceRoom, Shared};

/// What a gate is made of.
pub struct Parts {
    /// What it is told.
    pub settings: Settings,
    /// Where it listens.
    pub sockets: Sockets,
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
    /// It can't speak TLS on these terms.
    #[error("TLS can't be set up: {0}")]
    Tls(rustls::Error),
}

/// How a gate leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// Nobody comes after it, or not before it has gone.
    Alone,
    /// Another gate takes connections from the same sockets already.
    HandedOn,
}

/// A gate that runs.
pub struct Gate {
    addresses: Vec<ListenAddress>,
    sockets: Sockets,
    stop: watch::Sender<Option<Parting>>,
    threads: Vec<JoinHandle<io::Result<()>>>,
    published: Vec<Arc<Published>>,
    looking_up: AbortHandle,
    watching: AbortHandle,
    strains: Vec<(InstanceName, Arc<Strain>)>,
}

impl Gate {
    /// Starts the threads. From when it returns, connections are taken.
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let Parts { settings, sockets, snapshot, .. } = parts;
        let Parts { wallet, ledger, clock, entropy, local, control, .. } = parts;
        let count = settings.threads.max(1);
        let began = snapshot.began();
        let doors = sockets.share(count)?;
        let addresses = sockets.addresses().cloned().collect();
        let tls = settings.entry.tls.as_ref().map(tls::acceptor);
        let tls = tls.transpose().map_err(StartError::Tls)?;
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
            tls,
            instances,
            snapshot,
            wallet,
            clock,
            local,
            control,
            forms: AtomicUsize::new(0),
            began,
        });
        let (stop, stopped) = watch::channel(None);
        let mut gate = Self {
            addresses,
            sockets,
            stop,
            threads: Vec::new(),
            published: Vec::new(),
            looking_up,
            watching,
            strains,
        };
        for (number, doors) in doors.into_iter().enumerate() {
            let mut seed = [0; 8];
            entropy.fill(&mut seed).map_err(StartError::Entropy)?;
            let published = Arc::new(Published::default());
            gate.published.push(Arc::clone(&published));
            let ledger: ThreadLedger = ledger.thread();
            let start = Start {
                shared: Arc::clone(&shared),
                doors,
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
    pub fn addresses(&self) -> &[ListenAddress] {
        &self.addresses
    }

    /// Its sockets, to be handed on.
    pub const fn sockets(&self) -> &Sockets {
        &self.sockets
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
        self.end(Parting::Alone)
    }

    /// The same when another gate has the sockets and takes connections already: connections that
    /// wait to be accepted are left to it.
    pub fn hand_on(self) -> io::Result<()> {
        self.end(Parting::HandedOn)
    }

    fn end(self, parting: Parting) -> io::Result<()> {
        if parting == Parting::Alone {
            self.sockets.remove_files();
        }
        // Or a socket that no thread takes from would let clients wait in it.
        drop(self.sockets);
        // Threads that have ended already hear nothing.
        let _ = self.stop.send(Some(parting));
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
    let default_port = if settings.tls.is_some() { 443 } else { 80 };
    let upstream_host = if port == default_port {
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
