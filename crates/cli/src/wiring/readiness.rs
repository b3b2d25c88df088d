//! Whether this node is ready, and what is not as it should be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatepass_api::Readiness;
use gatepass_identity::Wallet;
use gatepass_model::Clock;
use gatepass_policy::limit::Scope;
use gatepass_snapshot::{Condition, Snapshot};

use super::certificate::{self, SharedState};
use super::directories::Directories;
use super::freshness::Freshness;

/// What readiness is judged by.
pub(crate) struct NodeReadiness {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) wallet: Arc<Wallet>,
    pub(crate) directories: Directories,
    pub(crate) freshness: Arc<Freshness>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) certificate: Option<SharedState>,
    pub(crate) is_stopping: AtomicBool,
    /// Whether the key file was changed and could not be read since.
    pub(crate) is_behind_keys: Arc<AtomicBool>,
}

impl NodeReadiness {
    /// From now on no more work shall be sent here.
    pub(crate) fn begin_to_stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// What is not as it should be, in words. Not all of it makes the node unready: see
    /// [`Readiness::is_ready`].
    pub(crate) fn reasons(&self) -> Vec<String> {
        let now = self.clock.now();
        let mut reasons: Vec<String> =
            self.snapshot.conditions(now).iter().map(ToString::to_string).collect();
        if self.is_stopping.load(Ordering::Acquire) {
            reasons.push("it is stopping".to_owned());
        }
        if self.is_behind_keys.load(Ordering::Acquire) {
            let words =
                "the key file was changed and can't be read; the keys of before stay in force";
            reasons.push(words.to_owned());
        }
        if let Some(state) = &self.certificate {
            reasons.extend(certificate::look(state).reasons(now));
        }
        if let Scope::Split(nodes) = self.snapshot.sharing().scope() {
            reasons.push(format!(
                "the server of limits.redis does not answer; each of {nodes} nodes has its part of \
                 every limit"
            ));
        }
        for (name, problem) in self.directories.problems() {
            reasons.push(format!("an older state of the directory {name} holds: {problem}"));
        }
        for (instance, count) in self.wallet.count_surprised() {
            if count > 0 {
                reasons.push(format!(
                    "{instance} takes {count} upstream credentials for somebody else"
                ));
            }
        }
        let held = self.snapshot.held_revocations().len();
        if held > 0 {
            reasons.push(format!("{held} revocations are not stored, only held in memory"));
        }
        let refused = self.snapshot.rows_refused();
        if refused > 0 {
            reasons.push(format!(
                "{refused} rows of the store were refused since the start, as not written by Gatepass"
            ));
        }
        reasons
    }
}

impl Readiness for NodeReadiness {
    /// A node that has just lost the store is ready: what it knows is good until `stale_limit`,
    /// and if losing the store made a node unready, one store would take all nodes away.
    fn is_ready(&self) -> bool {
        let now = self.clock.now();
        let is_stopping = self.is_stopping.load(Ordering::Acquire);
        let stops = self.snapshot.conditions(now).iter().any(Condition::stops_tokens);
        !is_stopping && !stops
    }
}
