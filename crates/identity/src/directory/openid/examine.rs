//! What an administrator wants to know before people depend on it.

use openidconnect::core::CoreJwsSigningAlgorithm;

use super::token::ALGORITHMS;
use super::{OpenIdDesk, OpenIdProblem};

/// What a provider that works has told. `None`: it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdExamined {
    /// How many keys it has for signatures.
    pub keys: usize,
    /// By what it may sign, of what is believed; empty: by nothing that is.
    pub algorithms: Vec<String>,
    /// Whether it announces PKCE with S256.
    pub has_pkce: Option<bool>,
    /// Of the scopes that are asked for those that it does not announce.
    pub unknown_scopes: Option<Vec<String>>,
    /// Of the claims that people are told by those that it does not announce.
    pub unknown_claims: Option<Vec<String>>,
    /// Whether it announces that it tells when somebody proved who he is (`auth_time`).
    pub tells_auth_time: Option<bool>,
    /// Whether it says with each answer that it is its own (RFC 9207).
    pub names_itself: bool,
}

impl OpenIdDesk {
    /// Asks the provider what it says of itself, and for its keys, whatever is kept.
    pub async fn examine(&self) -> Result<OpenIdExamined, OpenIdProblem> {
        let known = self.discover(self.settings.clock.now()).await?;
        let metadata = &known.metadata;
        let announced = metadata.id_token_signing_alg_values_supported();
        let algorithms = ALGORITHMS.iter().filter(|one| announced.contains(one)).map(name);
        let more = metadata.additional_metadata();
        let methods = more.code_challenge_methods_supported.as_ref();
        let scopes = metadata.scopes_supported();
        let unknown_scopes = scopes.map(|known| {
            let is_unknown = |scope: &&String| !known.iter().any(|one| **one == **scope);
            self.settings.scopes.iter().filter(is_unknown).cloned().collect()
        });
        let claims: Option<Vec<&str>> =
            metadata.claims_supported().map(|all| all.iter().map(|one| one.as_str()).collect());
        let names = &self.settings.claims;
        let names = [&names.username, &names.display_name, &names.email, &names.groups];
        let unknown_claims = claims.as_ref().map(|known| {
            let is_unknown = |name: &&String| !known.contains(&name.as_str());
            names.into_iter().filter(is_unknown).cloned().collect()
        });
        Ok(OpenIdExamined {
            keys: known.keys.keys().len(),
            algorithms: algorithms.collect(),
            has_pkce: methods.map(|all| all.iter().any(|one| one == "S256")),
            unknown_scopes,
            unknown_claims,
            tells_auth_time: claims.map(|all| all.contains(&"auth_time")),
            names_itself: known.names_itself(),
        })
    }
}

/// As JOSE calls it (RFC 7518 3.1).
fn name(algorithm: &CoreJwsSigningAlgorithm) -> String {
    serde_json::to_value(algorithm)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
