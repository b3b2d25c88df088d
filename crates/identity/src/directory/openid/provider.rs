//! What a provider says of itself, and its keys: asked for once, and kept for a while.

use std::net::Ipv4Addr;
use std::sync::Arc;

use gatepass_model::{Lifetime, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::url::Url;
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata, TokenUrl, UserInfoUrl};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{OpenIdDesk, OpenIdProblem};

/// After this time a provider is asked again what it says of itself.
const KEPT: Lifetime = Lifetime::from_seconds(3600);
/// For so long it is not asked again after it could not be: whoever waits for it is told so, and does
/// not wait in a row for each one before him.
const FAILURE_KEPT: Lifetime = Lifetime::from_seconds(5);
/// Its keys are asked for again before that where one is not known, but not more often than this:
/// whoever shows tokens of unknown keys must not have us ask for each.
const KEYS_KEPT: Lifetime = Lifetime::from_seconds(30);

/// What `openidconnect` does not read by itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Announced {
    /// RFC 8414 2.
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    /// RFC 9207 3.
    pub(super) authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for Announced {}

pub(super) type Metadata = ProviderMetadata<
    Announced,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known of a provider.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) metadata: Arc<Metadata>,
    pub(super) keys: CoreJsonWebKeySet,
    asked_at: Timestamp,
    keys_at: Timestamp,
}

/// Where that is kept.
#[derive(Default)]
pub(super) struct Provider(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    known: Option<Known>,
    failed: Option<(Timestamp, OpenIdProblem)>,
}

impl Known {
    /// Whether it says with each answer that it is its own (RFC 9207).
    pub(super) fn names_itself(&self) -> bool {
        self.metadata.additional_metadata().authorization_response_iss_parameter_supported
            == Some(true)
    }
}

impl OpenIdDesk {
    /// What is known of the provider; it is asked where that is nothing, or old. Others wait
    /// meanwhile, and then have it too.
    pub(super) async fn known(&self) -> Result<Known, OpenIdProblem> {
        let mut kept = self.provider.0.lock().await;
        let now = self.settings.clock.now();
        if let Some(known) = kept.known.as_ref().filter(|known| now.since(known.asked_at) < KEPT) {
            return Ok(known.clone());
        }
        if let Some((_, problem)) =
            kept.failed.as_ref().filter(|(at, _)| now.since(*at) < FAILURE_KEPT)
        {
            return Err(problem.clone());
        }
        let found = self.discover(now).await;
        match &found {
            Ok(known) => *kept = Kept { known: Some(known.clone()), failed: None },
            Err(problem) => kept.failed = Some((self.settings.clock.now(), problem.clone())),
        }
        found
    }

    /// The same with the keys that the provider has now; `None` where they are as young as may be.
    pub(super) async fn with_keys_anew(&self) -> Result<Option<Known>, OpenIdProblem> {
        let now = self.settings.clock.now();
        let mut kept = self.provider.0.lock().await;
        let Some(known) = kept.known.as_mut() else { return Ok(None) };
        if now.since(known.keys_at) < KEYS_KEPT {
            return Ok(None);
        }
        let url = known.metadata.jwks_uri().clone();
        known.keys = CoreJsonWebKeySet::fetch_async(&url, &self.line).await?;
        known.keys_at = now;
        Ok(Some(known.clone()))
    }

    /// Asks the provider, whatever is kept. That it calls itself by the very issuer is checked.
    pub(super) async fn discover(&self, now: Timestamp) -> Result<Known, OpenIdProblem> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.line).await?;
        let is_secure = self.issuer.url().scheme() == "https";
        let token = metadata.token_endpoint().map(TokenUrl::url);
        let token = token.ok_or_else(|| OpenIdProblem::Unfit("no token_endpoint".to_owned()))?;
        let user_info = metadata.userinfo_endpoint().map(UserInfoUrl::url);
        let urls = [metadata.authorization_endpoint().url(), metadata.jwks_uri().url(), token];
        for url in urls.into_iter().chain(user_info) {
            if !may_be_asked(url, is_secure) {
                let words = format!("{url} is not https, so anybody on the way could answer");
                return Err(OpenIdProblem::Unfit(words));
            }
        }
        let keys = metadata.jwks().clone();
        Ok(Known { metadata: Arc::new(metadata), keys, asked_at: now, keys_at: now })
    }
}

/// By https, or on this machine where the provider itself is there.
fn may_be_asked(url: &Url, is_secure: bool) -> bool {
    let is_here = url.host_str().is_some_and(|host| {
        let is_address = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        host == "localhost" || host == "[::1]" || is_address
    });
    url.scheme() == "https" || (url.scheme() == "http" && !is_secure && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_or_heard_by_http_but_on_this_machine() {
        for (url, issuer_is_secure, expected) in [
            ("https://login.example.com/token", true, true),
            ("https://login.example.com/token", false, true),
            ("http://login.example.com/token", true, false),
            ("http://login.example.com/token", false, false),
            ("http://127.0.0.1:80/token", true, false),
            ("http://127.0.0.1:80/token", false, true),
            ("http://localhost/token", false, true),
            ("javascript:alert(1)", true, false),
            ("ftp://localhost/", false, false),
        ] {
            assert_eq!(may_be_asked(&url.parse().unwrap(), issuer_is_secure), expected, "{url}");
        }
    }
}
