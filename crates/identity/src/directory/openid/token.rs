//! From a code to an ID token that is believed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepass_model::{Lifetime, Timestamp};
use openidconnect::core::{
    CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientSecret, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, RedirectUrl, SignatureVerificationError,
    TokenResponse as _,
};

use super::claims::Claims;
use super::provider::Known;
use super::{OpenIdAttempt, OpenIdDesk, OpenIdProblem, SKEW};

/// What an ID token may be signed by. Never by nothing, and never by the client's own secret: who
/// knows that could say who somebody is.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// An ID token is issued for this code, just now: one that is older was kept by somebody.
const OLDEST: Lifetime = Lifetime::from_seconds(600);

/// What an ID token says that is believed.
pub(super) struct Proven {
    pub(super) subject: String,
    pub(super) claims: Claims,
    pub(super) proved_at: Option<Timestamp>,
}

impl OpenIdDesk {
    /// Shows the code to the provider.
    pub(super) async fn exchange(
        &self,
        known: &Known,
        attempt: &OpenIdAttempt<'_>,
        code: &str,
    ) -> Result<CoreTokenResponse, OpenIdProblem> {
        let unfit = |words: String| OpenIdProblem::Unfit(words);
        let token = known.metadata.token_endpoint().cloned();
        let token = token.ok_or_else(|| unfit("no token_endpoint".to_owned()))?;
        let redirect = RedirectUrl::new(attempt.redirect_uri.to_owned())
            .map_err(|error| OpenIdProblem::Nonsense(error.to_string()))?;
        let mut client = CoreClient::new(self.client_id(), self.issuer.clone(), known.keys.clone())
            .set_token_uri(token)
            .set_redirect_uri(redirect);
        if let Some(secret) = &self.settings.client_secret {
            client = client
                .set_client_secret(ClientSecret::new(secret.expose().to_owned()))
                .set_auth_type(secret_goes_in(known));
        }
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.to_owned()));
        Ok(request.request_async(&self.line).await?)
    }

    /// Checks the ID token (`OpenID` Connect Core 3.1.3.7). A key that is not known may be a new one.
    pub(super) async fn believe(
        &self,
        known: &Known,
        attempt: &OpenIdAttempt<'_>,
        tokens: &CoreTokenResponse,
    ) -> Result<Proven, OpenIdProblem> {
        let missing = || OpenIdProblem::NotBelieved("there is none".to_owned());
        let id_token = tokens.id_token().ok_or_else(missing)?;
        match self.verify(known, attempt, tokens, id_token) {
            Err(Distrust::UnknownKey(words)) => match self.with_keys_anew().await? {
                Some(anew) => self.verify(&anew, attempt, tokens, id_token).map_err(Into::into),
                None => Err(OpenIdProblem::NotBelieved(words)),
            },
            answer => answer.map_err(Into::into),
        }
    }

    fn verify(
        &self,
        known: &Known,
        attempt: &OpenIdAttempt<'_>,
        tokens: &CoreTokenResponse,
        id_token: &CoreIdToken,
    ) -> Result<Proven, Distrust> {
        let now = self.settings.clock.now();
        let verifier = CoreIdTokenVerifier::new_public_client(
            self.client_id(),
            self.issuer.clone(),
            known.keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || system_time(now.minus(SKEW)).into())
        .set_issue_time_verifier_fn(move |issued| {
            let issued = Timestamp::from_millis(issued.timestamp_millis());
            if issued > now.plus(SKEW) || issued < now.minus(OLDEST) {
                return Err("it was not issued just now".to_owned());
            }
            Ok(())
        });
        let nonce = Nonce::new(attempt.nonce.to_owned());
        let claims = id_token.claims(&verifier, &nonce)?;
        let distrust = |words: &str| Distrust::Other(OpenIdProblem::NotBelieved(words.to_owned()));
        if claims.authorized_party().is_some_and(|party| **party != self.settings.client_id) {
            return Err(distrust("it is for another client (azp)"));
        }
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier).map_err(OpenIdProblem::from)?;
            let algorithm = id_token.signing_alg().map_err(OpenIdProblem::from)?;
            let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if hash.ok().as_ref() != Some(expected) {
                return Err(distrust("it came with another access token (at_hash)"));
            }
        }
        let proved_at = proved_at(claims, attempt, now)?;
        let subject = claims.subject().to_string();
        // Core 2: at most 255 characters of ASCII.
        let is_plain = subject.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control());
        if subject.is_empty() || subject.len() > 255 || !is_plain {
            return Err(distrust("its subject (sub) is none"));
        }
        let claims = payload(id_token).ok_or_else(|| distrust("its claims can't be read"))?;
        Ok(Proven { subject, claims, proved_at })
    }
}

/// Why an ID token is not believed, as far as it is treated differently.
enum Distrust {
    UnknownKey(String),
    Other(OpenIdProblem),
}

impl From<OpenIdProblem> for Distrust {
    fn from(problem: OpenIdProblem) -> Self {
        Self::Other(problem)
    }
}

impl From<Distrust> for OpenIdProblem {
    fn from(distrust: Distrust) -> Self {
        match distrust {
            Distrust::UnknownKey(words) => Self::NotBelieved(words),
            Distrust::Other(problem) => problem,
        }
    }
}

impl From<ClaimsVerificationError> for Distrust {
    fn from(error: ClaimsVerificationError) -> Self {
        use SignatureVerificationError::{CryptoError, NoMatchingKey};
        match error {
            // Where keys have no id, a new one shows by a signature that is wrong.
            ClaimsVerificationError::SignatureVerification(
                error @ (NoMatchingKey | CryptoError(_)),
            ) => Self::UnknownKey(error.to_string()),
            error => Self::Other(error.into()),
        }
    }
}

/// When he proved who he is; it must be told, and be new, where that was asked for.
fn proved_at(
    claims: &CoreIdTokenClaims,
    attempt: &OpenIdAttempt<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, OpenIdProblem> {
    let told = claims.auth_time().map(|at| Timestamp::from_millis(at.timestamp_millis()));
    let told = told.map(|at| at.min(now));
    let not_anew = |words: &str| Err(OpenIdProblem::NotAnew(words.to_owned()));
    match (attempt.anew_since, told) {
        (Some(_), None) => not_anew("auth_time is missing"),
        (Some(since), Some(at)) if at < since.minus(SKEW) => not_anew("auth_time is of before"),
        (_, told) => Ok(told),
    }
}

/// Whether the secret goes in a header, as it should (RFC 6749 2.3.1), or in the form.
fn secret_goes_in(known: &Known) -> AuthType {
    let methods = known.metadata.token_endpoint_auth_methods_supported();
    let has = |method| methods.is_some_and(|all| all.contains(&method));
    let only_post = has(CoreClientAuthMethod::ClientSecretPost)
        && !has(CoreClientAuthMethod::ClientSecretBasic);
    if only_post { AuthType::RequestBody } else { AuthType::BasicAuth }
}

/// All claims of an ID token whose signature was checked: the second of its three parts (RFC 7515 3.1).
fn payload(id_token: &CoreIdToken) -> Option<Claims> {
    let text = id_token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or_default())
}
