//! A gate in a test: the real store, snapshot, wallet, ledger and data plane, on a free port.

mod local;
pub(crate) mod options;
mod sink;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use gatepass_control::{Control, ControlParts, KnownInstance, People, Products};
use gatepass_gate::{Gate, Parts, Sockets, Totals};
use gatepass_identity::{InstanceIdentity, ReadyCredential, Wallet};
use gatepass_ledger::Ledger;
use gatepass_model::{
    Clock as _, DirectoryName, Grant, InstanceName, Lifetime, ListenAddress, Person, PersonKey,
    PolicyDocument, Token, TokenId, TokenState,
};
use gatepass_snapshot::{Follower, Settings as SnapshotSettings, Snapshot};
use gatepass_store::activity::{ActivityReader, Retention, SqliteActivityStore};
use gatepass_store::{Durability, NodeId, Revision, Store, StoreOptions};
use gatepass_store::{UpstreamCredential, UpstreamKind};
use gatepass_vault::{
    Digester, Entropy, KeyRing, NewSecret, SecretText, credential_context, row_mac, seal,
};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::options::TestGateOptions;
use self::sink::WalletSink;
use crate::{SeededEntropy, TestClock, build};

/// How long anything of the gate's own may take before a test is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A token that was just issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Its handle.
    pub id: TokenId,
    /// Its secret.
    pub secret: String,
}

/// What a gate leaves behind.
pub struct Stopped {
    /// Its last numbers.
    pub totals: Totals,
    /// Its activity, all written.
    pub activity: Arc<dyn ActivityReader>,
    _folder: tempfile::TempDir,
}

/// A gate that runs. Dropping it stops it, without waiting for that; [`TestGate::stop`] waits.
pub struct TestGate {
    gate: Gate,
    store: Arc<dyn Store>,
    books: Books,
    snapshot: Arc<Snapshot>,
    wallet: Arc<Wallet>,
    clock: Arc<TestClock>,
    entropy: Arc<SeededEntropy>,
    ring: Arc<KeyRing>,
    following: JoinHandle<()>,
    // The last: what is in it must be closed before.
    folder: tempfile::TempDir,
}

impl TestGate {
    /// Starts one. The runtime that this is called on is the gate's control runtime.
    pub async fn start(options: TestGateOptions) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = options.clock.clone().unwrap_or_default();
        let entropy = Arc::new(SeededEntropy::new(options.seed));
        let ring = Arc::new(KeyRing::generate(&*entropy)?);
        let store = open_store(&folder, &clock).await?;
        store.seal_audit_with(Arc::clone(&ring) as _);
        let own = options.credentials.iter().map(|(owner, instance, token)| {
            build::person_key(owner).map(|owner| (owner, instance, token))
        });
        let others = options.other_credentials.iter();
        let others = others.map(|(owner, instance, token)| Ok((owner.clone(), instance, token)));
        for credential in own.chain(others) {
            let (owner, instance, token) = credential?;
            let text = SecretText::new(token.clone());
            let found = sealed(&ring, &entropy, owner, instance, &text)?;
            store.put_credential(&found, &build::audit(clock.now())).await?;
        }
        let wallet = Arc::new(wallet_for(&options)?);
        let snapshot = Arc::new(snapshot_for(&options, &ring)?);
        let sink = WalletSink { wallet: Arc::clone(&wallet), ring: Arc::clone(&ring) };
        let follower = Follower::start(
            Arc::clone(&snapshot),
            Arc::clone(&store),
            Arc::new(sink),
            Arc::clone(&clock) as _,
            NodeId([7; 16]),
            "test".to_owned(),
        );
        let following = tokio::spawn(follower.await?.run());
        if options.stored_people.is_none() {
            for directory in directories_of(&options)? {
                let is_his = |person: &&Person| person.key.directory == directory;
                let people = options.people.iter().filter(is_his).cloned().collect();
                snapshot.replace_people(&directory, people);
            }
        }
        let (ledger, books) = Books::open(&folder, &clock, &options).await?;
        let parts = Parts {
            settings: options.settings()?,
            sockets: match &options.sockets {
                Some(given) => given.try_clone()?,
                None => Sockets::bind(&options.listen, options.threads, 0o660)?,
            },
            snapshot: Arc::clone(&snapshot),
            wallet: Arc::clone(&wallet),
            ledger,
            clock: Arc::clone(&clock) as _,
            entropy: Arc::clone(&entropy) as Arc<dyn Entropy>,
            local: Arc::clone(&options.local),
            control: Handle::current(),
        };
        let gate = Gate::start(parts)?;
        let gate =
            Self { gate, store, books, snapshot, wallet, clock, entropy, ring, following, folder };
        gate.set_policy(&options.policy).await?;
        Ok(gate)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        let first = self.gate.addresses().iter().find_map(ListenAddress::tcp);
        first.unwrap_or_else(|| ([127, 0, 0, 1], 0).into())
    }

    /// What it counted, at most a second old.
    pub fn totals(&self) -> Totals {
        self.gate.totals()
    }

    /// Its time.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// Its store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The use cases on its store, as the gate itself would have them.
    pub fn control(&self, instances: Vec<KnownInstance>, products: Products) -> Control {
        Control::new(ControlParts {
            store: Arc::clone(&self.store),
            activity: None,
            keyring: KeyRing::clone(&self.ring),
            clock: Arc::clone(&self.clock) as _,
            entropy: Arc::clone(&self.entropy) as _,
            people: Arc::new(Nobody),
            directories: instances.iter().map(|one| one.instance.directory.clone()).collect(),
            instances,
            products,
        })
    }

    /// What it decides by.
    pub const fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Its activity.
    pub fn activity(&self) -> &dyn ActivityReader {
        &*self.books.activity
    }

    /// What it goes up with.
    pub const fn wallet(&self) -> &Arc<Wallet> {
        &self.wallet
    }

    /// The folder that its files are in.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Issues a token that never ends, as another process would, and waits until it works.
    pub async fn issue(&self, owner: &str, grant: Grant) -> anyhow::Result<Issued> {
        self.issue_to(build::person_key(owner)?, grant).await
    }

    /// The same to somebody of any directory.
    pub async fn issue_to(&self, owner: PersonKey, grant: Grant) -> anyhow::Result<Issued> {
        let secret = NewSecret::mint(&*self.entropy)?;
        let mut random = [0; 10];
        self.entropy.fill(&mut random)?;
        let now = self.clock.now();
        let token = Token {
            id: TokenId::new(now, random),
            name: "test".to_owned(),
            owner,
            creator: build::actor(),
            integration: None,
            purpose: None,
            grant,
            state: TokenState::Active,
            created_at: now,
            expires_at: None,
            secret: Digester::new(&self.ring).stored(secret.as_presented()),
            former: None,
        };
        let mac = row_mac(&self.ring, &token);
        let revision = self.store.create_token(&token, &mac, &build::audit(now)).await?;
        self.wait_applied(revision).await?;
        Ok(Issued { id: token.id, secret: secret.reveal().to_owned() })
    }

    /// Changes a token, and waits until that is in effect.
    pub async fn change(&self, id: TokenId, change: impl FnOnce(&mut Token)) -> anyhow::Result<()> {
        let Some(found) = self.store.find_token(id).await? else { bail!("there is no {id}") };
        let mut token = found.token;
        change(&mut token);
        let mac = row_mac(&self.ring, &token);
        let audit = build::audit(self.clock.now());
        let revision = self.store.change_token(&token, &mac, found.revision, &audit).await?;
        self.wait_applied(revision).await
    }

    /// Revokes a token, and waits until that is in effect.
    pub async fn revoke(&self, id: TokenId) -> anyhow::Result<()> {
        self.change(id, |token| token.state = TokenState::Revoked).await
    }

    /// Issues a token that ends after `lifetime`.
    pub async fn issue_until(
        &self,
        owner: &str,
        grant: Grant,
        lifetime: Lifetime,
    ) -> anyhow::Result<Issued> {
        let issued = self.issue(owner, grant).await?;
        let end = self.clock.now().plus(lifetime);
        self.change(issued.id, |token| token.expires_at = Some(end)).await?;
        Ok(issued)
    }

    /// Puts a policy in force.
    pub async fn set_policy(&self, document: &PolicyDocument) -> anyhow::Result<()> {
        let seen = self.store.load_policy().await?;
        if seen.document == *document {
            return Ok(());
        }
        let audit = build::audit(self.clock.now());
        let revision = self.store.replace_policy(document, seen.revision, &audit).await?;
        self.wait_applied(revision).await
    }

    /// Replaces everybody whom the directory knows.
    pub fn set_people(&self, people: Vec<Person>) -> anyhow::Result<()> {
        self.snapshot.replace_people(&build::DIRECTORY.parse()?, people);
        Ok(())
    }

    /// Waits until a change is in effect.
    pub async fn wait_applied(&self, revision: Revision) -> anyhow::Result<()> {
        let applied = tokio::time::timeout(PATIENCE, self.snapshot.wait_for(revision)).await;
        applied.with_context(|| format!("change {revision} did not come into effect"))
    }

    /// Stops it: requests that were accepted finish, activity is written.
    pub async fn stop(self) -> anyhow::Result<Stopped> {
        let totals = self.gate.totals_reader();
        let gate = self.gate;
        tokio::task::spawn_blocking(move || gate.stop()).await??;
        self.following.abort();
        let activity = self.books.close().await?;
        Ok(Stopped { totals: totals(), activity, _folder: self.folder })
    }
}

/// All people are in the store.
struct Nobody;

impl People for Nobody {
    fn find(&self, _: &PersonKey) -> Option<Person> {
        None
    }

    fn all(&self) -> Vec<Arc<[Person]>> {
        Vec::new()
    }
}

/// The activity store, and who writes into it.
struct Books {
    activity: Arc<SqliteActivityStore>,
    writing: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Books {
    async fn open(
        folder: &tempfile::TempDir,
        clock: &Arc<TestClock>,
        options: &TestGateOptions,
    ) -> anyhow::Result<(Ledger, Self)> {
        let path = folder.path().join("gate.activity.db");
        let activity = Arc::new(SqliteActivityStore::open(&path, Retention::default()).await?);
        let target = options.record_into.clone().unwrap_or_else(|| Arc::clone(&activity) as _);
        let (ledger, writer) =
            gatepass_ledger::ledger(target, Arc::clone(clock) as _, options.threads);
        let (stop, stopped) = oneshot::channel();
        let writing = tokio::spawn(writer.run(async {
            // An error means that the gate was dropped.
            let _ = stopped.await;
        }));
        Ok((ledger, Self { activity, writing, stop }))
    }

    /// Has the last of it written. After the gate's threads have ended.
    async fn close(self) -> anyhow::Result<Arc<SqliteActivityStore>> {
        // An error means that the writer has ended by itself.
        let _ = self.stop.send(());
        tokio::time::timeout(PATIENCE, self.writing)
            .await
            .context("activity was not written")??;
        Ok(self.activity)
    }
}

async fn open_store(
    folder: &tempfile::TempDir,
    clock: &TestClock,
) -> anyhow::Result<Arc<dyn Store>> {
    let url = format!("sqlite:{}", folder.path().join("gate.db").display());
    // What a test loses at a power failure is nobody's loss.
    let options = StoreOptions { durability: Durability::Off, ..StoreOptions::default() };
    Ok(gatepass_store::open(&url, options, clock.now()).await?)
}

fn sealed(
    ring: &KeyRing,
    entropy: &SeededEntropy,
    owner: PersonKey,
    instance: &str,
    token: &SecretText,
) -> anyhow::Result<UpstreamCredential> {
    let instance: InstanceName = instance.parse()?;
    let context = credential_context(&owner, &instance);
    Ok(UpstreamCredential {
        sealed: seal(ring, entropy, &context, token)?.into_bytes(),
        owner,
        instance,
        kind: UpstreamKind::NativeToken,
        native_id: None,
        hint: None,
        expires_at: None,
        problem: None,
        former: None,
        created_at: TestClock::START,
        created_by: build::actor(),
    })
}

fn wallet_for(options: &TestGateOptions) -> anyhow::Result<Wallet> {
    let mut identities = Vec::new();
    for instance in &options.instances {
        let account = instance.service_account.clone().map(SecretText::new);
        let account = account.map(|token| ReadyCredential::service_token(None, &token));
        let identity = InstanceIdentity {
            directory: instance.directory.parse()?,
            usernames: instance.usernames.clone(),
            methods: instance.methods.clone(),
            service_account: account.transpose()?,
            trusted_header: instance.trusted_header.clone(),
            has_sessions: instance.has_sessions,
        };
        identities.push((instance.name.parse()?, identity));
    }
    Ok(Wallet::new(identities))
}

fn directories_of(options: &TestGateOptions) -> anyhow::Result<Vec<DirectoryName>> {
    let mut names = vec![build::DIRECTORY.parse()?];
    for instance in &options.instances {
        names.push(instance.directory.parse()?);
    }
    names.extend(options.people.iter().map(|person| person.key.directory.clone()));
    names.sort();
    names.dedup();
    Ok(names)
}

fn snapshot_for(options: &TestGateOptions, ring: &Arc<KeyRing>) -> anyhow::Result<Snapshot> {
    let mut instances = Vec::new();
    for instance in &options.instances {
        instances.push((instance.name.parse()?, instance.product));
    }
    let settings = SnapshotSettings {
        instances,
        directories: directories_of(options)?,
        stored_directories: match options.stored_people {
            None => Vec::new(),
            Some(believed) => vec![(build::DIRECTORY.parse()?, believed)],
        },
        stale_limit: options.stale_limit,
    };
    Ok(Snapshot::new(settings, Arc::clone(ring)))
}
