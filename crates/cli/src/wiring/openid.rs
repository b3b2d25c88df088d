//! OpenID providers, as the configuration has them.

use std::sync::Arc;

use gatepass_config::OpenIdDirectoryConfig;
use gatepass_http_client::tls::{Roots, TlsFiles, client_config};
use gatepass_http_client::{Client, Tls};
use gatepass_identity::{ClaimNames, OpenIdDesk, OpenIdSettings, client_secret};
use gatepass_model::DirectoryName;

use super::clock::SystemClock;
use super::identity;
use crate::failure::Failure;

/// What lets people sign in at the provider of the directory `name`. Its files are read; nobody is
/// connected to.
pub(crate) fn desk(
    name: &DirectoryName,
    config: &OpenIdDirectoryConfig,
) -> Result<OpenIdDesk, Failure> {
    let key = |last: &str| format!("directories.{name}.{last}");
    let secret = config.client_secret_file.as_deref().map(client_secret).transpose();
    let secret = secret.map_err(|error| {
        Failure::new("client_secret_unreadable", error.to_string())
            .of_key(&key("client_secret_file"))
    })?;
    let client = client(config).map_err(|failure| failure.of_key(&key("ca")))?;
    let claims = &config.claims;
    let settings = OpenIdSettings {
        issuer: config.issuer.to_string(),
        client_id: config.client_id.clone(),
        client_secret: secret,
        scopes: config.scopes.clone(),
        claims: ClaimNames {
            username: claims.username.clone(),
            display_name: claims.display_name.clone(),
            email: claims.email.clone(),
            groups: claims.groups.clone(),
            groups_required: claims.groups_required,
        },
        client,
        clock: Arc::new(SystemClock),
    };
    OpenIdDesk::new(settings)
        .map_err(|error| Failure::new("config_invalid", error.to_string()).of_key(&key("issuer")))
}

/// Trusts, as everywhere, the system's authorities and the directory's own.
fn client(config: &OpenIdDirectoryConfig) -> Result<Client, Failure> {
    let settings = identity::settings();
    if !config.issuer.is_secure() {
        return Client::new(settings).map_err(identity::unbuilt);
    }
    let files = TlsFiles { ca: config.ca.as_deref(), client: None };
    let tls = client_config(&Roots::of_system(), files)
        .map_err(|error| Failure::new("tls_unusable", error.to_string()))?;
    Client::with_tls(settings, &Tls { config: tls, renamed: None }).map_err(identity::unbuilt)
}
