//! Keeps a snapshot as the store is.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::{Clock, DirectoryName, KnownPerson, Lifetime, Timestamp, TokenId};
use gatepass_store::{
    Change, Changed, Changes, Loaded, NodeId, Revision, Store, StoreError, UpstreamCredential,
    Watch,
};

use crate::published::Snapshot;
use crate::sink::CredentialSink;

/// How long to wait before a store that was lost is looked at again.
const RETRY: Duration = Duration::from_millis(200);

/// Tokens that ended longer ago are not kept in memory: they are answered as unknown.
const ENDED_KEPT: Lifetime = Lifetime::from_days(30);

/// How often this node says that it lives: half of what the store asks for.
const HEARTBEAT: Lifetime = Lifetime::from_millis(2_500);

/// How many changes are read at once.
const BATCH: u32 = 500;

/// Why following can't begin.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The store did not give what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy can't be read. To start without it would allow everything.
    #[error("the policy in the store can't be read")]
    NoPolicy,
}

/// Keeps a snapshot as the store is. One per node, on the control runtime.
pub struct Follower {
    snapshot: Arc<Snapshot>,
    store: Arc<dyn Store>,
    sink: Arc<dyn CredentialSink>,
    clock: Arc<dyn Clock>,
    node: NodeId,
    name: String,
    /// `None` until the next turn makes one; its first answer is that something changed.
    /// `Send` but not `Sync`, which is why methods that wait take `&mut self`.
    watch: Option<Box<dyn Watch>>,
    seen: Revision,
    told_at: Timestamp,
    /// Which keys the store was told of; 0: none.
    told_keys: u64,
}

impl Follower {
    /// Reads all, so that the snapshot can be used, and says that the node called `name` lives.
    pub async fn start(
        snapshot: Arc<Snapshot>,
        store: Arc<dyn Store>,
        sink: Arc<dyn CredentialSink>,
        clock: Arc<dyn Clock>,
        node: NodeId,
        name: String,
    ) -> Result<Self, FollowError> {
        let now = clock.now();
        let mut follower = Self {
            snapshot,
            store,
            sink,
            clock,
            node,
            name,
            watch: None,
            seen: Revision::START,
            told_at: now,
            told_keys: 0,
        };
        if !follower.reload().await? {
            return Err(FollowError::NoPolicy);
        }
        follower.snapshot.age().heard(now);
        follower.register(now).await?;
        Ok(follower)
    }

    /// Follows until it is dropped. Nothing that the store does ends it.
    pub async fn run(mut self) {
        let snapshot = self.snapshot.clone();
        loop {
            // Errors are told by `turn` itself, once per loss.
            let _ = self.turn().await;
            tokio::select! {
                () = self.wait() => {}
                () = snapshot.wake.notified() => {}
            }
        }
    }

    /// Waits until it is worth looking at the store again.
    async fn wait(&mut self) {
        match &mut self.watch {
            Some(watch) => watch.wait().await,
            None => tokio::time::sleep(RETRY).await,
        }
    }

    /// Brings into effect what has changed since the last turn. An error leaves the snapshot as
    /// it is, and growing older; the next turn makes up for it.
    pub async fn turn(&mut self) -> Result<(), StoreError> {
        // Before the store is asked: what changes while it answers is not known to be seen.
        let now = self.clock.now();
        match self.follow(now).await {
            Ok(()) => {
                if self.snapshot.age().heard(now) {
                    tracing::info!("the store is reachable again");
                }
                Ok(())
            }
            Err(error) => {
                self.watch = None;
                if self.snapshot.age().lost() {
                    tracing::error!(%error, "the store can't be followed; known tokens go on until stale_limit");
                }
                Err(error)
            }
        }
    }

    /// Takes the node off the list, when it ends in order.
    pub async fn forget(self) -> Result<(), StoreError> {
        self.store.forget_node(self.node).await
    }

    async fn follow(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let mut watch = match self.watch.take() {
            Some(watch) => watch,
            None => self.store.watch().await?,
        };
        // Whoever makes keys waits for it before he writes with them.
        self.tell_keys().await?;
        if self.snapshot.take_reload_wanted()
            && let Err(error) = self.reload().await
        {
            self.snapshot.want_reload();
            return Err(error);
        }
        // Kept only when all went well: a new watch says first that something changed, so that
        // no change is forgotten with the turn that failed on it.
        if watch.has_changed().await? {
            self.catch_up(now).await?;
        }
        if now.since(self.told_at) >= HEARTBEAT {
            self.tell(now).await?;
        }
        self.watch = Some(watch);
        Ok(())
    }

    async fn catch_up(&mut self, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let changes = match self.store.changes_after(self.seen, BATCH).await? {
                Changes::Since(changes) => changes,
                Changes::TooOld => {
                    tracing::warn!(seen = %self.seen, "the changes since are not kept; reading all anew");
                    self.reload().await?;
                    return self.tell(now).await;
                }
            };
            let Some(last) = changes.last() else { return Ok(()) };
            let last = last.revision;
            let is_full = changes.len() >= BATCH as usize;
            self.apply(&changes).await?;
            self.in_effect(last);
            self.tell(now).await?;
            if !is_full {
                return Ok(());
            }
        }
    }

    /// Each thing once, however often it changed: what is read is its newest state anyway. Of people
    /// the first change is asked for, which brings those of the later ones along.
    async fn apply(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut done = HashSet::new();
        for change in changes {
            if !done.insert(&change.changed) {
                continue;
            }
            match &change.changed {
                Changed::Token(id) => self.refresh_token(*id).await?,
                Changed::Policy => self.refresh_policy().await?,
                Changed::People(directory) => {
                    self.refresh_people(directory, change.revision).await?;
                }
                Changed::Credential(owner, instance) => {
                    match self.store.find_credential(owner, instance).await {
                        Ok(found) => self.sink.changed(owner, instance, found),
                        Err(StoreError::Corrupt(corruption)) => {
                            tracing::error!(%corruption, "an upstream credential is treated as not there");
                            self.sink.changed(owner, instance, None);
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }

    async fn refresh_token(&mut self, id: TokenId) -> Result<(), StoreError> {
        match self.store.find_token(id).await {
            Ok(Some(row)) => {
                self.snapshot.apply_token(&row);
                Ok(())
            }
            Ok(None) => {
                self.snapshot.remove_token(id);
                Ok(())
            }
            Err(StoreError::Corrupt(corruption)) => {
                tracing::error!(%corruption, token = %id, "a token is treated as not there");
                self.snapshot.refuse_row();
                self.snapshot.remove_token(id);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn refresh_people(
        &mut self,
        directory: &DirectoryName,
        since: Revision,
    ) -> Result<(), StoreError> {
        match self.store.people_written_since(directory, since).await {
            Ok(people) => self.snapshot.put_people(directory, people),
            Err(StoreError::Corrupt(corruption)) => {
                tracing::error!(%corruption, "people stay as they were last known");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn refresh_policy(&mut self) -> Result<(), StoreError> {
        match self.store.load_policy().await {
            Ok(policy) => self.snapshot.apply_policy(policy),
            // What stands after it in the feed may be a revocation: go on.
            Err(StoreError::Corrupt(corruption)) => {
                tracing::error!(%corruption, "the last known policy stays in force");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Reads all anew, straight into the snapshot: rows are taken as they come, and what did not
    /// come is taken away at the end. Whether a policy was among it.
    async fn reload(&mut self) -> Result<bool, StoreError> {
        let snapshot = self.snapshot.clone();
        let mut kept = HashSet::new();
        let mut credentials: Vec<UpstreamCredential> = Vec::new();
        let mut people: Vec<KnownPerson> = Vec::new();
        let mut has_policy = false;
        let mut each = |loaded| match loaded {
            Loaded::Policy(policy) => {
                has_policy = true;
                snapshot.apply_policy(policy);
            }
            Loaded::Token(row) => {
                if snapshot.apply_token(&row) {
                    kept.insert(row.token.id);
                }
            }
            Loaded::Credential(credential) => credentials.push(credential),
            Loaded::Person(known) => people.push(known),
            Loaded::Corrupt(corruption) => {
                tracing::error!(%corruption, "it is treated as not there");
                snapshot.refuse_row();
            }
        };
        let ended_after = self.clock.now().minus(ENDED_KEPT);
        let revision = self.store.load_all(ended_after, &mut each).await?;
        self.snapshot.keep_tokens(&kept);
        self.sink.replace_all(credentials);
        for directory in snapshot.stored_directories() {
            let of_it = |known: &&KnownPerson| known.person.key.directory == *directory;
            snapshot.put_people(directory, people.iter().filter(of_it).cloned().collect());
        }
        self.in_effect(revision);
        Ok(has_policy)
    }

    fn in_effect(&mut self, revision: Revision) {
        self.seen = revision;
        self.snapshot.publish_revision(revision);
    }

    async fn tell(&mut self, now: Timestamp) -> Result<(), StoreError> {
        match self.store.record_applied(self.node, self.seen, now).await {
            Ok(()) => {
                self.told_at = now;
                Ok(())
            }
            Err(StoreError::NotFound) => self.register(now).await,
            Err(error) => Err(error),
        }
    }

    async fn register(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.store.register_node(self.node, &self.name, self.seen, now).await?;
        self.told_at = now;
        // The store may have forgotten the node, and with it what it had said.
        self.told_keys = 0;
        self.tell_keys().await
    }

    /// Says which keys this node has, when they are others than it has said.
    async fn tell_keys(&mut self) -> Result<(), StoreError> {
        let keys = self.snapshot.key_mark();
        if keys == self.told_keys {
            return Ok(());
        }
        match self.store.record_keys(self.node, keys).await {
            Ok(()) => {
                self.told_keys = keys;
                Ok(())
            }
            // The next heartbeat registers it, and says so then.
            Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Follower")
            .field("node", &self.node)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
