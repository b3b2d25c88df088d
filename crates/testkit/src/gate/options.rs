//! What a gate in a test is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gatepass_gate::settings::{
    Entry, InstanceSettings, Limits, Settings, TargetMode, Timeouts, UpstreamHost, UpstreamTls,
};
use gatepass_gate::{LocalService, Sockets};
use gatepass_model::{
    IdentityMethod, Instance, Lifetime, ListenAddress, Network, Person, PersonKey, PolicyDocument,
    Product, Usernames,
};
use gatepass_store::activity::ActivityStore;

use super::local::NothingThere;
use crate::{TestClock, build};

/// One instance: `jira` answers to `jira.example`, and so on.
#[derive(Clone, Debug)]
pub struct TestInstance {
    /// Its name, and the first word of its host.
    pub name: String,
    /// What stands there.
    pub product: Product,
    /// Whose people may own tokens there.
    pub directory: String,
    /// How the gate becomes them.
    pub methods: Vec<IdentityMethod>,
    /// The native token of the account for [`IdentityMethod::ServiceAccount`].
    pub service_account: Option<String>,
    /// The header for [`IdentityMethod::TrustedHeader`].
    pub trusted_header: Option<String>,
    /// Where it listens.
    pub upstream: SocketAddr,
    /// Empty or `/jira`.
    pub context_path: String,
    /// Whether owners are become by sessions, which a test opens.
    pub has_sessions: bool,
    /// What it calls the people of its directory.
    pub usernames: Usernames,
    /// How it is spoken to in TLS.
    pub tls: Option<UpstreamTls>,
    /// How strictly targets of pages are read.
    pub targets: TargetMode,
    /// For the first byte of an answer.
    pub first_byte: Duration,
    /// For a connection.
    pub connect: Duration,
    /// Most connections a thread.
    pub connections: usize,
}

impl TestInstance {
    /// An instance named as its product, strict about targets.
    pub fn new(product: Product, upstream: SocketAddr) -> Self {
        Self {
            name: product.as_str().to_owned(),
            product,
            directory: build::DIRECTORY.to_owned(),
            methods: vec![IdentityMethod::NativeToken],
            service_account: None,
            trusted_header: None,
            upstream,
            context_path: String::new(),
            has_sessions: false,
            usernames: Usernames::default(),
            tls: None,
            targets: TargetMode::Enforce,
            first_byte: Duration::from_mins(1),
            connect: Duration::from_secs(5),
            connections: 64,
        }
    }

    /// The host that it answers to.
    pub fn host(&self) -> String {
        format!("{}.example", self.name)
    }

    pub(super) fn settings(&self) -> anyhow::Result<InstanceSettings> {
        Ok(InstanceSettings {
            instance: Instance {
                name: self.name.parse()?,
                product: self.product,
                directory: self.directory.parse()?,
                context_path: self.context_path.clone(),
                usernames: self.usernames.clone(),
            },
            hosts: vec![self.host()],
            host: UpstreamHost::Preserve,
            upstream_name: self.upstream.ip().to_string(),
            upstream_port: self.upstream.port(),
            tls: self.tls.clone(),
            targets: self.targets,
            reads: Vec::new(),
            trusted_headers: self.trusted_header.iter().cloned().collect(),
            asserter: None,
            connect: self.connect,
            first_byte: self.first_byte,
            connections: self.connections,
        })
    }
}

/// What a gate in a test is told.
#[derive(Clone)]
pub struct TestGateOptions {
    /// Data-plane threads.
    pub threads: usize,
    /// What stands behind it.
    pub instances: Vec<TestInstance>,
    /// Whom its directories know.
    pub people: Vec<Person>,
    /// Set where its people are those of the store, as a product says: how long somebody is believed
    /// whom it does not confirm. `people` is not looked at then.
    pub stored_people: Option<Lifetime>,
    /// How long it goes on without the store: a clock that jumps further looks like a lost store.
    pub stale_limit: Lifetime,
    /// The clock that it shares with somebody; `None`: one of its own.
    pub clock: Option<Arc<TestClock>>,
    /// The native token of each person at each instance: (username, instance, token).
    pub credentials: Vec<(String, String, String)>,
    /// The same of people of other directories than [`build::DIRECTORY`].
    pub other_credentials: Vec<(PersonKey, String, String)>,
    /// The policy that it starts with.
    pub policy: PolicyDocument,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// How much it takes.
    pub limits: Limits,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Where it listens: by default on a free port of the loopback.
    pub listen: Vec<ListenAddress>,
    /// Sockets that somebody else has bound, instead of `listen`.
    pub sockets: Option<Arc<Sockets>>,
    /// What connections go through before their first request.
    pub entry: Entry,
    /// What answers below `/gatepass`.
    pub local: Arc<dyn LocalService>,
    /// Decides all randomness.
    pub seed: u64,
    /// Where activity is written instead of the gate's own file, which then stays empty.
    pub record_into: Option<Arc<dyn ActivityStore>>,
}

impl TestGateOptions {
    /// The native token that `alice` has at every instance.
    pub const ALICES_NATIVE_TOKEN: &str = "MDAwMDAwMDAwMDAxOmFsaWNlLXVwc3RyZWFtLXRva2Vu";

    /// One thread; `alice` and `bob`, and a native token of hers at each instance; the policy of a
    /// new store.
    pub fn new(instances: Vec<TestInstance>) -> anyhow::Result<Self> {
        let of_alice = |instance: &TestInstance| {
            let token = Self::ALICES_NATIVE_TOKEN.to_owned();
            ("alice".to_owned(), instance.name.clone(), token)
        };
        Ok(Self {
            threads: 1,
            people: vec![build::person("alice")?, build::person("bob")?],
            stored_people: None,
            stale_limit: Lifetime::from_seconds(900),
            clock: None,
            credentials: instances.iter().map(of_alice).collect(),
            other_credentials: Vec::new(),
            policy: PolicyDocument::default(),
            timeouts: Timeouts { parting: Duration::from_millis(100), ..Timeouts::default() },
            limits: Limits::default(),
            trusted_proxies: Vec::new(),
            listen: vec![ListenAddress::Tcp(SocketAddr::from(([127, 0, 0, 1], 0)))],
            sockets: None,
            entry: Entry::default(),
            local: Arc::new(NothingThere),
            seed: 1,
            record_into: None,
            instances,
        })
    }

    /// One Jira at this address.
    pub fn jira(upstream: SocketAddr) -> anyhow::Result<Self> {
        Self::new(vec![TestInstance::new(Product::Jira, upstream)])
    }

    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let instances = self.instances.iter().map(TestInstance::settings);
        Ok(Settings {
            entry: self.entry.clone(),
            threads: self.threads,
            trusted_proxies: self.trusted_proxies.clone(),
            console_path: "/gatepass".to_owned(),
            console_host: String::new(),
            timeouts: self.timeouts,
            limits: self.limits,
            instances: instances.collect::<anyhow::Result<_>>()?,
        })
    }
}
