//! `[[instances]]` and the tables below it.

use std::path::Path;

use gatepass_model::{
    DirectoryName, IdentityMethod, Instance, InstanceName, InvalidName, Product, Username,
};

use crate::base_url::BaseUrl;
use crate::config::{
    Assertion, ClientCertificate, DirectoryConfig, HostHeader, Impersonation, InstanceConfig,
    InstanceLimits, InstanceTimeouts, InstanceTls, ServiceAccount, TargetStrictness, TrustedHeader,
};
use crate::error::{Errors, Origin};
use crate::keys::{self, Key, split_last};
use crate::raw::Raw;
use crate::reader::Reader;

use super::usernames;

/// Who signs assertions where nothing else is written.
const ISSUER: &str = "gatepass";
/// Longest name of a header, in bytes: longer ones go no further anyway.
const LONGEST_HEADER: usize = 64;
/// Headers that mean something already.
const TAKEN: [&str; 5] = [
    "x-ausername",
    "x-atlassian-token",
    "x-gatepass-request-id",
    "x-gatepass-reason",
    "x-requested-with",
];

/// The consumer key where none is written.
const CONSUMER: &str = "gatepass";

/// One for each table, in its order; `None` for one with a mistake.
pub(super) fn read(
    raw: &Raw,
    directories: &[Option<DirectoryConfig>],
    file: &Path,
    errors: &mut Errors,
) -> Vec<Option<InstanceConfig>> {
    if raw.instances.is_empty() {
        let problem = "there is none; an [[instances]] says what stands behind the gate";
        errors.add(&Origin::Line(0), "instances", problem);
    }
    let tables = raw.instances.iter();
    tables.map(|table| one(&mut Reader::new(table, file, errors), directories)).collect()
}

fn one(table: &mut Reader<'_>, directories: &[Option<DirectoryConfig>]) -> Option<InstanceConfig> {
    let name: Option<InstanceName> = table.parsed(&keys::INSTANCE_NAME);
    let product = table.word(&keys::PRODUCT).and_then(|word| word.parse::<Product>().ok());
    let base_url: Option<BaseUrl> = table.parsed(&keys::BASE_URL);
    let hosts = table.list(&keys::HOSTS);
    let host = table.word(&keys::HOST);
    let directory = directory(table, directories);
    let usernames = usernames::read(table, name.as_ref(), directory.as_ref(), directories);
    let words = table.words(&keys::IDENTITY);
    let identity: Vec<IdentityMethod> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let public_url = public_url(table, base_url.as_ref());
    let targets = table.word(&keys::TARGETS);
    let reads = table.list(&keys::READS);
    let service_account = service_account(table, &identity);
    let trusted_header = trusted_header(table, &identity, name.as_ref());
    let impersonation = impersonation(table, &identity, base_url.as_ref());
    let tls = tls(table, base_url.as_ref());
    let timeouts = timeouts(table);
    let limits = table.count(&keys::INSTANCE_CONNECTIONS);
    let base_url = base_url?;
    let context_path = base_url.context_path().to_owned();
    Some(InstanceConfig {
        instance: Instance {
            name: name?,
            product: product?,
            directory: directory?,
            context_path,
            usernames: usernames?,
        },
        base_url,
        public_url,
        hosts,
        host: if host? == "upstream" { HostHeader::Upstream } else { HostHeader::Preserve },
        identity,
        targets: match targets? {
            "enforce" => TargetStrictness::Enforce,
            _ => TargetStrictness::Observe,
        },
        reads,
        service_account,
        impersonation,
        trusted_header,
        tls,
        timeouts: timeouts?,
        limits: InstanceLimits { connections: limits? },
    })
}

/// Its path must be that of `base_url`: the gate changes no path.
fn public_url(table: &mut Reader<'_>, base_url: Option<&BaseUrl>) -> Option<String> {
    let url: BaseUrl = table.parsed_unless_empty(&keys::PUBLIC_URL)?;
    if base_url.is_some_and(|base| base.context_path() != url.context_path()) {
        table.wrong(&keys::PUBLIC_URL, "its path is not that of base_url, which callers use too");
    }
    Some(url.to_string().trim_end_matches('/').to_owned())
}

/// The directory that is named, or the only one.
fn directory(
    table: &mut Reader<'_>,
    directories: &[Option<DirectoryConfig>],
) -> Option<DirectoryName> {
    let known = || directories.iter().flatten().map(|directory| &directory.name);
    if table.table().find(&keys::INSTANCE_DIRECTORY).is_none() {
        if directories.len() > 1 {
            let problem = "it is missing, and there are several directories; name one of them";
            table.wrong(&keys::INSTANCE_DIRECTORY, problem);
            return None;
        }
        return known().next().cloned();
    }
    let name: DirectoryName = table.parsed(&keys::INSTANCE_DIRECTORY)?;
    if known().any(|known| *known == name) {
        return Some(name);
    }
    // A directory with a mistake of its own may be the one that is meant.
    if directories.iter().all(Option::is_some) {
        let similarity = |known: &&DirectoryName| {
            strsim::normalized_damerau_levenshtein(known.as_str(), name.as_str())
        };
        let nearest = known().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        let nearest = nearest.map_or("none", DirectoryName::as_str);
        let problem =
            format!("there is no directory {:?}; the nearest is {nearest:?}", name.as_str());
        table.wrong(&keys::INSTANCE_DIRECTORY, problem);
    }
    None
}

/// Whether `identity` has the method of a table. A table that nothing would use is a mistake.
fn is_used(
    table: &mut Reader<'_>,
    identity: &[IdentityMethod],
    method: IdentityMethod,
    section: &'static str,
) -> bool {
    let is_used = identity.contains(&method);
    let is_written = table.table().find_section(section).is_some();
    // An empty or a wrong `identity` has been told already.
    if is_written && !is_used && !identity.is_empty() {
        let problem = format_args!(
            "identity does not have \"{method}\", so nothing would use it; add the word or leave \
             this table out"
        );
        table.wrong_section(section, problem);
    }
    is_used
}

fn service_account(table: &mut Reader<'_>, identity: &[IdentityMethod]) -> Option<ServiceAccount> {
    let token_file = table.file(&keys::ACCOUNT_TOKEN_FILE);
    let user = table.text(&keys::ACCOUNT_USER);
    let password_file = table.file(&keys::ACCOUNT_PASSWORD_FILE);
    let section = split_last(keys::ACCOUNT_USER.path).0;
    if !is_used(table, identity, IdentityMethod::ServiceAccount, section) {
        return None;
    }
    let user = match user.as_deref().map(basic_user).transpose() {
        Ok(user) => user,
        Err(problem) => {
            table.wrong(&keys::ACCOUNT_USER, problem);
            return None;
        }
    };
    match (token_file, user, password_file) {
        (Some(file), user, None) => Some(ServiceAccount::Token { file, user }),
        (None, Some(user), Some(file)) => Some(ServiceAccount::Password { user, file }),
        _ => {
            let problem = "identity has \"service-account\": it needs either token_file, or user \
                           and password_file";
            table.wrong_section(section, problem);
            None
        }
    }
}

fn trusted_header(
    table: &mut Reader<'_>,
    identity: &[IdentityMethod],
    instance: Option<&InstanceName>,
) -> Option<TrustedHeader> {
    let name = header_name(table, &keys::TRUSTED_NAME);
    let assertion = header_name(table, &keys::TRUSTED_ASSERTION);
    let issuer = table.text(&keys::TRUSTED_ISSUER);
    let audience = table.text(&keys::TRUSTED_AUDIENCE);
    let section = split_last(keys::TRUSTED_NAME.path).0;
    if !is_used(table, identity, IdentityMethod::TrustedHeader, section) {
        return None;
    }
    if table.table().find(&keys::TRUSTED_NAME).is_none() {
        let problem = "identity has \"trusted-header\": it needs the name of the header";
        table.wrong_section(section, problem);
    }
    if table.table().find(&keys::TRUSTED_ASSERTION).is_none()
        && (issuer.is_some() || audience.is_some())
    {
        let problem = "issuer and audience are those of an assertion, and there is none";
        table.wrong_section(section, problem);
    }
    let name = name?;
    if assertion.as_ref().is_some_and(|assertion| assertion.eq_ignore_ascii_case(&name)) {
        table.wrong(&keys::TRUSTED_ASSERTION, "it is the header with the username");
    }
    let assertion = assertion.map(|header| Assertion {
        header,
        issuer: issuer.unwrap_or_else(|| ISSUER.to_owned()),
        audience: audience
            .or_else(|| instance.map(|name| name.as_str().to_owned()))
            .unwrap_or_default(),
    });
    Some(TrustedHeader { name, assertion })
}

/// A name that no client needs for anything else: `X-Our-User`, `Remote-User`.
fn header_name(table: &mut Reader<'_>, key: &Key) -> Option<String> {
    let name = table.text(key)?;
    let lower = name.to_ascii_lowercase();
    let is_name = lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_free = (lower.starts_with("x-") || lower.starts_with("remote-"))
        && !lower.starts_with("x-forwarded-")
        && !TAKEN.contains(&lower.as_str());
    if !is_name || !is_free || name.len() > LONGEST_HEADER || name.ends_with('-') {
        let problem = format_args!(
            "{name:?} is no header that can stand for a user; write it as X-Gatepass-User, with \
             letters, digits and - after X- or Remote-"
        );
        table.wrong(key, problem);
        return None;
    }
    Some(name)
}

fn impersonation(
    table: &mut Reader<'_>,
    identity: &[IdentityMethod],
    base_url: Option<&BaseUrl>,
) -> Option<Impersonation> {
    let consumer_key = table.text(&keys::LINK_CONSUMER).unwrap_or_else(|| CONSUMER.to_owned());
    let key_file = table.file(&keys::LINK_KEY_FILE);
    let signed_url: Option<BaseUrl> = table.parsed(&keys::LINK_SIGNED_URL);
    let opens_sessions = table.word(&keys::LINK_CREDENTIAL) == Some("session");
    let section = split_last(keys::LINK_KEY_FILE.path).0;
    if !is_used(table, identity, IdentityMethod::Impersonation, section) {
        return None;
    }
    if let (Some(base), Some(signed)) = (base_url, &signed_url)
        && base.context_path() != signed.context_path()
    {
        table.wrong(&keys::LINK_SIGNED_URL, "its path is not that of base_url, the context path");
    }
    if consumer_key.is_empty() || consumer_key.len() > 255 {
        table.wrong(&keys::LINK_CONSUMER, "it has 1 to 255 bytes");
    }
    if key_file.is_none() && table.table().find(&keys::LINK_KEY_FILE).is_none() {
        let problem = "identity has \"impersonation\": it needs key_file, which gatepass \
                       impersonation keygen makes";
        table.wrong_section(section, problem);
    }
    Some(Impersonation { consumer_key, key_file: key_file?, signed_url, opens_sessions })
}

/// A username that can stand in a Basic credential (RFC 7617 2).
fn basic_user(user: &str) -> Result<Username, String> {
    if user.contains(':') {
        return Err("a username with a colon can't sign in by Basic".to_owned());
    }
    user.parse().map_err(|error: InvalidName| error.to_string())
}

/// What the table says for https; without one, nothing but that the connection is encrypted.
fn tls(table: &mut Reader<'_>, base_url: Option<&crate::BaseUrl>) -> Option<InstanceTls> {
    let ca = table.file(&keys::TLS_CA);
    let server_name = server_name(table);
    let certificate = table.file(&keys::TLS_CLIENT_CERTIFICATE);
    let key = table.file(&keys::TLS_CLIENT_KEY);
    let section = split_last(keys::TLS_CA.path).0;
    let is_secure = base_url?.is_secure();
    if !is_secure && table.table().find_section(section).is_some() {
        let problem = "base_url is not https, so nothing would use it; write https:// there or \
                       leave this table out";
        table.wrong_section(section, problem);
    }
    let client = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
        (None, None) => None,
        _ => {
            let problem = "client_certificate and client_key go together; one of them is missing";
            table.wrong_section(section, problem);
            None
        }
    };
    is_secure.then_some(InstanceTls { ca, server_name, client })
}

/// A name in lower case: certificates for addresses are checked by `base_url`'s own.
fn server_name(table: &mut Reader<'_>) -> Option<String> {
    let name = table.text(&keys::TLS_SERVER_NAME)?;
    let plain = crate::host::split(&name)
        .filter(|(host, port)| port.is_none() && host.parse::<std::net::Ipv4Addr>().is_err())
        .map(|(host, _)| host)
        .filter(|host| !host.starts_with('['));
    if plain.is_none() {
        let problem = format_args!("{name:?} is not a host name; write it as jira.internal");
        table.wrong(&keys::TLS_SERVER_NAME, problem);
    }
    plain
}

fn timeouts(table: &mut Reader<'_>) -> Option<InstanceTimeouts> {
    let connect = table.duration(&keys::CONNECT_TIMEOUT);
    let first_byte = table.duration(&keys::FIRST_BYTE_TIMEOUT);
    Some(InstanceTimeouts { connect: connect?, first_byte: first_byte? })
}
