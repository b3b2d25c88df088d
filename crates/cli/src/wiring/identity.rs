//! How the gate becomes owners, and how products are asked who they think we are.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gatepass_config::{
    Assertion, Config, DirectoryConfig, DirectorySource, InstanceConfig, ServiceAccount,
};
use gatepass_control::{
    AskedDirectory, LdapDirectory, OpenIdDirectory, PeopleSource, ProductDirectory, Products,
};
use gatepass_http_client::tls::{Roots, TlsFiles, client_config};
use gatepass_http_client::{Client, ClientError, Settings, Tls};
use gatepass_identity::{
    ApplicationLink, Asserter, InstanceIdentity, LinkKey, ProductDesk, Prover, ReadyCredential,
    SecretFileError, SharedAssertionKey, Upstream, Wallet, service_password, service_token,
};

use gatepass_model::{DirectoryName, InstanceName};
use gatepass_vault::SystemEntropy;

use super::clock::SystemClock;
use super::trust::Trust;
use super::{ldap, openid};
use crate::failure::Failure;

/// For a product's answer to a question of ours; people wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// An empty wallet, but for the service accounts.
pub(crate) fn wallet(config: &Config) -> Result<Wallet, Failure> {
    let mut identities = Vec::new();
    for instance in &config.instances {
        let name = instance.instance.name.clone();
        let service_account = account(instance).map_err(|error| {
            let key = format!("instances.{name}.service_account");
            Failure::new("service_account_unreadable", error.to_string()).of_key(&key)
        })?;
        let identity = InstanceIdentity {
            directory: instance.instance.directory.clone(),
            usernames: instance.instance.usernames.clone(),
            methods: instance.identity.clone(),
            service_account,
            trusted_header: instance.trusted_header.as_ref().map(|one| one.name.clone()),
            has_sessions: instance.impersonation.as_ref().is_some_and(|link| link.opens_sessions),
        };
        identities.push((name, identity));
    }
    Ok(Wallet::new(identities))
}

/// The service account of an instance, from its file.
pub(crate) fn account(
    instance: &InstanceConfig,
) -> Result<Option<ReadyCredential>, SecretFileError> {
    match &instance.service_account {
        None => Ok(None),
        Some(ServiceAccount::Token { file, user }) => service_token(file, user.clone()).map(Some),
        Some(ServiceAccount::Password { user, file }) => {
            service_password(user.clone(), file).map(Some)
        }
    }
}

/// Asks the products of these instances. Without keys nothing is signed beside a trusted header.
pub(crate) fn prover(
    config: &Config,
    trust: &Trust,
    signing: Option<&SharedAssertionKey>,
) -> Result<Prover, Failure> {
    let mut upstreams = upstreams(config, trust)?;
    for (instance, (_, upstream)) in config.instances.iter().zip(&mut upstreams) {
        let asserter = signing.and_then(|key| asserter(instance, key));
        upstream.asserter = asserter.map(|asserter| (asserter, Arc::new(SystemClock) as _));
    }
    Ok(Prover::new(upstreams))
}

/// What signs beside the trusted header of an instance.
pub(crate) fn asserter(instance: &InstanceConfig, key: &SharedAssertionKey) -> Option<Asserter> {
    let assertion = instance.trusted_header.as_ref()?.assertion.clone()?;
    let Assertion { header, issuer, audience } = assertion;
    Some(Asserter { header, issuer, audience, key: key.clone() })
}

/// The directories that are asked about people, and what asks them.
pub(crate) fn products(config: &Config, trust: &Trust) -> Result<Products, Failure> {
    let asked = config.directories.iter().map(asked_directory);
    let directories = asked.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(Products { desk: desk(config, trust)?, directories })
}

/// Asks products about people, with the application links that there are.
pub(crate) fn desk(config: &Config, trust: &Trust) -> Result<ProductDesk, Failure> {
    let mut links = Vec::new();
    for instance in &config.instances {
        if let Some(link) = link(instance)? {
            links.push((instance.instance.name.clone(), link));
        }
    }
    let differing = config.instances.iter().map(|one| &one.instance);
    let differing = differing.filter(|instance| !instance.usernames.are_equal());
    let usernames = differing.map(|instance| (instance.name.clone(), instance.usernames.clone()));
    Ok(ProductDesk::new(upstreams(config, trust)?).with_links(links).with_usernames(usernames))
}

/// The application link of an instance, with the key from its file.
fn link(instance: &InstanceConfig) -> Result<Option<ApplicationLink>, Failure> {
    let Some(configured) = &instance.impersonation else { return Ok(None) };
    let key = LinkKey::read(&configured.key_file).map_err(|error| {
        let key = format!("instances.{}.impersonation.key_file", instance.instance.name);
        Failure::new("link_key_unreadable", error.to_string()).of_key(&key)
    })?;
    let signed_url = configured.signed_url.as_ref().unwrap_or(&instance.base_url).to_string();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let consumer_key = configured.consumer_key.clone();
    let link = ApplicationLink::new(consumer_key, key, signed_url, clock, entropy);
    Ok(Some(if configured.opens_sessions { link.for_sessions() } else { link }))
}

/// `None`: its people are in memory.
fn asked_directory(directory: &DirectoryConfig) -> Result<Option<AskedDirectory>, Failure> {
    let (source, refresh, stale_limit, per_second) = match &directory.source {
        DirectorySource::File(_) => return Ok(None),
        DirectorySource::Product(product) => {
            let lookup = product.lookup_token_file.as_deref();
            let source = PeopleSource::Product(ProductDirectory {
                instance: product.instance.clone(),
                lookup: lookup.map(|file| lookup_token(&directory.name, file)).transpose()?,
            });
            (source, product.refresh, product.stale_limit, product.requests_per_second)
        }
        DirectorySource::Ldap(config) => {
            let source = PeopleSource::Ldap(Box::new(LdapDirectory {
                desk: ldap::desk(&directory.name, config)?,
                instance: config.instance.clone(),
            }));
            (source, config.refresh, config.stale_limit, config.requests_per_second)
        }
        DirectorySource::OpenId(config) => {
            let source = PeopleSource::OpenId(Box::new(OpenIdDirectory {
                desk: openid::desk(&directory.name, config)?,
                instance: config.instance.clone(),
            }));
            // Nobody is asked about, but it is looked once a second whom a product refuses.
            (source, config.stale_limit, config.stale_limit, 1)
        }
    };
    let name = directory.name.clone();
    Ok(Some(AskedDirectory { name, source, refresh, stale_limit, per_second }))
}

fn lookup_token(directory: &DirectoryName, file: &Path) -> Result<ReadyCredential, Failure> {
    service_token(file, None).map_err(|error| {
        let key = format!("directories.{directory}.lookup_token_file");
        Failure::new("lookup_token_unreadable", error.to_string()).of_key(&key)
    })
}

fn upstreams(config: &Config, trust: &Trust) -> Result<Vec<(InstanceName, Upstream)>, Failure> {
    let mut upstreams = Vec::new();
    for instance in &config.instances {
        let product = instance.instance.product;
        let client = client_for(instance, trust)?;
        let upstream = Upstream { product, base_url: base_url(instance), client, asserter: None };
        upstreams.push((instance.instance.name.clone(), upstream));
    }
    Ok(upstreams)
}

/// Without a slash at its end.
pub(crate) fn base_url(instance: &InstanceConfig) -> String {
    instance.base_url.to_string()
}

/// A client for questions that people wait for, to anybody the system trusts.
pub(crate) fn client() -> Result<Client, Failure> {
    match client_config(&Roots::of_system(), TlsFiles::default()) {
        Ok(config) => Client::with_tls(settings(), &Tls { config, renamed: None }),
        // A system that trusts nobody can still ask by http.
        Err(_) => Client::new(settings()),
    }
    .map_err(unbuilt)
}

/// A client for one instance.
pub(crate) fn client_for(instance: &InstanceConfig, trust: &Trust) -> Result<Client, Failure> {
    match trust.client(instance) {
        Some(tls) => Client::with_tls(settings(), &tls),
        None => Client::new(settings()),
    }
    .map_err(unbuilt)
}

pub(super) fn settings() -> Settings {
    Settings { connect_timeout: PATIENCE, timeout: PATIENCE, ..Settings::default() }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn unbuilt(error: ClientError) -> Failure {
    Failure::new("io", error.to_string())
}
