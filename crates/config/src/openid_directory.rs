//! What a configuration says of a directory that is an OpenID provider, once it has been checked.

use std::path::PathBuf;

use gatepass_model::InstanceName;
use gatepass_model::time::Lifetime;

use crate::openid_issuer::OpenIdIssuer;

/// `[[directories]]` of the kind `oidc`. The files are not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdDirectoryConfig {
    /// The provider, as it calls itself.
    pub issuer: OpenIdIssuer,
    /// What the provider knows the console by; not empty.
    pub client_id: String,
    /// The file of the client's secret; `None`: it is a public client.
    pub client_secret_file: Option<PathBuf>,
    /// Authorities that are trusted besides the system's.
    pub ca: Option<PathBuf>,
    /// What people call the provider, where it is not the directory's name.
    pub title: Option<String>,
    /// What is asked for, each once, without `openid`.
    pub scopes: Vec<String>,
    /// By which claims people are told.
    pub claims: OpenIdClaims,
    /// The Jira that tells what people may do there, where that was said.
    pub instance: Option<InstanceName>,
    /// How long somebody is believed after he has signed in.
    pub stale_limit: Lifetime,
}

/// The claims that people are told by. None is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdClaims {
    /// The username.
    pub username: String,
    /// What people call somebody.
    pub display_name: String,
    /// The e-mail address.
    pub email: String,
    /// The names of the groups.
    pub groups: String,
    /// Whether a sign-in must tell them, be it that there are none.
    pub groups_required: bool,
}
