//! The round that asks products and LDAP servers about people, in the background.

use std::sync::Arc;
use std::time::Duration;

use gatepass_identity::Wallet;
use gatepass_model::{DirectoryName, InstanceName, KnownPerson, Lifetime, PersonKey, Timestamp};
use gatepass_store::NodeId;
use tokio::sync::Mutex;

use super::AskedDirectory;
use super::listing::{self, Listing, Progress};
use super::stranger::Strangers;
use crate::control::Control;
use crate::error::ControlError;

/// So many people are confirmed by one listing at most.
const MOST_AT_ONCE: usize = 1_000;
/// After this time it is seen again whether a listing is worth it.
const TRY_AGAIN: Lifetime = Lifetime::from_seconds(3_600);
/// For how long a node has the round; it takes it anew each second.
const LEASE: Lifetime = Lifetime::from_seconds(10);

/// Asks about owners of living tokens and people who are signed in, those first whom
/// nobody has asked about for the longest. One node at a time, and so many questions a second as
/// the directory allows.
pub struct Refresher {
    control: Arc<Control>,
    wallet: Arc<Wallet>,
    directory: DirectoryName,
    node: NodeId,
    round: Mutex<Round>,
}

/// What one turn leaves for the next.
struct Round {
    listing: Option<Listing>,
    /// Before then no listing is tried again: the last one would not have been worth it.
    not_before: Timestamp,
    /// `None` until it was looked for them.
    strangers: Option<Strangers>,
}

impl Refresher {
    /// For one directory; nothing is asked when its people are in memory.
    pub fn new(
        control: Arc<Control>,
        wallet: Arc<Wallet>,
        directory: DirectoryName,
        node: NodeId,
    ) -> Self {
        let round = Round { listing: None, not_before: Timestamp::EPOCH, strangers: None };
        Self { control, wallet, directory, node, round: Mutex::new(round) }
    }

    /// Goes round until it is dropped.
    pub async fn run(self) {
        let Some(directory) = self.control.asked_directory(&self.directory) else { return };
        let pause = Duration::from_secs(1) / directory.per_second.max(1);
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.turn(directory).await {
                Ok(true) => {}
                // However many it may be: whoever comes due waits a moment, and the store is left alone.
                Ok(false) => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(error) => {
                    tracing::warn!(directory = %self.directory, %error, "people could not be refreshed");
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
            }
        }
    }

    /// Asks about one person, if it is somebody's turn. Whether it was.
    pub async fn turn(&self, directory: &AskedDirectory) -> Result<bool, ControlError> {
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
        if directory.provider().is_some() {
            // Nobody can be asked about.
            return Ok(false);
        }
        let mut round = self.round.lock().await;
        if self.meet_a_stranger(&mut round, directory, now).await? {
            return Ok(true);
        }
        let before = now.minus(directory.refresh);
        if round.listing.is_none() {
            let may_list = directory.lists_groups().is_some() && now >= round.not_before;
            let due = self.due(before, now, if may_list { listing::WORTH_IT } else { 1 }).await?;
            let is_worth_it = may_list && due.len() >= listing::WORTH_IT;
            if !is_worth_it || !self.begin_listing(&mut round, before, now).await? {
                let Some(known) = due.into_iter().next() else { return Ok(false) };
                self.control.ask_about(&known.person.key).await?;
                return Ok(true);
            }
        }
        self.list_groups(&mut round, directory, before, now).await?;
        Ok(true)
    }

    /// Some of those who must be asked about, the longest ago first.
    async fn due(
        &self,
        before: Timestamp,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<KnownPerson>, ControlError> {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        Ok(self.control.store.people_to_refresh(&self.directory, before, now, most).await?)
    }

    /// Asks about an owner of tokens of whom nothing is known yet. Whether there was one.
    async fn meet_a_stranger(
        &self,
        round: &mut Round,
        directory: &AskedDirectory,
        now: Timestamp,
    ) -> Result<bool, ControlError> {
        let strangers = match &mut round.strangers {
            Some(strangers) => strangers,
            none => none.insert(Strangers::find(&self.control, &self.directory, now).await?),
        };
        strangers.meet_one(&self.control, now, directory.refresh).await
    }

    /// Begins a listing, where policy names groups, and fewer than there are people. Whether it did.
    async fn begin_listing(
        &self,
        round: &mut Round,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, ControlError> {
        let people = self.due(before, now, MOST_AT_ONCE).await?.len();
        let policy = self.control.store.load_policy().await?.document;
        round.listing = Listing::begin(listing::groups_of(&policy), people, now);
        if round.listing.is_none() {
            round.not_before = now.plus(TRY_AGAIN);
        }
        Ok(round.listing.is_some())
    }

    /// Reads one page of a group.
    async fn list_groups(
        &self,
        round: &mut Round,
        directory: &AskedDirectory,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let Some(listing) = &mut round.listing else { return Ok(()) };
        match listing.step(&self.control, directory).await {
            Ok(Progress::More) => return Ok(()),
            Ok(Progress::Done) => {
                let people = self.due(before, now, MOST_AT_ONCE).await?;
                let confirmed = listing.apply(&self.control, directory, people).await?;
                tracing::debug!(directory = %self.directory, confirmed, "people by their groups");
                // Who is in none of the groups is asked about one by one, before the next listing.
                round.not_before = now.plus(directory.refresh);
            }
            Ok(Progress::NotWorthIt) => round.not_before = now.plus(TRY_AGAIN),
            Err(words) => {
                tracing::warn!(directory = %self.directory, words, "groups could not be listed");
                round.not_before = now.plus(TRY_AGAIN);
            }
        }
        round.listing = None;
        Ok(())
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
