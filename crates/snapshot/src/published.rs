//! What requests read, and the few ways to change it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use gatepass_model::{
    DirectoryName, InstanceName, KnownPerson, Lifetime, Person, PersonKey, PolicyDocument, Product,
    SecretDigest, Timestamp, TokenId, TokenState,
};
use gatepass_policy::{CompiledInstancePolicy, Freshness};
use gatepass_store::{Revision, StoredPolicy, StoredToken};
use gatepass_vault::{Digester, KeyRing, PresentedSecret, RowCheck, check_row};
use tokio::sync::{Notify, watch};

use crate::age::{Age, Condition};
use crate::entry::TokenEntry;
use crate::limits::LimitTable;
use crate::person::PersonCell;
use crate::policy::{PolicyGuard, PublishedPolicy};
use crate::tokens::DigestMap;
use crate::writer::{People, Writer};

/// What a snapshot must be told once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The configured instances, with what stands there.
    pub instances: Vec<(InstanceName, Product)>,
    /// The configured directories. Until each was read no token is judged.
    pub directories: Vec<DirectoryName>,
    /// Those whose people are in the store, with how long somebody whom they don't confirm is
    /// believed.
    pub stored_directories: Vec<(DirectoryName, Lifetime)>,
    /// How long known tokens go on without the store.
    pub stale_limit: Lifetime,
}

/// The keys of digests and rows, and the digests prepared.
struct Keys {
    ring: Arc<KeyRing>,
    digester: Digester,
    mark: u64,
}

impl Keys {
    fn new(ring: Arc<KeyRing>) -> Self {
        Self { digester: Digester::new(&ring), mark: ring.mark(), ring }
    }
}

/// What every decision of this node reads. One for all threads, shared as `Arc`.
///
/// Reading takes no lock and waits for nothing. Changing takes a lock that only the control
/// runtime knows.
pub struct Snapshot {
    tokens: DigestMap,
    people: People,
    policy: ArcSwap<PublishedPolicy>,
    products: HashMap<InstanceName, Product>,
    directories: Vec<DirectoryName>,
    stored_directories: Vec<(DirectoryName, Lifetime)>,
    are_directories_read: AtomicBool,
    keys: ArcSwap<Keys>,
    is_reload_wanted: AtomicBool,
    pub(crate) limits: LimitTable,
    began: Instant,
    age: Age,
    rows_refused: AtomicU64,
    revision: watch::Sender<Revision>,
    pub(crate) wake: Notify,
    writer: Mutex<Writer>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Snapshot").field("revision", &self.revision()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// One that knows nothing yet and lets no token pass. `ring` has the keys of digests and of
    /// the rows' MACs.
    pub fn new(settings: Settings, ring: Arc<KeyRing>) -> Self {
        let limits = LimitTable::new(settings.instances.iter().map(|(name, _)| name));
        let products = settings.instances.into_iter().collect();
        let policy = PublishedPolicy::new(PolicyDocument::default(), Revision::START, &products);
        Self {
            tokens: DigestMap::default(),
            people: People::new(),
            policy: ArcSwap::from_pointee(policy),
            products,
            began: Instant::now(),
            limits,
            are_directories_read: AtomicBool::new(settings.directories.is_empty()),
            directories: settings.directories,
            stored_directories: settings.stored_directories,
            keys: ArcSwap::from_pointee(Keys::new(ring)),
            is_reload_wanted: AtomicBool::new(false),
            age: Age::new(settings.stale_limit),
            rows_refused: AtomicU64::new(0),
            revision: watch::Sender::new(Revision::START),
            wake: Notify::new(),
            writer: Mutex::new(Writer::new()),
        }
    }

    /// From when on time is counted for limits, on the clock that only goes forward.
    pub const fn began(&self) -> Instant {
        self.began
    }

    /// The token with this digest.
    pub fn find_token(&self, digest: &SecretDigest) -> Option<Arc<TokenEntry>> {
        self.tokens.find(digest)
    }

    /// The token with this secret, under whichever key of the ring it was digested.
    pub fn find_secret(&self, secret: PresentedSecret<'_>) -> Option<Arc<TokenEntry>> {
        let keys = self.keys.load();
        keys.digester.digests(secret).find_map(|(_, digest)| self.find_token(&digest))
    }

    /// The token with this handle. Takes the writer's lock: not for requests of the data plane.
    pub fn find_by_handle(&self, id: TokenId) -> Option<Arc<TokenEntry>> {
        self.write().index.find(id).cloned()
    }

    /// The cell of a person that a directory knows, or knew, or that owns a token.
    pub fn find_person(&self, key: &PersonKey) -> Option<Arc<PersonCell>> {
        self.people.pin().get(key).cloned()
    }

    /// The policy in force.
    pub fn policy(&self) -> PolicyGuard {
        PolicyGuard(self.policy.load())
    }

    /// What policy says of an instance, to keep. For one request, [`Snapshot::policy`] costs less.
    pub fn instance_policy(&self, instance: &InstanceName) -> Arc<CompiledInstancePolicy> {
        self.policy().of(instance).clone()
    }

    /// The newest change that is in effect here.
    pub fn revision(&self) -> Revision {
        *self.revision.borrow()
    }

    /// Puts other keys in force, after the key file was changed. The follower reads all anew then,
    /// for rows under a new key were refused until now.
    pub fn replace_keys(&self, ring: Arc<KeyRing>) {
        self.keys.store(Arc::new(Keys::new(ring)));
        self.is_reload_wanted.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// By what the keys in force are told from others.
    pub(crate) fn key_mark(&self) -> u64 {
        self.keys.load().mark
    }

    /// Whether all must be read anew, asked once.
    pub(crate) fn take_reload_wanted(&self) -> bool {
        self.is_reload_wanted.swap(false, Ordering::AcqRel)
    }

    /// The same must be asked again: it could not be done.
    pub(crate) fn want_reload(&self) {
        self.is_reload_wanted.store(true, Ordering::Release);
    }

    /// Waits until `revision` is in effect here. Bound it: a lost store can take for ever.
    pub async fn wait_for(&self, revision: Revision) {
        self.wake.notify_one();
        let mut seen = self.revision.subscribe();
        // The sender lives in `self`, so this can't fail while we are here.
        let _ = seen.wait_for(|&applied| applied >= revision).await;
    }

    /// Has the follower look now rather than at its next turn.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Whether what is known is fresh enough to judge tokens at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        if self.age.is_fresh(now) && self.are_directories_read.load(Ordering::Acquire) {
            Freshness::Fresh
        } else {
            Freshness::TooOld
        }
    }

    /// What is not as it should be at `now`; nothing when all is well.
    pub fn conditions(&self, now: Timestamp) -> Vec<Condition> {
        let writer = self.write();
        let unread = self.directories.iter().filter(|&name| !writer.has_read(name)).cloned();
        let mut conditions: Vec<Condition> = unread.map(Condition::DirectoryNotRead).collect();
        match self.age.heard_at() {
            None => conditions.push(Condition::NotLoaded),
            Some(since) if !self.age.is_fresh(now) => conditions.push(Condition::TooOld(since)),
            Some(since) if self.age.is_lost() => conditions.push(Condition::StoreLost(since)),
            Some(_) => {}
        }
        conditions
    }

    /// How many rows of tokens were refused since the start: their MAC failed, or they could not
    /// be read.
    pub fn rows_refused(&self) -> u64 {
        self.rows_refused.load(Ordering::Relaxed)
    }

    /// How many tokens are known.
    pub fn count_tokens(&self) -> usize {
        self.write().index.len()
    }

    /// Revokes a token in this node's memory, when the store can't take the revocation. It holds
    /// until the store has it too, or this process ends. Whether the token was known.
    pub fn hold_revocation(&self, id: TokenId) -> bool {
        let mut writer = self.write();
        writer.held.insert(id);
        let entry = writer.index.find(id);
        entry.is_some_and(|entry| entry.set_state(TokenState::Revoked) == TokenState::Revoked)
    }

    /// The revocations that only this node's memory has.
    pub fn held_revocations(&self) -> Vec<TokenId> {
        self.write().held.iter().copied().collect()
    }

    /// Makes the people of `directory` these; whoever is not among them is gone, and his tokens
    /// with him. Called at each refresh of a directory.
    pub fn replace_people(&self, directory: &DirectoryName, people: Vec<Person>) {
        let mut writer = self.write();
        writer.replace_people(&self.people, &self.policy.load(), directory, people);
        self.note_what_is_read(&writer);
    }

    fn note_what_is_read(&self, writer: &Writer) {
        let are_read = self.directories.iter().all(|name| writer.has_read(name));
        self.are_directories_read.store(are_read, Ordering::Release);
    }

    /// The directories whose people are in the store.
    pub(crate) fn stored_directories(&self) -> impl Iterator<Item = &DirectoryName> {
        self.stored_directories.iter().map(|(name, _)| name)
    }

    /// Takes people as the store has them. Those of a directory that has its people elsewhere, or
    /// is none, are nobody here.
    pub(crate) fn put_people(&self, directory: &DirectoryName, known: Vec<KnownPerson>) {
        let found = self.stored_directories.iter().find(|(name, _)| name == directory);
        let Some((_, believed)) = found else { return };
        let good = |known: KnownPerson| (known.person, known.confirmed_at.plus(*believed));
        let people = known.into_iter().map(good).collect();
        let mut writer = self.write();
        writer.put_people(&self.people, &self.policy.load(), directory, people);
        self.note_what_is_read(&writer);
    }

    /// Puts a policy in force, and computes everybody's rights anew.
    pub(crate) fn apply_policy(&self, policy: StoredPolicy) {
        let mut writer = self.write();
        let published = PublishedPolicy::new(policy.document, policy.revision, &self.products);
        self.policy.store(Arc::new(published));
        writer.recompute_rights(&self.people, &self.policy.load());
    }

    /// Takes a row as it was read. One whose MAC fails is refused and reported. Whether it was
    /// taken.
    pub(crate) fn apply_token(&self, row: &StoredToken) -> bool {
        let id = row.token.id;
        match check_row(&self.keys.load().ring, &row.token, &row.mac) {
            RowCheck::Genuine => {
                self.write().put_token(&self.tokens, &self.people, &row.token);
                return true;
            }
            RowCheck::UnknownKey if self.write().says_nothing_new(&self.people, &row.token) => {
                tracing::error!(
                    token = %id,
                    key = row.mac.key,
                    "the row of a token was signed anew with a key that this node does not have, and \
                     says what is known; the token goes on. Bring the newest key file to this node"
                );
                return true;
            }
            RowCheck::UnknownKey => tracing::error!(
                token = %id,
                key = row.mac.key,
                "the row of a token was made with a key that this node does not have; the token is \
                 refused. Bring the newest key file to this node"
            ),
            RowCheck::Forged => tracing::error!(
                token = %id,
                "the MAC of a token's row fails: somebody changed it without the keys; the token is \
                 refused"
            ),
        }
        self.refuse_row();
        self.remove_token(id);
        false
    }

    /// Counts a row that is treated as not there.
    pub(crate) fn refuse_row(&self) {
        self.rows_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a token away.
    pub(crate) fn remove_token(&self, id: TokenId) {
        self.write().remove_token(&self.tokens, id);
    }

    /// Takes away all tokens but these.
    pub(crate) fn keep_tokens(&self, kept: &HashSet<TokenId>) {
        self.write().keep_tokens(&self.tokens, kept);
    }

    /// Says which change is in effect.
    pub(crate) fn publish_revision(&self, revision: Revision) {
        self.revision.send_replace(revision);
    }

    pub(crate) const fn age(&self) -> &Age {
        &self.age
    }

    fn write(&self) -> MutexGuard<'_, Writer> {
        // A panic under the lock leaves whole values behind: each step publishes one.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
