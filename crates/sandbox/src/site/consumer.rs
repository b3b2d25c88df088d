//! Application links: calls signed by OAuth 1.0a, two-legged, with or without impersonation
//! (fact A1).

use std::collections::{HashMap, HashSet};

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rsa::PublicKey;
use rsa::pkcs8::DecodePublicKey as _;
use sha1::Sha1;

use super::auth::Caller;
use super::params::Params;
use super::seen::Identified;
use super::settings::AfterSignedCall;
use super::shared::Site;

/// How far a timestamp may lie from now, in seconds.
const WINDOW: i64 = 300;
/// All of these make a call an attempt.
const WANTED: [&str; 6] = [
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
];
/// RFC 3986 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The incoming half of an application link, as an administrator enters it.
#[derive(Clone, Debug)]
pub struct ConsumerSeed {
    /// The consumer key.
    pub key: String,
    /// The public key, in PEM, as `SubjectPublicKeyInfo`.
    pub public_key: String,
    /// "Allow user impersonation through 2-Legged OAuth".
    pub may_impersonate: bool,
    /// "Execute as", when 2-Legged OAuth is allowed without naming anybody.
    pub executes_as: Option<String>,
}

/// The links that there are, and what was signed by them lately.
#[derive(Default)]
pub(crate) struct Consumers {
    by_key: HashMap<String, (ConsumerSeed, PublicKey)>,
    nonces: HashSet<(String, i64, String)>,
}

/// What a call shows that was signed.
#[derive(Debug)]
pub(crate) struct Attempt {
    method: String,
    /// Scheme, host and port as Tomcat sees them, and the path as it came.
    url: String,
    /// All parameters, decoded, but the signature.
    signed: Vec<(String, String)>,
    protocol: HashMap<String, String>,
    requestor: Option<String>,
}

impl Consumers {
    /// Puts one there, or in the place of the one with its key; false where its public key is none.
    pub(crate) fn put(&mut self, seed: ConsumerSeed) -> bool {
        let Ok(key) = PublicKey::from_public_key_pem(&seed.public_key) else { return false };
        self.by_key.insert(seed.key.clone(), (seed, key));
        true
    }

    /// Takes one away; false when there is none.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        self.by_key.remove(key).is_some()
    }
}

impl Attempt {
    /// Reads it; `None` where a call is none. `origin` is scheme, host and port.
    pub(crate) fn read(parts: &Parts, params: &Params, origin: &str) -> Option<Self> {
        if is_bypassed(parts) {
            return None;
        }
        let value = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let mut protocol = value.map(of_header).unwrap_or_default();
        let mut signed: Vec<(String, String)> = protocol.clone();
        for (name, value) in params.pairs() {
            signed.push((name.clone(), value.clone()));
            if name.starts_with("oauth_") {
                protocol.push((name.clone(), value.clone()));
            }
        }
        signed.retain(|(name, _)| name != "oauth_signature");
        let protocol: HashMap<String, String> = protocol.into_iter().collect();
        let is_attempt = WANTED.iter().all(|name| protocol.contains_key(*name))
            && protocol.get("oauth_token").is_some_and(String::is_empty);
        is_attempt.then(|| Self {
            method: parts.method.to_string(),
            url: format!("{origin}{}", parts.uri.path()),
            signed,
            protocol,
            requestor: params.first("xoauth_requestor_id").map(str::to_owned),
        })
    }

    fn get(&self, name: &str) -> &str {
        self.protocol.get(name).map_or("", String::as_str)
    }

    /// RFC 5849 3.4.1.
    fn base_string(&self) -> String {
        let mut pairs: Vec<(String, String)> =
            self.signed.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| name + "=" + &value).collect();
        [self.method.clone(), encode(&self.url), encode(&pairs.join("&"))].join("&")
    }
}

impl Site {
    /// The session that comes with the answer.
    fn after_signed_call(&mut self, username: &str) -> Option<String> {
        match self.after_signed_calls {
            AfterSignedCall::Nothing => None,
            AfterSignedCall::Cookie => {
                let ended = self.open_session(username);
                self.sessions.remove(&ended);
                Some(ended)
            }
            AfterSignedCall::Session => Some(self.open_session(username)),
        }
    }

    /// Whom a signed call is taken for, or why it is refused.
    pub(crate) fn identify_consumer(
        &mut self,
        attempt: &Attempt,
        now: i64,
    ) -> Result<Caller, &'static str> {
        let (consumer, key) = self
            .consumers
            .by_key
            .get(attempt.get("oauth_consumer_key"))
            .cloned()
            .ok_or("consumer_key_unknown")?;
        if attempt.get("oauth_signature_method") != "RSA-SHA1" {
            return Err("signature_method_rejected");
        }
        let seconds: i64 =
            attempt.get("oauth_timestamp").parse().map_err(|_| "timestamp_refused")?;
        if (now.div_euclid(1000) - seconds).abs() > WINDOW {
            return Err("timestamp_refused");
        }
        let nonce = (consumer.key.clone(), seconds, attempt.get("oauth_nonce").to_owned());
        if !self.consumers.nonces.insert(nonce) {
            return Err("nonce_used");
        }
        let signature = STANDARD.decode(attempt.get("oauth_signature")).unwrap_or_default();
        let text = attempt.base_string();
        let is_right = key.pkcs1v15_verify::<Sha1>(text.as_bytes(), &signature).is_ok();
        if !is_right {
            return Err("signature_invalid");
        }
        let name = match (&attempt.requestor, consumer.executes_as) {
            (Some(name), _) if consumer.may_impersonate => name.to_lowercase(),
            (None, Some(name)) => name.to_lowercase(),
            _ => return Err("permission_denied"),
        };
        match self.people.get(&name).map(|person| person.account.active) {
            Some(true) => {
                let session = self.after_signed_call(&name);
                Ok(Caller::of(name, Identified::ApplicationLink, session))
            }
            Some(false) => Err("permission_denied"),
            // Bad habit (fact A1.1): a name that nobody has makes the call nobody's.
            None => Ok(Caller::nobody()),
        }
    }
}

/// Bad habit (fact 0.4): for these the filter is not there.
fn is_bypassed(parts: &Parts) -> bool {
    let agent = parts.headers.get("user-agent").and_then(|value| value.to_str().ok());
    agent.is_some_and(|agent| {
        agent.contains("Microsoft-WebDAV-MiniRedir") || agent.contains("WebDAVFS")
    })
}

/// `OAuth a="b", c="d"`.
fn of_header(value: &str) -> Vec<(String, String)> {
    let Some((scheme, rest)) = value.trim().split_once(' ') else { return Vec::new() };
    if !scheme.eq_ignore_ascii_case("OAuth") {
        return Vec::new();
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let one = |pair: &str| {
        let (name, value) = pair.trim().split_once('=')?;
        (name != "realm").then(|| (decode(name), decode(value.trim_matches('"'))))
    };
    rest.split(',').filter_map(one).collect()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
