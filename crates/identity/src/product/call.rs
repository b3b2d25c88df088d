//! One call of a product's REST API, as somebody.

use gatepass_http_client::Answer;
use gatepass_model::target::percent_encoded;

use super::{AskError, Asker};
use crate::link;
use crate::prover::Upstream;

/// What is asked.
pub(super) enum Verb {
    Get,
    /// With a JSON document.
    Post(String),
    Delete,
}

impl Verb {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post(_) => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Asks, once. `path` stands below the base URL, in the bytes that are sent; `query` are names and
/// values. Any status is an answer, but those of a link that the product refuses, and what it did
/// for somebody else than the link was to stand for.
pub(super) async fn call(
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
        Verb::Delete => upstream.client.delete(&url, &headers).await?,
    };
    if let Asker::Impersonation { user, .. } = asker {
        if let Some(problem) = link::problem(&answer) {
            return Err(AskError::LinkRefused(problem));
        }
        // Nobody's: that is an answer too, of which nothing is believed but that.
        if answer.status() != 401 && !link::names_user(upstream.product, &answer, user) {
            return Err(AskError::Mistaken);
        }
    }
    Ok(answer)
}

fn plain(path: &str, query: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", percent_encoded(value));
    let pairs: Vec<String> = query.iter().map(pair).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
