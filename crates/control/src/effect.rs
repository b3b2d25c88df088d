//! When a change is in effect: once every running gate has applied its revision.

use std::fmt;
use std::time::Duration;

use gatepass_store::{Node, Revision};
use serde::Serialize;

use crate::control::Control;
use crate::error::ControlError;

/// How often the nodes are asked.
const POLL: Duration = Duration::from_millis(25);

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InEffect {
    /// On how many running gates it is in effect.
    pub applied: usize,
    /// How many are running.
    pub of: usize,
}

impl InEffect {
    /// Whether it is in effect everywhere. Where no gate runs there is nothing to wait for: one
    /// that starts later reads it.
    pub const fn is_everywhere(self) -> bool {
        self.applied >= self.of
    }
}

/// `in effect on 2 of 2 nodes`.
impl fmt::Display for InEffect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = if self.of == 1 { "node" } else { "nodes" };
        write!(out, "in effect on {} of {} {nodes}", self.applied, self.of)
    }
}

impl Control {
    /// Waits until `revision` is in effect on every running gate, at most `patience`; then says
    /// how far it is. A node that falls silent stops counting after
    /// [`gatepass_store::NODE_SILENCE`].
    pub async fn wait_until_in_effect(
        &self,
        revision: Revision,
        patience: Duration,
    ) -> Result<InEffect, ControlError> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let nodes = self.store.live_nodes(self.clock.now()).await?;
            let applied = nodes.iter().filter(|node| node.applied >= revision).count();
            let effect = InEffect { applied, of: nodes.len() };
            if effect.is_everywhere() || tokio::time::Instant::now() >= deadline {
                return Ok(effect);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The same with the usual patience. `None` when the nodes can't be asked: the change is
    /// stored then, and it must not look as if it were not.
    pub(crate) async fn effect_of(&self, revision: Revision) -> Option<InEffect> {
        match self.wait_until_in_effect(revision, self.patience).await {
            Ok(effect) => Some(effect),
            Err(error) => {
                tracing::warn!(%error, "a change is stored, but the nodes can't be asked for it");
                None
            }
        }
    }

    /// The running gates that have not applied `revision` yet.
    pub async fn nodes_behind(&self, revision: Revision) -> Result<Vec<Node>, ControlError> {
        let mut nodes = self.store.live_nodes(self.clock.now()).await?;
        nodes.retain(|node| node.applied < revision);
        Ok(nodes)
    }
}
