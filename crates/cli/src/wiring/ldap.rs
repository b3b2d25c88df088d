//! LDAP servers, as the configuration has them.

use std::sync::Arc;

use gatepass_config::{LdapDirectoryConfig, LdapFlavour, LdapUrl};
use gatepass_http_client::tls::{Roots, TlsFiles, client_config};
use gatepass_identity::{
    GroupAttributes, LdapDesk, LdapKind, LdapServer, LdapSettings, PeopleAttributes, UnusableLdap,
    bind_password,
};
use gatepass_model::DirectoryName;
use rustls::ClientConfig;

use crate::failure::Failure;

/// What asks the servers of the directory `name`. Its files are read; nobody is connected to.
pub(crate) fn desk(
    name: &DirectoryName,
    config: &LdapDirectoryConfig,
) -> Result<LdapDesk, Failure> {
    let key = |last: &str| format!("directories.{name}.{last}");
    let password = bind_password(&config.bind_password_file).map_err(|error| {
        Failure::new("bind_password_unreadable", error.to_string())
            .of_key(&key("bind_password_file"))
    })?;
    let tls = tls(config).map_err(|failure| failure.of_key(&key("ca")))?;
    let settings = LdapSettings {
        servers: config.servers.iter().map(|url| server(url, config.tls.start_tls)).collect(),
        tls,
        bind_dn: config.bind_dn.clone(),
        password,
        kind: match config.flavour {
            LdapFlavour::Ldap => LdapKind::Plain,
            LdapFlavour::ActiveDirectory => LdapKind::ActiveDirectory,
        },
        base_dn: config.base_dn.clone(),
        people: PeopleAttributes {
            filter: config.people.filter.clone(),
            username: config.people.username.clone(),
            display_name: config.people.display_name.clone(),
            email: config.people.email.clone(),
            id: config.people.id.clone(),
            inactive_filter: config.people.inactive_filter.clone(),
        },
        groups: GroupAttributes {
            base_dn: config.groups.base_dn.clone(),
            filter: config.groups.filter.clone(),
            name: config.groups.name.clone(),
            member: config.groups.member.clone(),
        },
    };
    LdapDesk::new(settings).map_err(|error| {
        let last = match &error {
            UnusableLdap::NoFilter(text) => key_of_filter(config, text),
            UnusableLdap::Missing(_) => "url",
        };
        Failure::new("config_invalid", error.to_string()).of_key(&key(last))
    })
}

fn server(url: &LdapUrl, start_tls: bool) -> LdapServer {
    LdapServer { url: url.to_string(), start_tls: start_tls && !url.is_secure() }
}

fn key_of_filter(config: &LdapDirectoryConfig, text: &str) -> &'static str {
    if config.groups.filter == text {
        "group_filter"
    } else if config.people.filter == text {
        "user_filter"
    } else {
        "inactive_filter"
    }
}

/// Whom the gate trusts there: as everywhere, the system's authorities and the directory's own.
fn tls(config: &LdapDirectoryConfig) -> Result<Option<Arc<ClientConfig>>, Failure> {
    if !config.tls.start_tls && !config.servers.iter().any(LdapUrl::is_secure) {
        return Ok(None);
    }
    let files = TlsFiles { ca: config.tls.ca.as_deref(), client: None };
    client_config(&Roots::of_system(), files)
        .map(Some)
        .map_err(|error| Failure::new("tls_unusable", error.to_string()))
}
