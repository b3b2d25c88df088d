//! `[[directories]]` of the kind `ldap`.

use gatepass_model::InstanceName;

use crate::config::DirectorySource;
use crate::keys::{self, Key};
use crate::ldap_directory::{LdapDirectoryConfig, LdapFlavour, LdapGroups, LdapPeople, LdapTls};
use crate::ldap_url::LdapUrl;
use crate::reader::Reader;

/// What holds where a key of these is left out.
struct Defaults {
    user_filter: &'static str,
    username: &'static str,
    display_name: &'static str,
    id: &'static str,
}

const LDAP: Defaults = Defaults {
    user_filter: "(objectClass=person)",
    username: "uid",
    display_name: "cn",
    id: "entryUUID",
};

/// `person` is what an `objectCategory` of people is called by; computers are `user`s too.
const ACTIVE_DIRECTORY: Defaults = Defaults {
    user_filter: "(&(objectCategory=person)(objectClass=user))",
    username: "sAMAccountName",
    display_name: "displayName",
    id: "objectGUID",
};

/// Questions a second where that is not said: a look-up costs an LDAP server little.
const PER_SECOND: u32 = 20;

pub(super) fn read(table: &mut Reader<'_>) -> Option<DirectorySource> {
    let flavour = match table.word(&keys::LDAP_FLAVOUR) {
        Some("active-directory") => LdapFlavour::ActiveDirectory,
        Some(_) => LdapFlavour::Ldap,
        None if table.table().find(&keys::LDAP_FLAVOUR).is_none() => LdapFlavour::Ldap,
        None => return None,
    };
    let servers = servers(table);
    let tls = tls(table, servers.as_deref());
    let bind_dn = distinguished_name(table, &keys::LDAP_BIND_DN, "the account that asks");
    let bind_password_file = table.file(&keys::LDAP_BIND_PASSWORD);
    if bind_password_file.is_none() && table.table().find(&keys::LDAP_BIND_PASSWORD).is_none() {
        table.wrong(&keys::LDAP_BIND_PASSWORD, "it is missing; name the file of that password");
    }
    let base_dn =
        distinguished_name(table, &keys::LDAP_BASE_DN, "the entry below which people are");
    let people = people(table, flavour);
    let groups = groups(table, flavour, base_dn.as_deref());
    let instance: Option<InstanceName> = table.parsed(&keys::DIRECTORY_INSTANCE);
    let refresh = table.lifetime(&keys::DIRECTORY_REFRESH);
    let stale_limit = super::directory::stale_limit_of_asked(table);
    let rate = table.count(&keys::DIRECTORY_RATE).and_then(|rate| u32::try_from(rate).ok());
    Some(DirectorySource::Ldap(Box::new(LdapDirectoryConfig {
        servers: servers?,
        tls: tls?,
        bind_dn: bind_dn?,
        bind_password_file: bind_password_file?,
        flavour,
        base_dn: base_dn?,
        people: people?,
        groups: groups?,
        instance,
        refresh: refresh?,
        requests_per_second: rate.unwrap_or(PER_SECOND),
        stale_limit: stale_limit?,
    })))
}

fn servers(table: &mut Reader<'_>) -> Option<Vec<LdapUrl>> {
    let written = table.table().find(&keys::LDAP_URL).is_some();
    let servers: Vec<LdapUrl> = table.list(&keys::LDAP_URL);
    if servers.is_empty() && (!written || table.is_empty_list(&keys::LDAP_URL)) {
        let problem = "it is missing; write it as url = [\"ldaps://ldap.example.com\"]";
        table.wrong(&keys::LDAP_URL, problem);
    }
    (!servers.is_empty()).then_some(servers)
}

/// The password of the account goes over this connection, and what is said on it decides who may
/// what: without TLS it stays on this machine.
fn tls(table: &mut Reader<'_>, servers: Option<&[LdapUrl]>) -> Option<LdapTls> {
    let start_tls = table.flag(&keys::LDAP_START_TLS).unwrap_or(false);
    let ca = table.file(&keys::LDAP_CA);
    let servers = servers?;
    if start_tls && servers.iter().all(LdapUrl::is_secure) {
        let problem = "it is for ldap:// only: ldaps:// has TLS from the start";
        table.wrong(&keys::LDAP_START_TLS, problem);
    }
    let is_plain = |server: &&LdapUrl| !server.is_secure() && !start_tls;
    if let Some(open) = servers.iter().find(|one| is_plain(one) && !one.is_loopback()) {
        let problem = format!(
            "{open} would be told a password that everybody on the way can read; write ldaps://, or \
             start_tls = true"
        );
        table.wrong(&keys::LDAP_URL, problem);
    }
    let in_brackets = |server: &&LdapUrl| server.host().starts_with('[') && !is_plain(server);
    if let Some(server) = servers.iter().find(in_brackets) {
        let problem = format!("TLS to {server} needs the name that its certificate is for");
        table.wrong(&keys::LDAP_URL, problem);
    }
    if ca.is_some() && servers.iter().all(|server| is_plain(&server)) {
        table.wrong(&keys::LDAP_CA, "no connection has TLS, so nothing would use it");
    }
    Some(LdapTls { start_tls, ca })
}

fn people(table: &mut Reader<'_>, flavour: LdapFlavour) -> Option<LdapPeople> {
    let defaults = match flavour {
        LdapFlavour::Ldap => LDAP,
        LdapFlavour::ActiveDirectory => ACTIVE_DIRECTORY,
    };
    let filter = filter(table, &keys::LDAP_USER_FILTER, defaults.user_filter);
    let username = attribute(table, &keys::LDAP_USERNAME, defaults.username);
    let display_name = attribute(table, &keys::LDAP_DISPLAY_NAME, defaults.display_name);
    let email = attribute(table, &keys::LDAP_EMAIL, "mail");
    let no_id = table.text(&keys::LDAP_ID).is_some_and(|text| text.is_empty());
    let id =
        if no_id { Some(None) } else { attribute(table, &keys::LDAP_ID, defaults.id).map(Some) };
    let inactive = match table.text(&keys::LDAP_INACTIVE_FILTER) {
        None => Some(None),
        Some(_) => self::filter(table, &keys::LDAP_INACTIVE_FILTER, "").map(Some),
    };
    Some(LdapPeople {
        filter: filter?,
        username: username?,
        display_name: display_name?,
        email: email?,
        id: id?,
        inactive_filter: inactive?,
    })
}

fn groups(
    table: &mut Reader<'_>,
    flavour: LdapFlavour,
    base_of_people: Option<&str>,
) -> Option<LdapGroups> {
    let base_dn = match table.text(&keys::LDAP_GROUP_BASE_DN) {
        Some(_) => distinguished_name(table, &keys::LDAP_GROUP_BASE_DN, "where groups are"),
        None => base_of_people.map(str::to_owned),
    };
    let member = attribute(table, &keys::LDAP_MEMBER, "member");
    let usual = match (flavour, member.as_deref().map(str::to_ascii_lowercase).as_deref()) {
        (LdapFlavour::ActiveDirectory, _) => "(objectClass=group)",
        (LdapFlavour::Ldap, Some("uniquemember")) => "(objectClass=groupOfUniqueNames)",
        (LdapFlavour::Ldap, Some("memberuid")) => "(objectClass=posixGroup)",
        (LdapFlavour::Ldap, _) => "(objectClass=groupOfNames)",
    };
    let filter = filter(table, &keys::LDAP_GROUP_FILTER, usual);
    let name = attribute(table, &keys::LDAP_GROUP_NAME, "cn");
    Some(LdapGroups { base_dn: base_dn?, filter: filter?, name: name?, member: member? })
}

/// Whether the server knows it is found by `gatepass check`; what can't be one is refused here.
fn distinguished_name(table: &mut Reader<'_>, key: &Key, meaning: &str) -> Option<String> {
    match table.text(key) {
        None => {
            if table.table().find(key).is_none() {
                table.wrong(key, format_args!("it is missing; it names {meaning}"));
            }
            None
        }
        // An account of Active Directory is named as alice@example.com too.
        Some(text)
            if text.contains('=')
                || (key.path == keys::LDAP_BIND_DN.path && text.contains(['@', '\\'])) =>
        {
            Some(text)
        }
        Some(_) => {
            table.wrong(key, "it is no distinguished name, such as dc=example,dc=com");
            None
        }
    }
}

/// The name of an attribute (RFC 4512 2.5), without options. Its number would do for a server, but
/// that answers by the name.
fn attribute(table: &mut Reader<'_>, key: &Key, usual: &str) -> Option<String> {
    let Some(text) = table.text(key) else { return Some(usual.to_owned()) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if !begins || text.len() > 128 || !text.bytes().all(plain) {
        table.wrong(key, "it is the name of an attribute: letters, digits and -");
        return None;
    }
    Some(text)
}

/// One filter in parentheses (RFC 4515 3), as far as its parentheses tell; the rest is read when
/// the directory is opened.
fn filter(table: &mut Reader<'_>, key: &Key, usual: &str) -> Option<String> {
    let Some(text) = table.text(key) else { return Some(usual.to_owned()) };
    if !is_one_in_parentheses(&text) {
        table.wrong(key, "it is no filter in parentheses, such as (objectClass=person)");
        return None;
    }
    Some(text)
}

/// What stands behind the first filter would be a second one, beside which ours means nothing.
fn is_one_in_parentheses(text: &str) -> bool {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1 == text.len();
                }
            }
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_one_in_parentheses() {
        for text in ["(a=b)", "(&(a=b)(c=*))", "(!(a=b))"] {
            assert!(is_one_in_parentheses(text), "{text}");
        }
        for text in ["", "a=b", "(a=b", "(a=b))", "(a=b)(c=d)", "(a=b) ", ")(", " (a=b)"] {
            assert!(!is_one_in_parentheses(text), "{text}");
        }
    }
}
