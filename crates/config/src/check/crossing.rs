//! What must hold between tables: unique names, and one instance at most for each request.

use std::fmt::Display;

use gatepass_model::Product;

use crate::config::{DirectoryConfig, DirectorySource, InstanceConfig, ServerConfig};
use crate::error::{Errors, Origin};
use crate::keys::{self, Key};
use crate::raw::{Raw, Table};

/// `directories` and `instances` are in the order of their tables.
pub(super) fn check(
    raw: &Raw,
    server: Option<&ServerConfig>,
    directories: &[Option<DirectoryConfig>],
    instances: &[Option<InstanceConfig>],
    errors: &mut Errors,
) {
    let names = directories.iter().map(|found| found.as_ref().map(|found| &found.name));
    unique(raw.directories.iter().zip(names), &keys::DIRECTORY_NAME, errors);
    let names = instances.iter().map(|found| found.as_ref().map(|found| &found.instance.name));
    unique(raw.instances.iter().zip(names), &keys::INSTANCE_NAME, errors);

    for (table, directory) in raw.directories.iter().zip(directories) {
        if let Some(directory) = directory {
            product_directory(table, directory, instances, errors);
        }
    }
    let mut earlier: Vec<&InstanceConfig> = Vec::new();
    for (table, instance) in raw.instances.iter().zip(instances) {
        let Some(instance) = instance else { continue };
        for other in &earlier {
            contest(table, instance, other, errors);
        }
        if let Some(server) = server {
            console(raw, table, instance, server, errors);
        }
        earlier.push(instance);
    }
}

/// A directory that an instance stands for, or speaks for, must be the directory of that instance's people.
fn product_directory(
    table: &Table,
    directory: &DirectoryConfig,
    instances: &[Option<InstanceConfig>],
    errors: &mut Errors,
) {
    let named = match &directory.source {
        DirectorySource::Product(product) => &product.instance,
        DirectorySource::Ldap(ldap) => match &ldap.instance {
            Some(named) => named,
            None => return,
        },
        DirectorySource::OpenId(provider) => match &provider.instance {
            Some(named) => named,
            None => return,
        },
        DirectorySource::File(_) => return,
    };
    let mut known = instances.iter().flatten();
    let problem = match known.find(|one| one.instance.name == *named) {
        // The one that is meant may have a mistake of its own.
        None if instances.iter().any(Option::is_none) => return,
        None => format!("there is no instance {named}"),
        Some(one) if one.instance.directory != directory.name => format!(
            "the people of {named} come from the directory {}, so it can't be this one",
            one.instance.directory
        ),
        Some(one) if !tells_enough(&directory.source, one.instance.product) => format!(
            "{named} is no Jira; only a Jira tells people's groups and ranks in this version"
        ),
        Some(_) => return,
    };
    let key = &keys::DIRECTORY_INSTANCE;
    errors.add(&origin(table, key), &table.shown(key.path), problem);
}

/// An LDAP server tells all but who sits at a browser.
fn tells_enough(source: &DirectorySource, product: Product) -> bool {
    match source {
        DirectorySource::Ldap(_) | DirectorySource::File(_) => true,
        DirectorySource::Product(_) | DirectorySource::OpenId(_) => product == Product::Jira,
    }
}

fn unique<'a, N: PartialEq + Display + 'a>(
    tables: impl Iterator<Item = (&'a Table, Option<&'a N>)>,
    key: &Key,
    errors: &mut Errors,
) {
    let mut seen: Vec<&N> = Vec::new();
    for (table, name) in tables {
        let Some(name) = name else { continue };
        if seen.contains(&name) {
            let problem = format_args!("{:?} is taken by an earlier one", name.to_string());
            errors.add(&origin(table, key), &table.shown(key.path), problem);
        }
        seen.push(name);
    }
}

/// Two instances that some request could belong to equally.
fn contest(table: &Table, instance: &InstanceConfig, other: &InstanceConfig, errors: &mut Errors) {
    if instance.instance.context_path != other.instance.context_path {
        return;
    }
    let name = &other.instance.name;
    let context = match instance.instance.context_path.as_str() {
        "" => "/",
        path => path,
    };
    let problem = if instance.hosts.is_empty() || other.hosts.is_empty() {
        format!(
            "it would answer for the same hosts as {name}, both below {context}; name the hosts of each"
        )
    } else {
        let both = instance.hosts.iter().find(|host| other.hosts.iter().any(|o| o.overlaps(host)));
        let Some(host) = both else { return };
        format!(
            "{host} is a host of {name} too, both below {context}; give each its own host or path"
        )
    };
    errors.add(&origin(table, &keys::HOSTS), &table.shown(keys::HOSTS.path), problem);
}

/// An instance of which the console would hide all, or whose host it takes.
fn console(
    raw: &Raw,
    table: &Table,
    instance: &InstanceConfig,
    server: &ServerConfig,
    errors: &mut Errors,
) {
    match &server.console_host {
        Some(host) if instance.hosts.iter().any(|other| other.overlaps(host)) => {
            let problem = format_args!(
                "{host} is a host of {} too; the console needs one of its own, or none",
                instance.instance.name
            );
            errors.add(&origin(&raw.root, &keys::CONSOLE_HOST), keys::CONSOLE_HOST.path, problem);
        }
        Some(host) if instance.hosts.is_empty() => {
            let problem = format_args!(
                "{} answers to every host, {host} too, which is the console's own; name its hosts",
                instance.instance.name
            );
            errors.add(&origin(table, &keys::HOSTS), &table.shown(keys::HOSTS.path), problem);
        }
        Some(_) => {}
        None => {
            let context = &instance.instance.context_path;
            let below = context.strip_prefix(server.console_path.as_str());
            if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                let problem = format_args!(
                    "its path {context} lies below console_path, {}, so nobody could reach it; \
                     give the console another path or a host",
                    server.console_path
                );
                errors.add(
                    &origin(table, &keys::BASE_URL),
                    &table.shown(keys::BASE_URL.path),
                    problem,
                );
            }
        }
    }
}

fn origin(table: &Table, key: &Key) -> Origin {
    table.find(key).map_or_else(|| table.origin.clone(), |found| found.origin.clone())
}
