//! A whole gate: put together, run, and ended in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;
use gatepass_allowance::ServerUrl;
use gatepass_api::ApiState;
use gatepass_config::Config;
use gatepass_control::{Control, ControlParts, Products, Refresher, Renewer};
use gatepass_gate::{Gate, Parting, Parts, StartError};
use gatepass_identity::{
    DirectoryState, FileWatcher, ProductDesk, Prover, SessionCare, SessionKeeper,
    SharedAssertionKey, Wallet, run_probes,
};
use gatepass_ledger::Writer;
use gatepass_model::{Clock, DirectoryName, ListenAddress};
use gatepass_snapshot::{FollowError, Follower, Snapshot};
use gatepass_store::activity::ActivityStore;
use gatepass_store::{NodeId, Store};
use gatepass_vault::{Entropy as _, KeyFile, KeyRing, SystemEntropy};
use gatepass_web::Console;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::certificate::Certificate;
use super::clock::SystemClock;
use super::directories::{self, Directories};
use super::freshness::Freshness;
use super::front::Front;
use super::given::{Given, Openings};
use super::handover::Predecessor;
use super::keys::{self, KeyWatcher, SharedKeys};
use super::local::LocalDesk;
use super::operations::Operations;
use super::readiness::NodeReadiness;
use super::sink::WalletSink;
use super::trust::Trust;
use super::{identity, limits, settings, store};
use crate::failure::Failure;

/// A gate that runs, with everything behind it.
pub(crate) struct RunningGate {
    gate: Gate,
    control: Arc<Control>,
    node: NodeId,
    readiness: Arc<NodeReadiness>,
    store: Arc<dyn Store>,
    activity: Arc<dyn ActivityStore>,
    /// What goes on as long as the gate does.
    tasks: JoinSet<()>,
    writing: JoinHandle<()>,
    stop_writing: oneshot::Sender<()>,
    front: Front,
    has_new_keys: bool,
}

/// What stands before a gate is started.
struct Ground {
    store: Arc<dyn Store>,
    activity: Arc<dyn ActivityStore>,
    key_file: KeyFile,
    key_stamp: Option<keys::Stamp>,
    ring: KeyRing,
    signing: SharedAssertionKey,
    has_new_keys: bool,
    directories: Directories,
    watchers: Vec<FileWatcher>,
    wallet: Arc<Wallet>,
    prover: Prover,
    products: Products,
    given: Given,
    certificate: Option<Certificate>,
    trust: Trust,
    budgets: Option<ServerUrl>,
}

/// What the threads of the gate read.
struct Knowledge {
    snapshot: Arc<Snapshot>,
    keys: SharedKeys,
    node: NodeId,
    follower: Follower,
}

impl RunningGate {
    /// Starts a gate; the runtime that this is called on becomes its control runtime. When it
    /// returns, requests are served, and the gate that had the sockets before takes none any more.
    pub(crate) async fn start(config: &Config, given: Given) -> Result<Self, Failure> {
        let ground = Ground::lay(config, given).await?;
        let knowledge = Knowledge::gather(config, &ground).await?;
        let node = knowledge.node;
        let store = Arc::clone(&ground.store);
        let started = Self::start_on(config, ground, knowledge);
        let started = match started {
            Ok((gate, Some(predecessor))) => gate.relieve(predecessor).await,
            Ok((gate, None)) => Ok(gate),
            Err(failure) => Err(failure),
        };
        if started.is_err() {
            // Or every change would be waited for here, until the node counts as dead.
            let _ = store.forget_node(node).await;
        }
        started
    }

    /// Tells the gate of before that it may go. If it does not, this one must.
    async fn relieve(self, predecessor: Predecessor) -> Result<Self, Failure> {
        let told = tokio::task::spawn_blocking(move || predecessor.relieve()).await;
        match told.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            Ok(()) => Ok(self),
            Err(error) => {
                let _ = self.stop(Parting::HandedOn).await;
                let words = format!("the gate that runs goes on: {error}");
                Err(Failure::new("takeover_failed", words))
            }
        }
    }

    fn start_on(
        config: &Config,
        ground: Ground,
        knowledge: Knowledge,
    ) -> Result<(Self, Option<Predecessor>), Failure> {
        let Ground {
            store,
            activity,
            key_file,
            ring,
            signing,
            directories,
            watchers,
            wallet,
            prover,
            products,
            trust,
            ..
        } = ground;
        let Knowledge { snapshot, keys, node, follower } = knowledge;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tls = ground.certificate.as_ref().map(Certificate::in_force);
        let settings = settings::gate(config, tls, &trust, &signing);
        let desk = products.desk.clone();
        let control = control(config, &store, &activity, ring, &directories, products);
        control.read_limits_from(Arc::clone(&snapshot));
        let asked = config.directories.iter().filter(|one| one.source.stale_limit().is_some());
        let freshness = Freshness::of(asked.map(|one| one.name.clone()));
        let is_behind_keys = Arc::new(AtomicBool::new(false));
        let readiness = Arc::new(NodeReadiness {
            snapshot: Arc::clone(&snapshot),
            wallet: Arc::clone(&wallet),
            directories: directories.clone(),
            freshness: Arc::clone(&freshness),
            clock: Arc::clone(&clock),
            certificate: ground.certificate.as_ref().map(Certificate::state),
            is_stopping: AtomicBool::new(false),
            is_behind_keys: Arc::clone(&is_behind_keys),
        });
        let state =
            ApiState { control: Arc::clone(&control), readiness: Arc::clone(&readiness) as _ };
        let console =
            Console::new(Arc::clone(&control), settings::console(config), Arc::clone(&clock));
        let Openings { sockets, operations, handover, predecessor } = ground.given.open(config)?;
        let (ledger, writer) = gatepass_ledger::ledger(
            Arc::clone(&activity) as _,
            Arc::clone(&clock),
            settings.threads,
        );
        let gate = Gate::start(Parts {
            settings,
            sockets,
            snapshot: Arc::clone(&snapshot),
            wallet: Arc::clone(&wallet),
            ledger: ledger.clone(),
            clock,
            entropy: Arc::new(SystemEntropy),
            local: Arc::new(LocalDesk::new(gatepass_api::router(state), console)),
            control: Handle::current(),
        })
        .map_err(|error| start_failure(&error))?;
        let mut tasks = JoinSet::new();
        limits::share(&mut tasks, ground.budgets.as_ref(), &node_id(node), &snapshot);
        tasks.spawn(follower.run());
        tasks.spawn(freshness.run(Arc::clone(&control)));
        refresh_people(&mut tasks, config, &control, &wallet, node);
        keep_sessions(&mut tasks, config, desk, &wallet);
        tasks.spawn(run_probes(wallet, prover));
        follow_directories(&mut tasks, watchers, &directories, &snapshot);
        let watcher = KeyWatcher {
            seen: ground.key_stamp,
            config: config.secrets.clone(),
            file: key_file,
            is_behind: is_behind_keys,
            keys,
            signing,
            snapshot,
            control: Arc::clone(&control),
        };
        tasks.spawn(watcher.run());
        let totals = Arc::new(gate.totals_reader());
        let strained = Arc::new(gate.strain_reader());
        let told = Operations { node: Arc::clone(&readiness), totals, strained, ledger };
        let front = Front::open(&gate, operations, handover, told, ground.certificate)?;
        let (stop_writing, writing) = start_writing(writer);
        let running = Self {
            gate,
            control,
            node,
            readiness,
            store,
            activity,
            tasks,
            writing,
            stop_writing,
            front,
            has_new_keys: ground.has_new_keys,
        };
        Ok((running, predecessor))
    }

    /// The use cases, on this gate's store.
    pub(crate) const fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// Where it listens.
    pub(crate) fn addresses(&self) -> &[ListenAddress] {
        self.gate.addresses()
    }

    /// Where metrics and readiness are.
    pub(crate) const fn operations(&self) -> Option<SocketAddr> {
        self.front.operations()
    }

    /// Has the certificate's files read again.
    pub(crate) fn reload(&self) {
        self.front.reload();
    }

    /// Waits until another gate has taken the sockets over. It may never come.
    pub(crate) async fn taken_over(&mut self) {
        self.front.taken_over().await;
    }

    /// Whether the key file was made by this start.
    pub(crate) const fn has_new_keys(&self) -> bool {
        self.has_new_keys
    }

    /// Ends it: accepted requests finish, what was counted is written, the node takes itself off
    /// the list.
    pub(crate) async fn stop(mut self, parting: Parting) -> Result<(), Failure> {
        self.readiness.begin_to_stop();
        let serving = self.front.leave(parting).await;
        let gate = self.gate;
        let stopped = tokio::task::spawn_blocking(move || match parting {
            Parting::Alone => gate.stop(),
            Parting::HandedOn => gate.hand_on(),
        });
        let stopped = stopped.await;
        drop(serving);
        // The writer ends by itself only when it has failed, and said so.
        let _ = self.stop_writing.send(());
        let _ = self.writing.await;
        self.tasks.shutdown().await;
        if let Err(error) = self.store.forget_node(self.node).await {
            tracing::warn!(%error, "this node stays on the list for 10 s");
        }
        if let Err(error) = self.activity.close().await {
            tracing::warn!(%error, "the activity could not be closed in order");
        }
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the store could not be closed in order");
        }
        match stopped {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::io("a thread of the gate failed", &error)),
            Err(error) => Err(Failure::new("io", format!("the gate did not stop: {error}"))),
        }
    }
}

impl Ground {
    /// All that can fail for a mistake in the configuration or around it.
    async fn lay(config: &Config, mut given: Given) -> Result<Self, Failure> {
        let (directories, watchers) = directories::read(config)?;
        let wallet = Arc::new(identity::wallet(config)?);
        let trust = Trust::of(config)?;
        let products = identity::products(config, &trust)?;
        let certificate = config.server.tls.as_ref().map(Certificate::open).transpose()?;
        given.check_free(config)?;
        given.bind_operations(config)?;
        let budgets = limits::server(config)?;
        store::check_owner(config)?;
        let key_file = keys::file(&config.secrets).await?;
        let key_stamp = keys::stamp(key_file.path());
        let store = store::open(config).await?;
        let opened = keys::open(&key_file, &*store).await?;
        gatepass_control::check_keys(&key_file, &opened.keyring, &*store).await?;
        let signing = SharedAssertionKey::newest(&opened.keyring);
        let prover = identity::prover(config, &trust, Some(&signing))?;
        let activity = store::open_activity(config).await?;
        Ok(Self {
            store,
            activity,
            key_file,
            key_stamp,
            ring: opened.keyring,
            signing,
            has_new_keys: opened.is_new,
            directories,
            watchers,
            wallet,
            prover,
            products,
            given,
            certificate,
            trust,
            budgets,
        })
    }
}

impl Knowledge {
    /// Reads the store and the directories, so that the first request can be judged.
    async fn gather(config: &Config, ground: &Ground) -> Result<Self, Failure> {
        let keys: SharedKeys = Arc::new(ArcSwap::from_pointee(ground.ring.clone()));
        let settings = settings::snapshot(config);
        let snapshot = Arc::new(Snapshot::new(settings, keys.load_full()));
        for (name, state) in ground.directories.iter() {
            publish(&snapshot, name, state);
        }
        let sink = WalletSink { wallet: Arc::clone(&ground.wallet), keys: Arc::clone(&keys) };
        let mut node = NodeId([0; 16]);
        SystemEntropy.fill(&mut node.0)?;
        let follower = Follower::start(
            Arc::clone(&snapshot),
            Arc::clone(&ground.store),
            Arc::new(sink),
            Arc::new(SystemClock),
            node,
            node_name(config),
        )
        .await
        .map_err(|error| match error {
            FollowError::Store(error) => Failure::from(error),
            FollowError::NoPolicy => Failure::new("store_unavailable", error.to_string()),
        })?;
        Ok(Self { snapshot, keys, node, follower })
    }
}

fn control(
    config: &Config,
    store: &Arc<dyn Store>,
    activity: &Arc<dyn ActivityStore>,
    keyring: KeyRing,
    directories: &Directories,
    products: Products,
) -> Arc<Control> {
    Arc::new(Control::new(ControlParts {
        store: Arc::clone(store),
        activity: Some(Arc::clone(activity) as _),
        keyring,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        people: Arc::new(directories.clone()),
        directories: config.directories.iter().map(|one| one.name.clone()).collect(),
        instances: settings::known_instances(config),
        products,
    }))
}

/// Asks about people, and renews native tokens, for ever.
fn refresh_people(
    tasks: &mut JoinSet<()>,
    config: &Config,
    control: &Arc<Control>,
    wallet: &Arc<Wallet>,
    node: NodeId,
) {
    for directory in &config.directories {
        let name = directory.name.clone();
        let refresher = Refresher::new(Arc::clone(control), Arc::clone(wallet), name, node);
        tasks.spawn(refresher.run());
    }
    tasks.spawn(Renewer::new(Arc::clone(control), Arc::clone(wallet), node).run());
}

fn start_failure(error: &StartError) -> Failure {
    Failure::new("start_failed", error.to_string())
}

/// By what other nodes tell this one apart.
fn node_id(node: NodeId) -> String {
    format!("{:032x}", u128::from_be_bytes(node.0))
}

/// What people call this node: its machine and its first address. Several may run on one machine,
/// and on several machines the address is often the same.
fn node_name(config: &Config) -> String {
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy();
    match config.server.listen.first() {
        Some(address) => format!("{machine} {address}"),
        None => machine.into_owned(),
    }
}

/// Opens sessions at products that know no native tokens, if there are such.
fn keep_sessions(
    tasks: &mut JoinSet<()>,
    config: &Config,
    desk: ProductDesk,
    wallet: &Arc<Wallet>,
) {
    let opens = |link: &gatepass_config::Impersonation| link.opens_sessions;
    if config.instances.iter().any(|one| one.impersonation.as_ref().is_some_and(opens)) {
        let care = SessionCare::default();
        tasks.spawn(SessionKeeper::new(desk, Arc::clone(wallet), care).run());
    }
}

fn publish(snapshot: &Snapshot, name: &DirectoryName, state: &watch::Receiver<DirectoryState>) {
    let people = state.borrow().people.to_vec();
    snapshot.replace_people(name, people);
}

fn follow_directories(
    tasks: &mut JoinSet<()>,
    watchers: Vec<FileWatcher>,
    directories: &Directories,
    snapshot: &Arc<Snapshot>,
) {
    for watcher in watchers {
        tasks.spawn(watcher.run());
    }
    for (name, state) in directories.iter().cloned() {
        let snapshot = Arc::clone(snapshot);
        let mut state = state;
        tasks.spawn(async move {
            while state.changed().await.is_ok() {
                publish(&snapshot, &name, &state);
            }
        });
    }
}

fn start_writing(writer: Writer) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let writing = tokio::spawn(writer.run(async {
        // An error means that the gate was dropped.
        let _ = stopped.await;
    }));
    (stop, writing)
}
