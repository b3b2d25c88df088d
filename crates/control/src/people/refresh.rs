//! The round that asks products about people, in the background.

use std::sync::Arc;
use std::time::Duration;

use gatepass_identity::Wallet;
use gatepass_model::{DirectoryName, InstanceName, Lifetime, PersonKey, Timestamp};
use gatepass_store::NodeId;

use super::ProductDirectory;
use crate::control::Control;
use crate::error::ControlError;

/// For how long a node has the round; it takes it anew each second.
const LEASE: Lifetime = Lifetime::from_seconds(10);

/// Asks products about owners of living tokens and people who are signed in, those first whom
/// nobody has asked about for the longest. One node at a time, and so many questions a second as
/// the directory allows.
pub struct Refresher {
    control: Arc<Control>,
    wallet: Arc<Wallet>,
    directory: DirectoryName,
    node: NodeId,
}

impl Refresher {
    /// For one directory; nothing is asked when it is no product.
    pub const fn new(
        control: Arc<Control>,
        wallet: Arc<Wallet>,
        directory: DirectoryName,
        node: NodeId,
    ) -> Self {
        Self { control, wallet, directory, node }
    }

    /// Goes round until it is dropped.
    pub async fn run(self) {
        let Some(directory) = self.control.product_directory(&self.directory) else { return };
        let pause = Duration::from_secs(1) / directory.per_second.max(1);
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.turn(directory).await {
                tracing::warn!(directory = %self.directory, %error, "people could not be refreshed");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }

    /// Asks about one person, if it is somebody's turn. Whether it was.
    pub async fn turn(&self, directory: &ProductDirectory) -> Result<bool, ControlError> {
        let now = self.control.clock.now();
        let lease = format!("people:{}", self.directory);
        let until = now.plus(LEASE);
        if !self.control.store.take_lease(&lease, self.node, until, now).await? {
            return Ok(false);
        }
        if let Some((owner, instance)) = self.refused(now).await? {
            self.control.check_native(&owner, &instance).await?;
            self.control.ask_about(&owner).await?;
            return Ok(true);
        }
        let before = now.minus(directory.refresh);
        let due = self.control.store.people_to_refresh(&self.directory, before, now, 1).await?;
        let Some(known) = due.into_iter().next() else { return Ok(false) };
        self.control.ask_about(&known.person.key).await?;
        Ok(true)
    }

    /// Somebody whom the product was seen to refuse here, and where.
    async fn refused(
        &self,
        now: Timestamp,
    ) -> Result<Option<(PersonKey, InstanceName)>, ControlError> {
        for found in self.wallet.surprised() {
            let Some(owner) = found.owner else { continue };
            if owner.directory != self.directory {
                continue;
            }
            let known = self.control.store.find_person(&owner).await?;
            // Not again and again: what a surprise is about may last.
            let is_due = known.is_none_or(|known| now.since(known.asked_at) >= AFTER_REFUSAL);
            if is_due {
                return Ok(Some((owner, found.instance)));
            }
        }
        Ok(None)
    }
}

/// Somebody whom the product refuses is asked about again after this time.
const AFTER_REFUSAL: Lifetime = Lifetime::from_seconds(30);
