//! What a configuration says, once it has been checked.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use gatepass_model::time::Lifetime;
use gatepass_model::{
    DirectoryName, IdentityMethod, Instance, InstanceName, ListenAddress, Pattern, PeerSet,
    Username,
};

use crate::base_url::BaseUrl;
use crate::host::HostPattern;
use crate::ldap_directory::LdapDirectoryConfig;
use crate::openid_directory::OpenIdDirectoryConfig;
use crate::store_location::StoreLocation;

/// All of it. Names are unique, references lead somewhere, and no request can belong to two
/// instances or to an instance and the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the gate listens.
    pub server: ServerConfig,
    /// Where things are kept.
    pub store: StoreConfig,
    /// Where the keys are.
    pub secrets: SecretsConfig,
    /// Where people come from; at least one.
    pub directories: Vec<DirectoryConfig>,
    /// What stands behind the gate; at least one.
    pub instances: Vec<InstanceConfig>,
    /// How limits are shared among nodes.
    pub limits: LimitsConfig,
    /// What is said on standard error.
    pub log: LogConfig,
}

/// `[server]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where callers reach the gate; at least one.
    pub listen: Vec<ListenAddress>,
    /// The mode of the files of unix sockets.
    pub socket_mode: u32,
    /// TLS on TCP; `None`: none.
    pub tls: Option<TlsConfig>,
    /// How many threads carry requests; `None`: one per core.
    pub threads: Option<NonZeroUsize>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: PeerSet,
    /// Who must say by the PROXY protocol whose connection it is.
    pub proxy_protocol: PeerSet,
    /// Where a gate is asked for its sockets; `None`: nowhere.
    pub handover_socket: Option<PathBuf>,
    /// Canonical, begins with `/`, is not `/`, and has no slash at its end.
    pub console_path: String,
    /// The console's own host; `None`: below every instance's host.
    pub console_host: Option<HostPattern>,
    /// Where metrics are served; `None`: nowhere.
    pub operations_listen: Option<SocketAddr>,
    /// How long callers are waited for.
    pub timeouts: ServerTimeouts,
    /// How much is taken from them.
    pub limits: ServerLimits,
}

/// `[server.tls]`. The files are not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// The certificate and those of its issuers.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// `[server.timeouts]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTimeouts {
    /// For a whole head.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For the next bytes of a request's body.
    pub body: Duration,
    /// For a caller to take the next bytes.
    pub write: Duration,
    /// For the next bytes of a connection that left HTTP.
    pub upgraded: Duration,
    /// For running requests when the program is told to stop; may be zero.
    pub drain: Duration,
}

/// `[server.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Longest head, in bytes.
    pub head_bytes: usize,
    /// Most header lines.
    pub headers: usize,
    /// Longest target, in bytes; below `head_bytes`.
    pub target_bytes: usize,
    /// Longest form that is read, in bytes.
    pub form_bytes: usize,
    /// Least bytes a second of a body; 0: any.
    pub body_rate: usize,
    /// Most connections of callers, over all threads.
    pub connections: usize,
}

/// `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// Where it stands.
    pub location: StoreLocation,
    /// Whether gates tell each other of changes by PostgreSQL's `NOTIFY`.
    pub notify: bool,
    /// How long known tokens work without it.
    pub stale_limit: Lifetime,
}

/// `[secrets]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretsConfig {
    /// The ring of keys.
    pub key_file: PathBuf,
    /// Where the master key comes from that seals it; `None`: it is in the clear.
    pub master_key: Option<MasterKeySource>,
}

/// Where the master key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKeySource {
    /// This file.
    File(PathBuf),
    /// The environment variable of this name.
    Variable(String),
    /// What this program prints.
    Command {
        /// By its whole path.
        program: PathBuf,
        /// As they are passed on: there is no shell.
        arguments: Vec<String>,
    },
}

/// `[limits]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Where allowances are taken from; `None`: each node counts for itself.
    pub redis: Option<RedisUrl>,
}

/// The address of a Valkey or Redis. It may hold a password: it prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(pub(crate) String);

impl RedisUrl {
    /// The whole of it, to connect with.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedisUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RedisUrl(…)")
    }
}

/// `[[directories]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryConfig {
    /// Unique.
    pub name: DirectoryName,
    /// What stands behind the name.
    pub source: DirectorySource,
}

/// What a directory reads people from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectorySource {
    /// A file of people.
    File(PathBuf),
    /// An instance says who somebody is.
    Product(ProductDirectoryConfig),
    /// An LDAP server says it.
    Ldap(Box<LdapDirectoryConfig>),
    /// An OpenID provider says it of whoever signs in there.
    OpenId(Box<OpenIdDirectoryConfig>),
}

impl DirectorySource {
    /// How long somebody is believed whom nobody confirms, where people are asked about and kept in
    /// the store; `None` where they are in memory.
    pub fn stale_limit(&self) -> Option<Lifetime> {
        match self {
            Self::File(_) => None,
            Self::Product(product) => Some(product.stale_limit),
            Self::Ldap(ldap) => Some(ldap.stale_limit),
            Self::OpenId(provider) => Some(provider.stale_limit),
        }
    }
}

/// `[[directories]]` of the kind `product`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDirectoryConfig {
    /// Which instance is asked. Its people come from this directory.
    pub instance: InstanceName,
    /// A native token of an administrator there.
    pub lookup_token_file: Option<PathBuf>,
    /// After this time a person is asked about again.
    pub refresh: Lifetime,
    /// Most questions a second in the background. At least 1.
    pub requests_per_second: u32,
    /// How long somebody is believed whom nobody confirms.
    pub stale_limit: Lifetime,
}

/// `[[instances]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceConfig {
    /// What every room needs to know of it.
    pub instance: Instance,
    /// Where the product is reached.
    pub base_url: BaseUrl,
    /// The address that people know it by, without a slash at its end, where it is configured.
    pub public_url: Option<String>,
    /// Which hosts it answers to; empty: every host.
    pub hosts: Vec<HostPattern>,
    /// The `Host` that goes up.
    pub host: HostHeader,
    /// How the gate becomes an owner, in the order to try; at least one, each once.
    pub identity: Vec<IdentityMethod>,
    /// How strictly the URLs of pages are read.
    pub targets: TargetStrictness,
    /// GETs that are known to be reads.
    pub reads: Vec<Pattern>,
    /// There if, and only if, `identity` has [`IdentityMethod::ServiceAccount`].
    pub service_account: Option<ServiceAccount>,
    /// There if, and only if, `identity` has [`IdentityMethod::Impersonation`].
    pub impersonation: Option<Impersonation>,
    /// There if, and only if, `identity` has [`IdentityMethod::TrustedHeader`].
    pub trusted_header: Option<TrustedHeader>,
    /// There if, and only if, `base_url` is https.
    pub tls: Option<InstanceTls>,
    /// How long the product is waited for.
    pub timeouts: InstanceTimeouts,
    /// How much is asked of it.
    pub limits: InstanceLimits,
}

/// The `Host` that the product sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostHeader {
    /// As the caller sent it.
    Preserve,
    /// As the base URL has it.
    Upstream,
}

/// How strictly the URLs of pages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetStrictness {
    /// Odd ones pass, and are counted.
    Observe,
    /// Odd ones are refused.
    Enforce,
}

/// `[instances.service_account]`. The files are not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceAccount {
    /// A native token.
    Token {
        /// The file that holds it.
        file: PathBuf,
        /// Whose it is, where that was said.
        user: Option<Username>,
    },
    /// A password.
    Password {
        /// Whose it is; without `:`.
        user: Username,
        /// The file that holds it.
        file: PathBuf,
    },
}

/// `[instances.impersonation]`. The file is not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impersonation {
    /// The consumer key, as the product knows it.
    pub consumer_key: String,
    /// The file of the private key.
    pub key_file: PathBuf,
    /// The base URL as the product sees it, where it is not `base_url`. Of the same context path.
    pub signed_url: Option<BaseUrl>,
    /// Whether sessions are opened by it rather than native tokens made.
    pub opens_sessions: bool,
}

/// `[instances.trusted_header]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedHeader {
    /// The header with the username.
    pub name: String,
    /// What says the same with a signature; `None`: nothing.
    pub assertion: Option<Assertion>,
}

/// The signed half of `[instances.trusted_header]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The header with the JWT.
    pub header: String,
    /// Its `iss`.
    pub issuer: String,
    /// Its `aud`.
    pub audience: String,
}

/// `[instances.tls]`. The files are not read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceTls {
    /// Authorities that are trusted besides the system's.
    pub ca: Option<PathBuf>,
    /// The name that the certificate must have, in lower case, where it is not `base_url`'s host.
    pub server_name: Option<String>,
    /// By what the gate proves itself to the product.
    pub client: Option<ClientCertificate>,
}

/// A certificate of the gate's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The file of the certificate and its chain.
    pub certificate: PathBuf,
    /// The file of its key.
    pub key: PathBuf,
}

/// `[instances.timeouts]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceTimeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the first byte of an answer.
    pub first_byte: Duration,
}

/// `[instances.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceLimits {
    /// Most connections to the product, for each thread.
    pub connections: usize,
}

/// `[log]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// In which form.
    pub format: LogFormat,
    /// From which gravity on.
    pub level: LogLevel,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How grave a line of the log must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// What needs somebody's attention.
    Warn,
    /// What happened.
    Info,
    /// For those who look for a mistake.
    Debug,
    /// Everything.
    Trace,
}
