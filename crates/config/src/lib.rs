//! File and environment to a checked [`Config`].
//!
//! Knows: every key of `gatepass.toml`, its kind, bounds, default and description ([`keys`]); how
//! `GATEPASS_SECTION__KEY` variables lie over the file; which settings contradict each other.
//! Deliberately does not know: what the settings are for. It opens no file but the one that it is
//! given; the files that it names (keys, secrets, people) are their users' to read.
//!
//! Three steps, each a module: `raw` reads text into located values of known keys, `check`
//! makes types of them and looks for contradictions, and both collect every mistake instead of
//! stopping at the first. The reference page is written from the same table ([`mod@reference`]).

mod base_url;
mod check;
mod config;
mod environment;
mod error;
mod host;
pub mod keys;
mod ldap_directory;
mod ldap_url;
mod openid_directory;
mod openid_issuer;
mod postgres_url;
mod raw;
mod reader;
pub mod reference;
mod size;
mod store_location;

use std::path::Path;

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use config::{
    Assertion, ClientCertificate, Config, DirectoryConfig, DirectorySource, HostHeader,
    Impersonation, InstanceConfig, InstanceLimits, InstanceTimeouts, InstanceTls, LogConfig,
    LogFormat, LogLevel, MasterKeySource, SecretsConfig, ServerConfig, ServerLimits,
    ServerTimeouts, ServiceAccount, StoreConfig, TargetStrictness, TlsConfig, TrustedHeader,
};
pub use config::{LimitsConfig, RedisUrl};
pub use environment::{Environment, MASTER_KEY_VARIABLE, ProcessEnvironment};
pub use error::{ConfigError, Place};
pub use host::{HostPattern, InvalidHost};
pub use ldap_directory::{LdapDirectoryConfig, LdapFlavour, LdapGroups, LdapPeople, LdapTls};
pub use ldap_url::{InvalidLdapUrl, LdapUrl};
pub use openid_directory::{OpenIdClaims, OpenIdDirectoryConfig};
pub use openid_issuer::{InvalidIssuer, OpenIdIssuer};
pub use postgres_url::{InvalidPostgresUrl, PostgresUrl};
pub use store_location::{InvalidStoreLocation, StoreLocation};

/// Reads the file at `path`, lays the environment over it, and checks the whole.
///
/// Relative paths in it count from the file's own folder. On failure every mistake is told, in
/// the order of the file's lines, the environment's last.
pub fn load(path: &Path, environment: &dyn Environment) -> Result<Config, Vec<ConfigError>> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(path, &text, environment),
        Err(error) => Err(vec![ConfigError::unreadable(path, &error)]),
    }
}

/// The same for a file that was read already; `path` is where it stands.
pub fn read(
    path: &Path,
    text: &str,
    environment: &dyn Environment,
) -> Result<Config, Vec<ConfigError>> {
    let mut errors = error::Errors::new(path);
    let raw = raw::read(text, environment, &mut errors);
    let config = raw.and_then(|raw| check::config(&raw, path, &mut errors));
    check_master_key(config.as_ref(), environment, &mut errors);
    errors.into_result(config)
}

/// A master key that nothing uses would have people believe that their keys are sealed.
fn check_master_key(
    config: Option<&Config>,
    environment: &dyn Environment,
    errors: &mut error::Errors,
) {
    let Some(config) = config else { return };
    let is_named = matches!(
        &config.secrets.master_key,
        Some(MasterKeySource::Variable(name)) if name == MASTER_KEY_VARIABLE
    );
    if !is_named && environment.has(MASTER_KEY_VARIABLE) {
        let origin = error::Origin::Variable(MASTER_KEY_VARIABLE.to_owned());
        let problem = "the variable is set, but this key does not name it, so nothing would use it";
        errors.add(&origin, keys::MASTER_KEY_ENV.path, problem);
    }
}
