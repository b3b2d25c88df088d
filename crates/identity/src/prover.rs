//! Asks a product for whom it takes a credential.

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_http_client::{Answer, Client, ClientError};
use gatepass_model::{Clock, IdentityMethod, InstanceName, Product};
use gatepass_profiles::{ClaimedUser, Profile, profile};
use serde::Deserialize;

use crate::asserter::Asserter;
use crate::credential::{ExpectedUser, ReadyCredential};

/// Where an instance is asked, and by whom.
#[derive(Clone)]
pub struct Upstream {
    /// What stands there.
    pub product: Product,
    /// `http://host:port/context`, without a slash at its end.
    pub base_url: String,
    /// What asks: it trusts what the gate trusts there.
    pub client: Client,
    /// What signs beside a trusted header, and the clock for it.
    pub asserter: Option<(Asserter, Arc<dyn Clock>)>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Upstream")
            .field("product", &self.product)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Upstream {
    /// What goes up beside a trusted header, where the product wants that signed: name and value.
    fn assertion_about(&self, credential: &ReadyCredential) -> Option<(String, String)> {
        let (asserter, clock) = self.asserter.as_ref()?;
        let ExpectedUser::Exactly(user) = credential.expected_user() else { return None };
        let is_trusted = credential.method() == IdentityMethod::TrustedHeader;
        is_trusted.then(|| (asserter.header.clone(), asserter.assert(user, None, clock.now())))
    }
}

/// Why a product did not say for whom it takes a credential.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// There is no such instance.
    #[error("there is no instance {0}")]
    UnknownInstance(InstanceName),
    /// It could not be asked.
    #[error(transparent)]
    Unasked(#[from] ClientError),
    /// It does not let the user sign in for now: after too many wrong passwords it wants a
    /// CAPTCHA solved.
    #[error("the product refuses the sign-in ({0}); sign in once in a browser")]
    Denied(String),
    /// It answered with this status, and not with what it answers to such a question.
    #[error("the product answered with status {0}; is base_url right?")]
    Unexpected(u16),
    /// It does not say, or header and body say different things.
    #[error("the product does not say for whom it took the call; is base_url right?")]
    Unsaid,
}

/// Asks products who they think we are: for `gatepass check`, before a credential is stored, and
/// after a surprise.
#[derive(Clone, Debug)]
pub struct Prover {
    upstreams: HashMap<InstanceName, Upstream>,
}

impl Prover {
    /// For these instances.
    pub fn new(upstreams: impl IntoIterator<Item = (InstanceName, Upstream)>) -> Self {
        Self { upstreams: upstreams.into_iter().collect() }
    }

    /// For whom the product takes `credential`, by one request. Whether that is right, says
    /// [`ExpectedUser::agrees_with`](crate::ExpectedUser::agrees_with).
    pub async fn prove(
        &self,
        instance: &InstanceName,
        credential: &ReadyCredential,
    ) -> Result<ClaimedUser, ProofError> {
        let Some(upstream) = self.upstreams.get(instance) else {
            return Err(ProofError::UnknownInstance(instance.clone()));
        };
        let url = format!("{}{}", upstream.base_url, question(upstream.product));
        let assertion = upstream.assertion_about(credential);
        let mut headers = vec![credential.header()];
        headers.extend(assertion.as_ref().map(|(name, value)| (name.as_str(), value.as_bytes())));
        let answer = upstream.client.get_json(&url, &headers).await?;
        understand(upstream.product, &answer)
    }
}

/// Something that every user may read, and that says who reads it. Bitbucket has no such thing
/// but its header.
pub(crate) const fn question(product: Product) -> &'static str {
    match product {
        Product::Jira => "/rest/api/2/myself",
        Product::Confluence => "/rest/api/user/current",
        Product::Bitbucket => "/rest/api/latest/application-properties",
    }
}

#[derive(Deserialize)]
struct Myself {
    #[serde(alias = "username")]
    name: Option<String>,
}

fn understand(product: Product, answer: &Answer) -> Result<ClaimedUser, ProofError> {
    if let Some(reason) = answer.header("x-authentication-denied-reason") {
        return Err(ProofError::Denied(String::from_utf8_lossy(reason).into_owned()));
    }
    // Two of them, and nobody knows which one counts.
    let header = match answer.header_count(Profile::USER_HEADER) {
        0 => None,
        1 => answer.header(Profile::USER_HEADER),
        _ => return Err(ProofError::Unsaid),
    };
    let header = header.map(|value| profile(product).user_from_header(value));
    match answer.status() {
        // A credential that counts for nothing leaves the call anonymous, and that is refused.
        401 => match header {
            None | Some(Some(ClaimedUser::Nobody)) => Ok(ClaimedUser::Nobody),
            Some(_) => Err(ProofError::Unsaid),
        },
        // So does Confluence where anonymous use is off.
        403 if header == Some(Some(ClaimedUser::Nobody)) => Ok(ClaimedUser::Nobody),
        200 => {
            let says = header.flatten().ok_or(ProofError::Unsaid)?;
            let body = answer.json::<Myself>().ok().and_then(|myself| myself.name);
            match (&says, body) {
                (ClaimedUser::Somebody(name), Some(body))
                    if name.to_lowercase() != body.to_lowercase() =>
                {
                    Err(ProofError::Unsaid)
                }
                _ => Ok(says),
            }
        }
        status => Err(ProofError::Unexpected(status)),
    }
}
