//! What the gate is told once, at its start.

use std::time::Duration;

use gatepass_identity::Asserter;
use gatepass_model::{Instance, Network, Pattern, PeerSet};

use crate::engine::http1::request::HeadLimits;
pub use crate::forward::stream::UpstreamTls;
use crate::listen::tls::ServerCertificate;

/// All of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What connections go through before their first request.
    pub entry: Entry,
    /// Data-plane threads, at least one.
    pub threads: usize,
    /// Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<Network>,
    /// Below which path console, API and health live: `/gatepass`.
    pub console_path: String,
    /// The host that they live on; empty: every host.
    pub console_host: String,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// How much it takes.
    pub limits: Limits,
    /// What stands behind it.
    pub instances: Vec<InstanceSettings>,
}

/// What connections go through before their first request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is shown to clients on TCP; `None`: they are not spoken to in TLS. Unix sockets never
    /// are.
    pub tls: Option<ServerCertificate>,
    /// Who must say by the PROXY protocol (version 2) whose connection it is; from nobody else it
    /// is taken.
    pub proxy_protocol: PeerSet,
    /// Whether those who come by a unix socket are believed as `trusted_proxies` are.
    pub trusts_unix: bool,
    /// For all of that, from the moment that the connection is accepted: then it ends.
    pub handshake: Duration,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            tls: None,
            proxy_protocol: PeerSet::default(),
            trusts_unix: false,
            handshake: Duration::from_secs(10),
        }
    }
}

/// How long the gate waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a whole head, from its first byte on: then 408.
    pub head: Duration,
    /// For the next request on a connection.
    pub idle: Duration,
    /// For the next piece of a request's body: then 408.
    pub body: Duration,
    /// For a client to take the next piece of an answer: then the connection ends.
    pub write: Duration,
    /// For the next bytes, of either side, of a connection that left HTTP: then it ends.
    pub upgraded: Duration,
    /// For accepted requests to finish when it is told to stop.
    pub drain: Duration,
    /// For the next request on a connection when it is told to stop and nobody takes its sockets
    /// on; `drain` at most.
    pub parting: Duration,
    /// A client that has ended its side may be gone or may still read. It is served on while
    /// answers flow; without any progress for so long, the product's work for it is ended.
    pub half_closed: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            idle: Duration::from_secs(75),
            body: Duration::from_mins(1),
            write: Duration::from_mins(1),
            upgraded: Duration::from_hours(1),
            drain: Duration::from_secs(30),
            parting: Duration::from_secs(1),
            half_closed: Duration::from_secs(3),
        }
    }
}

/// How much the gate takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// On a head.
    pub head: HeadLimits,
    /// Most bytes of a form that a decision reads: then 413. Tomcat's own bound by default.
    pub form: usize,
    /// Most bytes of all such forms at once, over all threads: then 503.
    pub all_forms: usize,
    /// Least bytes a second of a body, while the client is waited for: then 408. 0: any.
    pub body_rate: u64,
    /// Over how long that is averaged.
    pub body_grace: Duration,
    /// Most connections of clients a thread: then the oldest that is idle makes room, and where
    /// none is, the new one is ended.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: HeadLimits::default(),
            form: 2 * 1024 * 1024,
            all_forms: 256 * 1024 * 1024,
            body_rate: 100,
            body_grace: Duration::from_secs(30),
            connections: 20_000,
        }
    }
}

/// How strictly targets of pages are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetMode {
    /// What is not canonical passes and is counted, unless it could be REST or sign-in.
    #[default]
    Observe,
    /// What is not canonical is refused.
    Enforce,
}

/// The Host that goes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpstreamHost {
    /// As it came.
    #[default]
    Preserve,
    /// As the base URL has it.
    Upstream,
}

/// One instance, as the gate reaches it.
#[derive(Clone, Debug)]
pub struct InstanceSettings {
    /// What every room knows of it.
    pub instance: Instance,
    /// The host names that it answers to, in lower case, with or without a port; empty: every.
    pub hosts: Vec<String>,
    /// The Host that goes up.
    pub host: UpstreamHost,
    /// The base URL's host name or address.
    pub upstream_name: String,
    /// The base URL's port.
    pub upstream_port: u16,
    /// How it is spoken to in TLS; `None`: it is not.
    pub tls: Option<UpstreamTls>,
    /// How strictly targets of pages are read.
    pub targets: TargetMode,
    /// GETs of add-ons that are known to be reads.
    pub reads: Vec<Pattern>,
    /// The headers that the instance trusts, stripped from what comes in.
    pub trusted_headers: Vec<String>,
    /// What signs beside a trusted header; `None`: nothing.
    pub asserter: Option<Asserter>,
    /// For a connection to the product: then 502.
    pub connect: Duration,
    /// For the first byte of its answer: then 504.
    pub first_byte: Duration,
    /// Most connections to it a thread.
    pub connections: usize,
}
