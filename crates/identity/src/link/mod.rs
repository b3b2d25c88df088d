//! An application link: OAuth 1.0a, two-legged, with impersonation.
//!
//! The product knows a consumer by its key and takes its calls for whoever `xoauth_requestor_id`
//! names (facts A1). Its dangers, and what is done about each:
//!
//! - A name that the product does not know makes the call nobody's, and not a refused one. So
//!   every answer must say for whom it was taken.
//! - The first `xoauth_requestor_id` counts. Ours stands first, and the gate refuses those that
//!   callers send.
//! - It may do whatever that user may, without a password for administrators. So it only ever
//!   asks who somebody is, makes and deletes his native tokens, and opens sessions where there are
//!   no such tokens; no request of a caller is signed.

mod base_string;
mod key;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_http_client::Answer;
use gatepass_model::target::percent_encoded;
use gatepass_model::{Clock, Username};
use gatepass_vault::Entropy;

pub use key::{LinkKey, LinkKeyError, NoKey};

use base_string::base_string;

/// Whom the product shall take a call for.
const REQUESTOR: &str = "xoauth_requestor_id";

/// An application link of one instance.
pub struct ApplicationLink {
    consumer_key: String,
    key: LinkKey,
    /// Scheme, host and port as the product sees them, and the context path.
    signed_url: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    opens_sessions: bool,
}

/// What is sent for a signed call.
pub(crate) struct SignedCall {
    /// The part of the address below the base URL.
    pub(crate) path_and_query: String,
    /// The value of `Authorization`.
    pub(crate) authorization: String,
}

impl ApplicationLink {
    /// By `consumer_key`, as it was entered in the product. `signed_url` is the base URL as the
    /// product sees it, without a slash at its end: what Tomcat makes of its connector's `scheme`,
    /// `proxyName` and `proxyPort`, or else of the `Host` that comes in.
    pub fn new(
        consumer_key: String,
        key: LinkKey,
        signed_url: String,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { consumer_key, key, signed_url, clock, entropy, opens_sessions: false }
    }

    /// For a product that knows no native tokens: sessions are opened by it.
    #[must_use]
    pub fn for_sessions(self) -> Self {
        Self { opens_sessions: true, ..self }
    }

    /// Whether sessions are opened by it, rather than native tokens made.
    pub const fn opens_sessions(&self) -> bool {
        self.opens_sessions
    }

    /// Signs a call as `user`. `path` is that below the base URL, in the bytes that will be sent;
    /// `query` are names and values. `None` where the system has no randomness.
    pub(crate) fn sign(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        user: &Username,
    ) -> Option<SignedCall> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        // First: of several the first one counts.
        let query: Vec<(String, String)> = std::iter::once((REQUESTOR, user.as_str()))
            .chain(query.iter().copied())
            .map(owned)
            .collect();
        let mut nonce = [0; 16];
        self.entropy.fill(&mut nonce).ok()?;
        let seconds = self.clock.now().as_millis().div_euclid(1000);
        let protocol: Vec<(String, String)> = [
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", &format!("{:032x}", u128::from_be_bytes(nonce))),
            ("oauth_signature_method", "RSA-SHA1"),
            ("oauth_timestamp", &seconds.to_string()),
            // Empty, and there: without it the call would be no attempt to sign in, but nobody's.
            ("oauth_token", ""),
            ("oauth_version", "1.0"),
        ]
        .map(owned)
        .into();
        let all: Vec<(String, String)> = query.iter().chain(&protocol).cloned().collect();
        let text = base_string(method, &format!("{}{path}", self.signed_url), &all);
        let signature = STANDARD.encode(self.key.sign(&text)?);
        let written =
            |(name, value): &(String, String)| format!("{name}=\"{}\"", percent_encoded(value));
        let mut lines: Vec<String> = protocol.iter().map(written).collect();
        lines.push(written(&("oauth_signature".to_owned(), signature)));
        let pair = |(name, value): &(String, String)| {
            format!("{}={}", percent_encoded(name), percent_encoded(value))
        };
        let pairs: Vec<String> = query.iter().map(pair).collect();
        Some(SignedCall {
            path_and_query: format!("{path}?{}", pairs.join("&")),
            authorization: format!("OAuth {}", lines.join(", ")),
        })
    }
}

impl std::fmt::Debug for ApplicationLink {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ApplicationLink")
            .field("consumer_key", &self.consumer_key)
            .field("signed_url", &self.signed_url)
            .finish_non_exhaustive()
    }
}

/// What is wrong with the link, in the words of the protocol (`signature_invalid`,
/// `consumer_key_unknown`, …: OAuth Problem Reporting), where an answer says it.
pub(crate) fn problem(answer: &Answer) -> Option<String> {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let in_one = |challenge: &[u8]| {
        let challenge = String::from_utf8_lossy(challenge);
        let rest = challenge.split_once("oauth_problem=")?.1.trim_start_matches('"');
        let problem: String = rest.chars().take_while(is_part).take(100).collect();
        (!problem.is_empty()).then_some(problem)
    };
    answer.header_values("www-authenticate").find_map(in_one)
}
