//! What a configuration says of an LDAP directory, once it has been checked.

use std::path::PathBuf;

use gatepass_model::InstanceName;
use gatepass_model::time::Lifetime;

use crate::ldap_url::LdapUrl;

/// `[[directories]]` of the kind `ldap`. The files are not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapDirectoryConfig {
    /// Where its servers are, at least one, each once.
    pub servers: Vec<LdapUrl>,
    /// How it is spoken to.
    pub tls: LdapTls,
    /// The account that asks; not empty.
    pub bind_dn: String,
    /// The file of its password.
    pub bind_password_file: PathBuf,
    /// What it is.
    pub flavour: LdapFlavour,
    /// Below which entry people are; not empty.
    pub base_dn: String,
    /// How people are told.
    pub people: LdapPeople,
    /// How groups are told.
    pub groups: LdapGroups,
    /// By which instance people sign in, where it is one only.
    pub instance: Option<InstanceName>,
    /// After this time a person is asked about again.
    pub refresh: Lifetime,
    /// Most people who are asked about in the background, each second. At least 1.
    pub requests_per_second: u32,
    /// How long somebody is believed whom nobody confirms.
    pub stale_limit: Lifetime,
}

/// TLS towards an LDAP server. A server that is no loopback has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LdapTls {
    /// Whether TLS begins with `StartTLS` at servers that are `ldap`.
    pub start_tls: bool,
    /// Authorities that are trusted besides the system's.
    pub ca: Option<PathBuf>,
}

/// What an LDAP server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LdapFlavour {
    /// `OpenLDAP`, 389 Directory Server and others.
    Ldap,
    /// Active Directory.
    ActiveDirectory,
}

/// How people are told in LDAP. Filters are in parentheses, one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapPeople {
    /// Which entries are people.
    pub filter: String,
    /// The attribute of the username.
    pub username: String,
    /// The attribute of what people call somebody.
    pub display_name: String,
    /// The attribute of the e-mail address.
    pub email: String,
    /// The attribute that stays when somebody is renamed; `None`: there is none.
    pub id: Option<String>,
    /// Which people are deactivated; `None`: nobody is told so by a filter.
    pub inactive_filter: Option<String>,
}

/// How groups are told in LDAP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapGroups {
    /// Below which entry they are; not empty.
    pub base_dn: String,
    /// Which entries are groups; one filter in parentheses.
    pub filter: String,
    /// The attribute of a group's name.
    pub name: String,
    /// The attribute of its members.
    pub member: String,
}
