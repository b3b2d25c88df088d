//! Limits across nodes: allowances from Valkey or Redis, taken ahead of time.
//!
//! Knows: the one script that keeps a shared budget for each subject, when to ask it, and what to
//! do when it does not answer. Deliberately does not know: requests (they spend what stands in
//! their cells and never wait for this crate), the arithmetic of a cell (`gatepass-policy`), or
//! who is limited (`gatepass-snapshot`).
//!
//! Start at [`Allowances::run`]. A node holds a small part of each budget that it uses. What it
//! spends was taken out of the budget before, with one exception: the first requests after a
//! pause, before it could ask, at most an eighth of a burst over all nodes together (at least one
//! for each node). These are taken out of the budget afterwards.
//!
//! Places (concurrency) are not handed around: each node has its part of them. Bytes of a day are
//! added up every turn. While the server does not answer, each node has its part of every limit.

mod follow;
mod server;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Clock;
use gatepass_policy::limit::{Moment, Scope};
use gatepass_snapshot::{InUse, Snapshot};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout};

use follow::Followed;
use server::{Server, Turn};

pub use server::{InvalidUrl, ServerUrl, Unreachable, probe};

/// How often a node asks while something limited is in use.
const PACE: Duration = Duration::from_millis(50);
/// How often it says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a server that is gone is left alone.
const REST: Duration = Duration::from_secs(1);
/// Most subjects in one call.
const BATCH: usize = 200;

/// Takes allowances for one node. Runs on the control runtime.
pub struct Allowances {
    server: Server,
    snapshot: Arc<Snapshot>,
    clock: Arc<dyn Clock>,
    told: UnboundedReceiver<InUse>,
    followed: HashMap<Box<str>, Followed>,
    nodes: u32,
    is_reachable: Option<bool>,
    patience: Duration,
}

impl std::fmt::Debug for Allowances {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Allowances").field("nodes", &self.nodes).finish_non_exhaustive()
    }
}

impl Allowances {
    /// For the node that calls itself `node`, which no other must. `None` when somebody takes
    /// allowances for this snapshot already.
    pub fn new(
        url: &ServerUrl,
        node: impl Into<String>,
        snapshot: Arc<Snapshot>,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let told = snapshot.sharing().follow()?;
        // Until the server has answered, this node is as good as alone.
        snapshot.sharing().set_scope(Scope::Split(1));
        Some(Self {
            server: Server::new(url, node.into()),
            snapshot,
            clock,
            told,
            followed: HashMap::new(),
            nodes: 1,
            is_reachable: None,
            patience: Self::PATIENCE,
        })
    }

    /// How long a call may take: 250 ms. If it takes longer, the server counts as gone.
    pub const PATIENCE: Duration = Duration::from_millis(250);

    /// With another patience than [`Allowances::PATIENCE`].
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Takes allowances until it is dropped.
    pub async fn run(mut self) {
        let mut next = Instant::now();
        loop {
            tokio::select! {
                () = sleep_until(next) => {}
                told = self.told.recv(), if self.is_reachable == Some(true) => {
                    let Some(told) = told else { return };
                    self.follow(told);
                }
            }
            while let Ok(told) = self.told.try_recv() {
                self.follow(told);
            }
            next = Instant::now() + self.turn().await;
        }
    }

    fn follow(&mut self, told: InUse) {
        let key = told.cell.key().into();
        self.followed
            .entry(key)
            .and_modify(|followed| followed.renew(&told))
            .or_insert_with(|| Followed::new(told));
    }

    /// Asks for all that is in use; the answer is how long to wait until the next time.
    async fn turn(&mut self) -> Duration {
        match self.ask().await {
            Ok(()) => {
                self.snapshot.sharing().set_scope(Scope::Shared(self.nodes));
                if self.is_reachable != Some(true) {
                    tracing::info!(nodes = self.nodes, "limits are shared with the other nodes");
                }
                self.is_reachable = Some(true);
                if self.followed.is_empty() { HEARTBEAT } else { PACE }
            }
            Err(error) => {
                self.snapshot.sharing().set_scope(Scope::Split(self.nodes));
                if self.is_reachable != Some(false) {
                    tracing::error!(%error, nodes = self.nodes, "limits can't be shared with the other nodes; each has its part of them");
                }
                self.is_reachable = Some(false);
                REST
            }
        }
    }

    async fn ask(&mut self) -> Result<(), Unreachable> {
        let at = self.moment();
        let mut all: Vec<&mut Followed> = self.followed.values_mut().collect();
        let mut chunks = all.chunks_mut(BATCH);
        let mut first: &mut [&mut Followed] = chunks.next().unwrap_or_default();
        loop {
            let mut turn = Turn::default();
            for followed in first.iter_mut() {
                followed.ask(&mut turn, self.nodes, at);
            }
            let asked = timeout(self.patience, self.server.ask(&turn)).await;
            let answer = match asked.unwrap_or(Err(Unreachable::TooSlow)) {
                Ok(answer) => answer,
                Err(error) => {
                    self.server.hang_up();
                    for followed in first.iter_mut() {
                        followed.unasked();
                    }
                    return Err(error);
                }
            };
            self.nodes = answer.nodes.max(1);
            let after = Moment { nanos: nanos_of(&self.snapshot), ..at };
            for (followed, said) in first.iter_mut().zip(&answer.subjects) {
                followed.hear(said, after);
            }
            match chunks.next() {
                Some(more) => first = more,
                None => break,
            }
        }
        self.followed.retain(|_, followed| !followed.is_done());
        Ok(())
    }

    fn moment(&self) -> Moment {
        let wall = self.clock.now().as_seconds().unsigned_abs();
        Moment { nanos: nanos_of(&self.snapshot), wall_seconds: wall }
    }
}

/// On the clock by which cells are asked.
fn nanos_of(snapshot: &Snapshot) -> u64 {
    u64::try_from(snapshot.began().elapsed().as_nanos()).unwrap_or(u64::MAX)
}
