//! `[[directories]]`.

use std::path::Path;

use gatepass_model::time::Lifetime;

use crate::config::{DirectoryConfig, DirectorySource, ProductDirectoryConfig};
use crate::error::{Errors, Origin};
use crate::keys::{self, Key};
use crate::raw::Raw;
use crate::reader::Reader;

/// One for each table, in its order; `None` for one with a mistake.
pub(super) fn read(raw: &Raw, file: &Path, errors: &mut Errors) -> Vec<Option<DirectoryConfig>> {
    if raw.directories.is_empty() {
        let problem = "there is none; a [[directories]] says where people come from";
        errors.add(&Origin::Line(0), "directories", problem);
    }
    let tables = raw.directories.iter();
    tables.map(|table| one(&mut Reader::new(table, file, errors))).collect()
}

fn one(table: &mut Reader<'_>) -> Option<DirectoryConfig> {
    let name = table.parsed(&keys::DIRECTORY_NAME);
    let source = match table.word(&keys::DIRECTORY_KIND)? {
        "product" => product(table),
        "ldap" => {
            only_for(table, &[&keys::DIRECTORY_LOOKUP], "product");
            only_for(table, &[&keys::DIRECTORY_PATH], "file");
            only_for(table, &OF_OIDC, "oidc");
            super::ldap::read(table)
        }
        "oidc" => {
            only_for(table, &[&keys::DIRECTORY_LOOKUP], "product");
            only_for(table, &OF_THOSE_WHO_CAN_BE_ASKED, "product\" or \"ldap");
            only_for(table, &OF_LDAP, "ldap");
            only_for(table, &[&keys::DIRECTORY_PATH], "file");
            super::oidc::read(table)
        }
        _ => file_of_people(table),
    };
    Some(DirectoryConfig { name: name?, source: source? })
}

/// Questions a second where that is not said: the product has its own work.
const PER_SECOND: u32 = 2;

/// Somebody who is not confirmed is believed so long where that is not said.
const STALE_LIMIT: Lifetime = Lifetime::from_days(1);

const OF_THOSE_IN_THE_STORE: [&Key; 2] = [&keys::DIRECTORY_INSTANCE, &keys::DIRECTORY_STALE];

const OF_THOSE_WHO_CAN_BE_ASKED: [&Key; 2] = [&keys::DIRECTORY_REFRESH, &keys::DIRECTORY_RATE];

const OF_LDAP: [&Key; 16] = [
    &keys::LDAP_URL,
    &keys::LDAP_START_TLS,
    &keys::LDAP_BIND_DN,
    &keys::LDAP_BIND_PASSWORD,
    &keys::LDAP_FLAVOUR,
    &keys::LDAP_BASE_DN,
    &keys::LDAP_USER_FILTER,
    &keys::LDAP_USERNAME,
    &keys::LDAP_DISPLAY_NAME,
    &keys::LDAP_EMAIL,
    &keys::LDAP_ID,
    &keys::LDAP_INACTIVE_FILTER,
    &keys::LDAP_GROUP_BASE_DN,
    &keys::LDAP_GROUP_FILTER,
    &keys::LDAP_GROUP_NAME,
    &keys::LDAP_MEMBER,
];

const OF_OIDC: [&Key; 10] = [
    &keys::OIDC_ISSUER,
    &keys::OIDC_CLIENT_ID,
    &keys::OIDC_CLIENT_SECRET,
    &keys::OIDC_TITLE,
    &keys::OIDC_SCOPES,
    &keys::OIDC_USERNAME,
    &keys::OIDC_DISPLAY_NAME,
    &keys::OIDC_EMAIL,
    &keys::OIDC_GROUPS,
    &keys::OIDC_GROUPS_REQUIRED,
];

/// How long somebody is believed, or what holds where that is not said.
pub(super) fn stale_limit(table: &mut Reader<'_>, usual: Lifetime) -> Option<Lifetime> {
    if table.table().find(&keys::DIRECTORY_STALE).is_none() {
        return Some(usual);
    }
    table.lifetime(&keys::DIRECTORY_STALE)
}

/// The same for those who are asked again and again.
pub(super) fn stale_limit_of_asked(table: &mut Reader<'_>) -> Option<Lifetime> {
    stale_limit(table, STALE_LIMIT)
}

/// A key of another kind would be read by nobody.
fn only_for(table: &mut Reader<'_>, keys: &[&Key], kind: &str) {
    for key in keys {
        if table.table().find(key).is_some() {
            table.wrong(key, format_args!("it is for the kind \"{kind}\" only"));
        }
    }
}

fn file_of_people(table: &mut Reader<'_>) -> Option<DirectorySource> {
    only_for(table, &[&keys::DIRECTORY_LOOKUP], "product");
    only_for(table, &OF_THOSE_IN_THE_STORE, "product\", \"ldap\" or \"oidc");
    only_for(table, &OF_THOSE_WHO_CAN_BE_ASKED, "product\" or \"ldap");
    only_for(table, &OF_LDAP, "ldap");
    only_for(table, &OF_OIDC, "oidc");
    only_for(table, &[&keys::LDAP_CA], "ldap\" or \"oidc");
    let path = table.file(&keys::DIRECTORY_PATH);
    if path.is_none() && table.table().find(&keys::DIRECTORY_PATH).is_none() {
        table.wrong(&keys::DIRECTORY_PATH, "it is missing; write it as path = \"people.toml\"");
    }
    Some(DirectorySource::File(path?))
}

fn product(table: &mut Reader<'_>) -> Option<DirectorySource> {
    only_for(table, &[&keys::DIRECTORY_PATH], "file");
    only_for(table, &OF_LDAP, "ldap");
    only_for(table, &OF_OIDC, "oidc");
    only_for(table, &[&keys::LDAP_CA], "ldap\" or \"oidc");
    let instance = table.parsed(&keys::DIRECTORY_INSTANCE);
    if instance.is_none() && table.table().find(&keys::DIRECTORY_INSTANCE).is_none() {
        let problem = "it is missing; name the instance that says who somebody is";
        table.wrong(&keys::DIRECTORY_INSTANCE, problem);
    }
    let lookup_token_file = table.file(&keys::DIRECTORY_LOOKUP);
    let refresh = table.lifetime(&keys::DIRECTORY_REFRESH);
    let rate = table.count(&keys::DIRECTORY_RATE).and_then(|rate| u32::try_from(rate).ok());
    let stale_limit = stale_limit_of_asked(table);
    Some(DirectorySource::Product(ProductDirectoryConfig {
        instance: instance?,
        lookup_token_file,
        refresh: refresh?,
        requests_per_second: rate.unwrap_or(PER_SECOND),
        stale_limit: stale_limit?,
    }))
}
