//! The other side of an application link: signs calls by RFC 5849, written anew here, so that the
//! stand-ins are not checked against themselves.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_sandbox::ConsumerSeed;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, RequestBuilder};
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::{Generate as _, PrivateKey};
use sha1::Sha1;

use crate::client;

/// Made once for each process of tests: it takes a while.
static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::try_generate().unwrap());

/// The second that the clocks of these tests stand at.
pub(crate) const NOW: i64 = 1_795_428_000;

/// Who signs, and what he says of it.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) consumer: &'static str,
    /// The name of the signature's method.
    pub(crate) method: &'static str,
    /// Unix seconds.
    pub(crate) seconds: i64,
    /// `None`: a new one for each call.
    pub(crate) nonce: Option<&'static str>,
    pub(crate) user_agent: &'static str,
}

pub(crate) fn public_key() -> String {
    KEY.to_public_key().to_public_key_pem(LineEnding::LF).unwrap()
}

/// The product's half of [`Link::new`].
pub(crate) fn consumer() -> ConsumerSeed {
    ConsumerSeed {
        key: "gate".to_owned(),
        public_key: public_key(),
        may_impersonate: true,
        executes_as: None,
    }
}

fn encode(text: &str) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, PLAIN).to_string()
}

impl Link {
    pub(crate) fn new() -> Self {
        let (consumer, method) = ("gate", "RSA-SHA1");
        Self { consumer, method, seconds: NOW, nonce: None, user_agent: "test" }
    }

    /// A call to that URL, which has no query, as somebody; as nobody in particular where the name
    /// is `None`.
    pub(crate) fn call(&self, method: Method, url: &str, user: Option<&str>) -> RequestBuilder {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let new = format!("n{}", CALLS.fetch_add(1, Ordering::Relaxed));
        let nonce = self.nonce.map_or(new, str::to_owned);
        let protocol = [
            ("oauth_consumer_key", self.consumer.to_owned()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", self.method.to_owned()),
            ("oauth_timestamp", self.seconds.to_string()),
            ("oauth_token", String::new()),
            ("oauth_version", "1.0".to_owned()),
        ];
        // Sorted by name, and `x` comes after `o`.
        let query = user.map(|name| format!("xoauth_requestor_id={}", encode(name)));
        let pairs = protocol.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let pairs: Vec<String> = pairs.chain(query.clone()).collect();
        let text = format!("{method}&{}&{}", encode(url), encode(&pairs.join("&")));
        let signature = STANDARD.encode(KEY.pkcs1v15_sign::<Sha1>(text.as_bytes()).unwrap());
        let lines = protocol.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value)));
        let mut lines: Vec<String> = lines.collect();
        lines.push(format!("oauth_signature=\"{}\"", encode(&signature)));
        let target = query.map_or_else(|| url.to_owned(), |query| format!("{url}?{query}"));
        client()
            .request(method, target)
            .header("authorization", format!("OAuth {}", lines.join(", ")))
            .header("user-agent", self.user_agent)
    }
}
