//! One call of a product's REST API, as somebody.

use gatepass_http_client::Answer;
use gatepass_model::Product;
use gatepass_model::target::percent_encoded;
use gatepass_profiles::ClaimedUser;

use super::claimed::claimed_user;
use super::{AskError, Asker};
use crate::link;
use crate::prover::Upstream;

/// What is asked.
pub(super) enum Verb {
    Get,
    /// With a JSON document.
    Post(String),
    /// With a JSON document.
    Put(String),
    Delete,
}

impl Verb {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post(_) => "POST",
            Self::Put(_) => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Asks, once. `path` stands below the base URL, in the bytes that are sent; `query` are names and
/// values. Any status is an answer, but those of a link that the product refuses, and what it did
/// for nobody or somebody else than the link was to stand for.
pub(super) async fn call(
    upstream: &Upstream,
    asker: Asker<'_>,
    verb: Verb,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Answer, AskError> {
    let answer = send(upstream, asker, verb, path, query).await?;
    if is_nobodys(asker, upstream.product, &answer)? { Err(AskError::Nobody) } else { Ok(answer) }
}

/// The same, but whom it was done for is for the caller to see.
pub(super) async fn send(
    upstream: &Upstream,
    asker: Asker<'_>,
    verb: Verb,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Answer, AskError> {
    let (below, name, value) = match asker {
        Asker::Session(cookie) => (plain(path, query), "Cookie", cookie.to_vec()),
        Asker::Credential(credential) => {
            let (name, value) = credential.header();
            (plain(path, query), name, value.to_vec())
        }
        Asker::Impersonation { link, user } => {
            let signed = link.sign(verb.as_str(), path, query, user);
            let signed = signed.ok_or(AskError::Unsigned)?;
            (signed.path_and_query, "Authorization", signed.authorization.into_bytes())
        }
    };
    let value = zeroize::Zeroizing::new(value);
    let url = format!("{}{below}", upstream.base_url);
    let identity = (name, value.as_slice());
    // What changes something must not look like a form of another site.
    let headers: [(&str, &[u8]); 2] = [identity, ("X-Atlassian-Token", b"no-check")];
    let answer = match verb {
        Verb::Get => upstream.client.get_json(&url, &[identity]).await?,
        Verb::Post(body) => upstream.client.post_json(&url, &headers, body).await?,
        Verb::Put(body) => upstream.client.put_json(&url, &headers, body).await?,
        Verb::Delete => upstream.client.delete(&url, &headers).await?,
    };
    if let Asker::Impersonation { .. } = asker
        && let Some(problem) = link::problem(&answer)
    {
        return Err(AskError::LinkRefused(problem));
    }
    Ok(answer)
}

/// Whether a signed call was taken for nobody, as one with a name that the product does not know;
/// [`AskError::Mistaken`] where it was not taken for whom it was to stand for. Of other calls nothing
/// is said.
pub(super) fn is_nobodys(
    asker: Asker<'_>,
    product: Product,
    answer: &Answer,
) -> Result<bool, AskError> {
    let Asker::Impersonation { user, .. } = asker else { return Ok(false) };
    match claimed_user(product, answer) {
        Ok(Some(ClaimedUser::Somebody(name))) if user.is_same_as(&name) => Ok(false),
        Ok(Some(ClaimedUser::Nobody)) => Ok(true),
        Ok(None) if answer.status() == 401 => Ok(true),
        Ok(_) | Err(_) => Err(AskError::Mistaken),
    }
}

fn plain(path: &str, query: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", percent_encoded(value));
    let pairs: Vec<String> = query.iter().map(pair).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
