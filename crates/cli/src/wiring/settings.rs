//! The configuration, in the words of each room.

use std::num::NonZeroUsize;

use gatepass_config::{
    Config, DirectoryConfig, DirectorySource, HostHeader, InstanceConfig, TargetStrictness,
};
use gatepass_control::KnownInstance;
use gatepass_gate::{ServerCertificate, settings as gate};
use gatepass_identity::SharedAssertionKey;
use gatepass_model::{DirectoryName, Instance, Lifetime, Product};
use gatepass_snapshot as snapshot;
use gatepass_web::{ConsoleConfig, ConsoleInstance, ConsoleProvider};

use super::identity;
use super::trust::Trust;

/// How many threads carry requests.
pub(crate) fn threads(config: &Config) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    config.server.threads.map_or_else(cores, NonZeroUsize::get)
}

/// What the gate is told.
pub(crate) fn gate(
    config: &Config,
    tls: Option<ServerCertificate>,
    trust: &Trust,
    signing: &SharedAssertionKey,
) -> gate::Settings {
    let server = &config.server;
    let threads = threads(config);
    gate::Settings {
        entry: gate::Entry {
            tls,
            proxy_protocol: server.proxy_protocol.clone(),
            trusts_unix: server.trusted_proxies.unix,
            ..gate::Entry::default()
        },
        threads,
        trusted_proxies: server.trusted_proxies.networks.clone(),
        console_path: server.console_path.clone(),
        console_host: server.console_host.as_ref().map(ToString::to_string).unwrap_or_default(),
        timeouts: gate::Timeouts {
            head: server.timeouts.head,
            idle: server.timeouts.idle,
            body: server.timeouts.body,
            write: server.timeouts.write,
            upgraded: server.timeouts.upgraded,
            drain: server.timeouts.drain,
            ..gate::Timeouts::default()
        },
        limits: gate_limits(config, threads),
        instances: config.instances.iter().map(|one| instance(one, trust, signing)).collect(),
    }
}

fn gate_limits(config: &Config, threads: usize) -> gate::Limits {
    let given = &config.server.limits;
    let mut limits = gate::Limits::default();
    limits.head.head = given.head_bytes;
    limits.head.headers = given.headers;
    limits.head.target = given.target_bytes;
    limits.form = given.form_bytes;
    limits.body_rate = given.body_rate as u64;
    limits.connections = given.connections.div_ceil(threads);
    limits
}

fn instance(
    config: &InstanceConfig,
    trust: &Trust,
    signing: &SharedAssertionKey,
) -> gate::InstanceSettings {
    let trusted = config.trusted_header.iter();
    let names = trusted.flat_map(|one| {
        std::iter::once(&one.name).chain(one.assertion.iter().map(|assertion| &assertion.header))
    });
    gate::InstanceSettings {
        instance: config.instance.clone(),
        hosts: config.hosts.iter().map(ToString::to_string).collect(),
        host: match config.host {
            HostHeader::Preserve => gate::UpstreamHost::Preserve,
            HostHeader::Upstream => gate::UpstreamHost::Upstream,
        },
        upstream_name: config.base_url.host_to_look_up().to_owned(),
        upstream_port: config.base_url.port(),
        tls: trust.upstream(config),
        targets: match config.targets {
            TargetStrictness::Observe => gate::TargetMode::Observe,
            TargetStrictness::Enforce => gate::TargetMode::Enforce,
        },
        reads: config.reads.clone(),
        trusted_headers: names.cloned().collect(),
        asserter: identity::asserter(config, signing),
        connect: config.timeouts.connect,
        first_byte: config.timeouts.first_byte,
        connections: config.limits.connections,
    }
}

/// What the console is told.
pub(crate) fn console(config: &Config) -> ConsoleConfig {
    let instance = |one: &InstanceConfig| ConsoleInstance {
        instance: one.instance.clone(),
        signs_in: signs_in(config, one),
        makes_natives: makes_natives(config, one),
        public_url: one.public_url.clone(),
        hosts: one.hosts.iter().map(ToString::to_string).collect(),
    };
    ConsoleConfig {
        base: config.server.console_path.clone(),
        own_host: config.server.console_host.as_ref().map(ToString::to_string),
        instances: config.instances.iter().map(instance).collect(),
        providers: config.directories.iter().filter_map(provider).collect(),
    }
}

fn provider(directory: &DirectoryConfig) -> Option<ConsoleProvider> {
    let DirectorySource::OpenId(provider) = &directory.source else { return None };
    let title = provider.title.clone().unwrap_or_else(|| directory.name.to_string());
    Some(ConsoleProvider { directory: directory.name.clone(), title })
}

/// Whether this instance makes native tokens by the session that somebody has there: where the people
/// of its directory sign in.
fn makes_natives(config: &Config, one: &InstanceConfig) -> bool {
    config.directories.iter().any(|known| {
        known.name == one.instance.directory && !matches!(known.source, DirectorySource::File(_))
    })
}

/// Whether people sign in to the console by this instance.
pub(crate) fn signs_in(config: &Config, one: &InstanceConfig) -> bool {
    let Instance { name, product, directory, .. } = &one.instance;
    config.directories.iter().any(|known| match &known.source {
        DirectorySource::Product(product) => product.instance == *name,
        DirectorySource::Ldap(ldap) => {
            let is_meant = match &ldap.instance {
                Some(named) => named == name,
                None => *product == Product::Jira,
            };
            known.name == *directory && is_meant
        }
        DirectorySource::File(_) | DirectorySource::OpenId(_) => false,
    })
}

/// What the snapshot is told.
pub(crate) fn snapshot(config: &Config) -> snapshot::Settings {
    let instance = |one: &InstanceConfig| (one.instance.name.clone(), one.instance.product);
    snapshot::Settings {
        instances: config.instances.iter().map(instance).collect(),
        directories: config.directories.iter().map(|one| one.name.clone()).collect(),
        stored_directories: config.directories.iter().filter_map(stored).collect(),
        stale_limit: config.store.stale_limit,
    }
}

/// Of a directory whose people are in the store: how long somebody is believed.
fn stored(directory: &DirectoryConfig) -> Option<(DirectoryName, Lifetime)> {
    Some((directory.name.clone(), directory.source.stale_limit()?))
}

/// What the use cases know of the instances.
pub(crate) fn known_instances(config: &Config) -> Vec<KnownInstance> {
    let known = |one: &InstanceConfig| KnownInstance {
        instance: one.instance.clone(),
        identity: one.identity.clone(),
        reads: one.reads.clone(),
    };
    config.instances.iter().map(known).collect()
}
