//! An `OpenID` provider at which people sign in.
//!
//! A sign-in is the authorization code flow with PKCE (RFC 7636): [`OpenIdDesk::begin`] gives the
//! address at the provider, [`OpenIdDesk::finish`] takes what the browser came back with for a
//! person. What the provider says of itself and its keys is kept for a while (`provider`); a code
//! becomes an ID token that is believed (`token`), and the claims become an account (`claims`).
//! Everything is read as a whole or not at all: where anything is not as it must be, nobody is
//! signed in, and nothing follows about anybody.
//!
//! The crate `openidconnect` has the protocol; it asks by our own client (`line`).

mod claims;
mod examine;
mod line;
mod problem;
mod provider;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gatepass_http_client::Client;
use gatepass_model::{Clock, Lifetime, Timestamp};
use gatepass_vault::SecretText;
use openidconnect::core::{CoreAuthPrompt, CoreClient, CoreResponseType};
use openidconnect::{
    AuthenticationFlow, ClientId, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
};

pub use examine::OpenIdExamined;
pub use problem::{OpenIdProblem, UnusableOpenId};

use crate::product::Account;
use line::HttpLine;
use provider::Provider;

/// So far two clocks may be apart.
const SKEW: Lifetime = Lifetime::from_seconds(60);

/// The claims by which people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// The username.
    pub username: String,
    /// What people call somebody.
    pub display_name: String,
    /// The e-mail address.
    pub email: String,
    /// The names of the groups.
    pub groups: String,
    /// Whether these must be told, be it that there are none: the address at the provider goes through
    /// the person's browser, who could ask for less.
    pub groups_required: bool,
}

/// Everything that an [`OpenIdDesk`] is told.
pub struct OpenIdSettings {
    /// The provider, exactly as it calls itself.
    pub issuer: String,
    /// What it knows the console by.
    pub client_id: String,
    /// By what the console proves itself; `None`: it is a public client.
    pub client_secret: Option<SecretText>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// By which claims people are told.
    pub claims: ClaimNames,
    /// What asks the provider.
    pub client: Client,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
}

/// A sign-in on its way. Who begins it keeps all of this until it comes back.
#[derive(Clone, Copy)]
pub struct OpenIdAttempt<'a> {
    /// Where the provider sends the browser back to; it must be known there.
    pub redirect_uri: &'a str,
    /// What comes back with the browser.
    pub state: &'a str,
    /// What comes back in the ID token.
    pub nonce: &'a str,
    /// What proves that the code is asked for by who began: 43 to 128 characters (RFC 7636 4.1).
    pub verifier: &'a str,
    /// Since when the person must have proved anew who he is; `None`: whenever it was.
    pub anew_since: Option<Timestamp>,
}

/// What a browser came back with.
#[derive(Clone, Copy)]
pub struct OpenIdAnswer<'a> {
    /// The code.
    pub code: &'a str,
    /// Which provider says that it sent it (RFC 9207), where one does.
    pub issuer: Option<&'a str>,
}

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdPerson {
    /// As the provider tells of him. He is active: others can't sign in.
    pub account: Account,
    /// When he proved to the provider who he is, where that is told.
    pub proved_at: Option<Timestamp>,
}

/// Lets people sign in at a provider. Shared; it keeps what the provider says of itself.
pub struct OpenIdDesk {
    settings: OpenIdSettings,
    issuer: IssuerUrl,
    line: HttpLine,
    provider: Provider,
}

impl OpenIdDesk {
    /// What each [`native_key`](Account::native_key) of such a directory begins with.
    pub const KEY_PREFIX: &'static str = "openid:";

    /// Connects to nobody.
    pub fn new(settings: OpenIdSettings) -> Result<Self, UnusableOpenId> {
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| UnusableOpenId::NoUrl(error.to_string()))?;
        let line = HttpLine::new(settings.client.clone());
        Ok(Self { settings, issuer, line, provider: Provider::default() })
    }

    /// What this directory's native keys begin with: a subject of another provider is another one.
    pub fn key_prefix(&self) -> String {
        format!("{}{} ", Self::KEY_PREFIX, self.settings.issuer)
    }

    /// The address at the provider to which a browser is sent to sign in.
    pub async fn begin(&self, attempt: &OpenIdAttempt<'_>) -> Result<String, OpenIdProblem> {
        let known = self.known().await?;
        let nonsense = |error: openidconnect::url::ParseError| {
            OpenIdProblem::Nonsense(format!("the address to come back to is none: {error}"))
        };
        if !(43..=128).contains(&attempt.verifier.len()) {
            return Err(OpenIdProblem::Nonsense("the verifier has a wrong length".to_owned()));
        }
        let client = CoreClient::new(self.client_id(), self.issuer.clone(), known.keys.clone())
            .set_auth_uri(known.metadata.authorization_endpoint().clone())
            .set_redirect_uri(RedirectUrl::new(attempt.redirect_uri.to_owned()).map_err(nonsense)?);
        let verifier = PkceCodeVerifier::new(attempt.verifier.to_owned());
        let (state, nonce) = (attempt.state.to_owned(), attempt.nonce.to_owned());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if attempt.anew_since.is_some() {
            // The first asks for it; the second has the provider say when it was (Core 3.1.2.1).
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0.into())
    }

    /// Who came back: the code is used up by that, whatever comes of it.
    pub async fn finish(
        &self,
        attempt: &OpenIdAttempt<'_>,
        answer: OpenIdAnswer<'_>,
    ) -> Result<OpenIdPerson, OpenIdProblem> {
        let known = self.known().await?;
        // Before the code is shown to anybody: it may be another provider's (RFC 9207 2.4).
        match answer.issuer {
            Some(issuer) if issuer != self.issuer.as_str() => {
                return Err(OpenIdProblem::OtherIssuer(problem::said(issuer)));
            }
            None if known.names_itself() => {
                return Err(OpenIdProblem::OtherIssuer("nobody".to_owned()));
            }
            _ => {}
        }
        let tokens = self.exchange(&known, attempt, answer.code).await?;
        let proven = self.believe(&known, attempt, &tokens).await?;
        let told = self.all_claims(&known, proven.claims, &tokens).await?;
        let account = told.account(&self.settings.claims, &self.key_prefix(), &proven.subject)?;
        Ok(OpenIdPerson { account, proved_at: proven.proved_at })
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }
}

impl fmt::Debug for OpenIdDesk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("OpenIdDesk")
            .field("issuer", &self.settings.issuer)
            .field("client_id", &self.settings.client_id)
            .finish_non_exhaustive()
    }
}
