//! An LDAP directory in a test, laid out as `gatepass-testdb` lays out its server.

use std::sync::Arc;

use gatepass_control::{AskedDirectory, LdapDirectory, PeopleSource, Products};
use gatepass_identity::{
    GroupAttributes, LdapDesk, LdapKind, LdapServer, LdapSettings, PeopleAttributes, ProductDesk,
};
use gatepass_model::Lifetime;
use gatepass_vault::SecretText;

/// What asks the server at `url` as `bind_dn`: people by `uid` below `ou=people`, groups by `member`
/// below `ou=groups`, all of it below `dc=example,dc=com`.
pub fn ldap_settings(
    url: &str,
    bind_dn: &str,
    password: &str,
    tls: Option<Arc<rustls::ClientConfig>>,
) -> LdapSettings {
    LdapSettings {
        servers: vec![LdapServer {
            url: url.to_owned(),
            start_tls: tls.is_some() && url.starts_with("ldap:"),
        }],
        tls,
        bind_dn: bind_dn.to_owned(),
        password: SecretText::new(password.to_owned()),
        kind: LdapKind::Plain,
        base_dn: "ou=people,dc=example,dc=com".to_owned(),
        people: PeopleAttributes {
            filter: "(objectClass=person)".to_owned(),
            username: "uid".to_owned(),
            display_name: "cn".to_owned(),
            email: "mail".to_owned(),
            id: Some("entryUUID".to_owned()),
            inactive_filter: None,
        },
        groups: GroupAttributes {
            base_dn: "ou=groups,dc=example,dc=com".to_owned(),
            filter: "(objectClass=groupOfNames)".to_owned(),
            name: "cn".to_owned(),
            member: "member".to_owned(),
        },
    }
}

/// A directory of this name that is asked so, beside products that `desk` asks.
pub fn ldap_directory(
    directory: &str,
    settings: LdapSettings,
    desk: ProductDesk,
) -> anyhow::Result<Products> {
    let source = LdapDirectory { desk: LdapDesk::new(settings)?, instance: None };
    Ok(Products {
        desk,
        directories: vec![AskedDirectory {
            name: directory.parse()?,
            source: PeopleSource::Ldap(Box::new(source)),
            refresh: Lifetime::from_seconds(300),
            stale_limit: Lifetime::from_days(1),
            per_second: 20,
        }],
    })
}
