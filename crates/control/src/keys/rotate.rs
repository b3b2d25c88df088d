//! Rotate the keys, while gates run.

use std::time::Duration;

use gatepass_model::Actor;
use gatepass_model::audit::AuditSubject;
use gatepass_vault::{KeyFile, KeyPurpose, KeyRing};
use serde::Serialize;
use tokio::time::Instant;

use super::newest;
use super::rewrap::Rewrapped;
use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// How often the nodes are asked.
const POLL: Duration = Duration::from_millis(50);

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeysRotated {
    /// The number of the new key for digests of tokens.
    pub digest: u32,
    /// The number of the new key for seals.
    pub seal: u32,
    /// The number of the new key for MACs of rows.
    pub mac: u32,
    /// The running nodes that do not have the new keys, by name. While there are any, nothing is
    /// written with them.
    pub nodes_without: Vec<String>,
    /// What was sealed and signed anew; `None` while a node lacks the keys.
    pub rewrapped: Option<Rewrapped>,
}

impl Control {
    /// Adds a new key for each purpose to `file`, waits at most `patience` until every running node
    /// has read them, writes with them from then on, and has what older ones wrote sealed and signed
    /// anew. The old ones stay: for digests, which nobody can make without the secrets; for the audit
    /// record; and for backups.
    ///
    /// A node without the keys would refuse what they wrote. So where one is left, the keys stay in
    /// the file and unused, and the next call goes on with them.
    ///
    /// `KeysDiffer` where the store was written with keys that the file lacks, or, before keys are
    /// added, where a running node has others: it is an old copy then. `KeyFileError::Changed` when
    /// somebody else changed its keys while nodes were waited for.
    ///
    /// When the audit record can't be written the keys are added all the same.
    pub async fn rotate_keys(
        &self,
        actor: &Actor,
        file: &KeyFile,
        patience: Duration,
    ) -> Result<KeysRotated, ControlError> {
        self.authorise(actor, Ability::ManageKeys).await?;
        // Fails before anything is done where the record could not be written.
        self.store.revision().await?;
        let before = file.load()?;
        let is_begun = before.has_coming();
        // Once keys are to come, nodes without them are what is waited for.
        if !is_begun {
            self.check_nodes(file, &before).await?;
        }
        newest::check(file, &before, &*self.store).await?;
        let added = file.add_coming(&*self.entropy)?;
        if !is_begun {
            self.record(actor, "keyring.added", numbers(&coming(&added))).await?;
        }
        let nodes_without = self.wait_for_keys(added.mark(), patience).await?;
        let (ring, is_in_force) = if nodes_without.is_empty() {
            (file.put_in_force(added.mark(), &*self.entropy)?, true)
        } else {
            (added, false)
        };
        self.replace_keyring(ring.clone());
        let rewrapped = if is_in_force {
            let detail = format!("in force: {}", numbers(&newest(&ring)));
            self.record(actor, "keyring.rotated", detail).await?;
            Some(self.rewrap(actor, &ring).await?)
        } else {
            None
        };
        let [digest, seal, mac] = if is_in_force { newest(&ring) } else { coming(&ring) };
        Ok(KeysRotated { digest, seal, mac, nodes_without, rewrapped })
    }

    /// Records that the key file was sealed anew, and by the names of which master keys it opens.
    pub async fn record_keys_sealed(
        &self,
        actor: &Actor,
        masters: &[String],
    ) -> Result<(), ControlError> {
        self.authorise(actor, Ability::ManageKeys).await?;
        let detail = format!("for the master key {}", masters.join(" and for "));
        self.record(actor, "keyring.sealed", detail).await
    }

    /// Whether all nodes have the keys of `file`, which are `ring`. Keys that are added to an older copy
    /// have the numbers of others, and who brings such a file to the nodes takes those away.
    async fn check_nodes(&self, file: &KeyFile, ring: &KeyRing) -> Result<(), ControlError> {
        let nodes = self.store.live_nodes(self.clock.now()).await?;
        // One that has said nothing is of an older version, or has just begun.
        let mut others = nodes.iter().filter(|node| node.keys != 0 && node.keys != ring.mark());
        match others.next() {
            Some(node) => Err(newest::differ(file, format!("the node {}", node.name))),
            None => Ok(()),
        }
    }

    /// The running nodes that do not have the keys `mark` when all have them, or after `patience`.
    async fn wait_for_keys(
        &self,
        mark: u64,
        patience: Duration,
    ) -> Result<Vec<String>, ControlError> {
        let deadline = Instant::now() + patience;
        loop {
            let nodes = self.store.live_nodes(self.clock.now()).await?;
            let without = nodes.into_iter().filter(|node| node.keys != mark);
            let without: Vec<String> = without.map(|node| node.name).collect();
            if without.is_empty() || Instant::now() >= deadline {
                return Ok(without);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    pub(super) async fn record(
        &self,
        actor: &Actor,
        action: &'static str,
        detail: String,
    ) -> Result<(), ControlError> {
        let audit = audit_entry(actor, self.clock.now(), action, AuditSubject::KeyRing, detail);
        self.store.append_audit(&audit).await?;
        Ok(())
    }
}

/// The keys that are written with, in the order of their purposes.
fn newest(ring: &KeyRing) -> [u32; 3] {
    KeyPurpose::ALL.map(|purpose| ring.newest(purpose).id())
}

/// The keys that are to come, or those of before where there are none.
fn coming(ring: &KeyRing) -> [u32; 3] {
    KeyPurpose::ALL.map(|purpose| {
        let newest = ring.newest(purpose).id();
        ring.others(purpose).next().map_or(newest, |key| key.id().max(newest))
    })
}

fn numbers([digest, seal, mac]: &[u32; 3]) -> String {
    format!("digest {digest}, seal {seal}, mac {mac}")
}
