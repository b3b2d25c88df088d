//! `[[directories]]` of the kind `oidc`.

use gatepass_model::InstanceName;
use gatepass_model::time::Lifetime;

use crate::config::DirectorySource;
use crate::keys::{self, Key};
use crate::openid_directory::{OpenIdClaims, OpenIdDirectoryConfig};
use crate::openid_issuer::OpenIdIssuer;
use crate::reader::Reader;

/// How long a sign-in is believed where that is not said: a holiday, and no quarter of a year.
const STALE_LIMIT: Lifetime = Lifetime::from_days(30);

pub(super) fn read(table: &mut Reader<'_>) -> Option<DirectorySource> {
    let issuer: Option<OpenIdIssuer> = needed(table, &keys::OIDC_ISSUER, "the provider")
        .and_then(|text| text.parse().map_err(|error| table.wrong(&keys::OIDC_ISSUER, error)).ok());
    let client_id = needed(table, &keys::OIDC_CLIENT_ID, "the client, as the provider knows it");
    let client_secret_file = table.file(&keys::OIDC_CLIENT_SECRET);
    let ca = table.file(&keys::LDAP_CA);
    if ca.is_some() && issuer.as_ref().is_some_and(|issuer| !issuer.is_secure()) {
        table.wrong(&keys::LDAP_CA, "the provider is reached by http, so nothing would use it");
    }
    let title = match table.text(&keys::OIDC_TITLE) {
        Some(text) if text.trim().is_empty() || text.chars().any(char::is_control) => {
            table.wrong(&keys::OIDC_TITLE, "it is what people call the provider, on one line");
            None
        }
        title => title,
    };
    let scopes = scopes(table);
    let claims = claims(table);
    let instance: Option<InstanceName> = table.parsed(&keys::DIRECTORY_INSTANCE);
    let stale_limit = super::directory::stale_limit(table, STALE_LIMIT);
    Some(DirectorySource::OpenId(Box::new(OpenIdDirectoryConfig {
        issuer: issuer?,
        client_id: client_id?,
        client_secret_file,
        ca,
        title,
        scopes,
        claims: claims?,
        instance,
        stale_limit: stale_limit?,
    })))
}

fn needed(table: &mut Reader<'_>, key: &Key, meaning: &str) -> Option<String> {
    let text = table.text(key);
    let is_written = table.table().find(key).is_some();
    if text.as_deref() == Some("") || (text.is_none() && !is_written) {
        table.wrong(key, format_args!("it is missing; it names {meaning}"));
        return None;
    }
    text
}

/// A scope is a word of its own (RFC 6749 3.3).
fn scopes(table: &mut Reader<'_>) -> Vec<String> {
    if table.table().find(&keys::OIDC_SCOPES).is_none() {
        return vec!["profile".to_owned(), "email".to_owned()];
    }
    let given: Vec<String> = table.list(&keys::OIDC_SCOPES);
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if given.iter().any(|scope| scope.is_empty() || !scope.bytes().all(plain)) {
        table.wrong(&keys::OIDC_SCOPES, "a scope is one word, without spaces");
    }
    given.into_iter().filter(|scope| scope != "openid").collect()
}

fn claims(table: &mut Reader<'_>) -> Option<OpenIdClaims> {
    let mut claim = |key: &Key, usual: &str| match table.text(key) {
        None => Some(usual.to_owned()),
        Some(text) if text.is_empty() || text.chars().any(char::is_control) => {
            table.wrong(key, "it is the name of a claim");
            None
        }
        Some(text) => Some(text),
    };
    let username = claim(&keys::OIDC_USERNAME, "preferred_username");
    let display_name = claim(&keys::OIDC_DISPLAY_NAME, "name");
    let email = claim(&keys::OIDC_EMAIL, "email");
    let groups = claim(&keys::OIDC_GROUPS, "groups");
    let groups_required = match table.table().find(&keys::OIDC_GROUPS_REQUIRED) {
        Some(_) => table.flag(&keys::OIDC_GROUPS_REQUIRED),
        None => Some(true),
    };
    Some(OpenIdClaims {
        username: username?,
        display_name: display_name?,
        email: email?,
        groups: groups?,
        groups_required: groups_required?,
    })
}
