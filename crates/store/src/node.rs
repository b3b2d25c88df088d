//! The gates that run on this store, and how far each of them is.

use std::fmt;

use gatepass_model::{Lifetime, Timestamp};

use crate::{Answer, Revision};

/// One running gate: random, made anew at each start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub [u8; 16]);

impl fmt::Display for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A running gate, as it was last heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub id: NodeId,
    /// What people call it: its host and port.
    pub name: String,
    /// The newest revision that is in effect there.
    pub applied: Revision,
    /// Which keys it has: `gatepass_vault::KeyRing::mark`; 0 while it has not said so.
    pub keys: u64,
    /// When it was last heard of, by its own clock.
    pub seen_at: Timestamp,
}

/// A node that was silent for longer is taken for dead: 10 s.
pub const NODE_SILENCE: Lifetime = Lifetime::from_seconds(10);

/// The gates that run on this store.
pub trait Nodes: Send + Sync {
    /// Adds a node, or renames it. Forgets those that were silent for a day.
    fn register_node<'a>(
        &'a self,
        id: NodeId,
        name: &'a str,
        applied: Revision,
        now: Timestamp,
    ) -> Answer<'a, ()>;

    /// Says that a node lives and how far it is. At least every 5 s, and at each new revision.
    /// `NotFound` when it was forgotten: it registers again.
    fn record_applied(&self, id: NodeId, applied: Revision, now: Timestamp) -> Answer<'_, ()>;

    /// Says which keys a node has: a number by which they are told from others. To be said anew after each
    /// [`Nodes::register_node`] of a node that was not there. `NotFound` when it was forgotten.
    fn record_keys(&self, id: NodeId, keys: u64) -> Answer<'_, ()>;

    /// Takes a node away that ends in order, so that nobody waits for it.
    fn forget_node(&self, id: NodeId) -> Answer<'_, ()>;

    /// The nodes heard of in the [`NODE_SILENCE`] before `now`, by name.
    fn live_nodes(&self, now: Timestamp) -> Answer<'_, Vec<Node>>;
}
