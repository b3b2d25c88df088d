//! Assertions: JWTs (RFC 7519) by which a product can check that it was the gate that named somebody.
//! Signed by Ed25519 (RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use gatepass_model::Timestamp;
use serde_json::json;

use crate::keyring::{Key, KeyPurpose, KeyRing};
use crate::mac::Encoder;

/// What signs assertions. It is derived from a key of rows' MACs, so each node of a store has the same,
/// and there is nothing more to keep. Its memory is wiped when it is dropped; prints nothing of it.
pub struct AssertionKey {
    id: u32,
    key: SigningKey,
}

/// What an assertion says.
#[derive(Clone, Copy, Debug)]
pub struct AssertionClaims<'a> {
    /// Who says it.
    pub issuer: &'a str,
    /// To whom.
    pub audience: &'a str,
    /// As whom the call is to be taken.
    pub subject: &'a str,
    /// The handle of the token that the call came with; `None` for a question of the gate's own.
    pub token: Option<&'a str>,
    /// Now, in whole seconds.
    pub issued_at: Timestamp,
}

/// How long an assertion is good, in seconds.
const GOOD_SECONDS: i64 = 60;

impl AssertionKey {
    /// The one to sign with.
    pub fn newest(ring: &KeyRing) -> Self {
        Self::derive(ring.newest(KeyPurpose::Mac))
    }

    /// All whose assertions are good: the one to sign with, the one that is to come, older ones.
    pub fn all(ring: &KeyRing) -> Vec<Self> {
        let others = ring.others(KeyPurpose::Mac).map(Self::derive);
        std::iter::once(Self::newest(ring)).chain(others).collect()
    }

    fn derive(key: &Key) -> Self {
        let seed = zeroize::Zeroizing::new(Encoder::new(key, b"assertion:1").tag());
        Self { id: key.id(), key: SigningKey::from_bytes(&seed) }
    }

    /// A JWT.
    pub fn sign(&self, claims: &AssertionClaims<'_>) -> String {
        let issued_at = claims.issued_at.as_millis().div_euclid(1000);
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.id.to_string() });
        let mut body = json!({
            "iss": claims.issuer,
            "aud": claims.audience,
            "sub": claims.subject,
            "iat": issued_at,
            "exp": issued_at.saturating_add(GOOD_SECONDS),
        });
        if let (Some(token), Some(body)) = (claims.token, body.as_object_mut()) {
            body.insert("token".to_owned(), token.into());
        }
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(body.to_string(), &mut text);
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        text
    }

    /// Its public half as a JWK (RFC 8037 2), by which whoever got an assertion can check it.
    pub fn to_jwk(&self) -> serde_json::Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": self.id.to_string(),
            "x": URL_SAFE_NO_PAD.encode(self.key.verifying_key().to_bytes()),
        })
    }
}

impl std::fmt::Debug for AssertionKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "AssertionKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use serde_json::Value;

    use super::*;
    use crate::SystemEntropy;

    fn part(text: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_says_who_and_is_checked_by_the_published_key() {
        let ring = KeyRing::generate(&SystemEntropy).unwrap();
        let key = AssertionKey::newest(&ring);
        let claims = AssertionClaims {
            issuer: "gatepass",
            audience: "jira",
            subject: "jörg \"x\"",
            token: Some("tok_1"),
            issued_at: Timestamp::from_millis(1_800_000_000_999),
        };
        let text = key.sign(&claims);
        let parts: Vec<&str> = text.split('.').collect();
        assert_eq!(part(parts[0]), json!({ "alg": "EdDSA", "typ": "JWT", "kid": "3" }));
        assert_eq!(
            part(parts[1]),
            json!({
                "iss": "gatepass", "aud": "jira", "sub": "jörg \"x\"", "token": "tok_1",
                "iat": 1_800_000_000, "exp": 1_800_000_060,
            })
        );
        let jwk = AssertionKey::all(&ring)[0].to_jwk();
        let x: [u8; 32] =
            URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap().try_into().unwrap();
        let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        let signed = format!("{}.{}", parts[0], parts[1]);
        let public = VerifyingKey::from_bytes(&x).unwrap();
        assert!(public.verify(signed.as_bytes(), &signature).is_ok());
        assert!(public.verify(format!("{signed}x").as_bytes(), &signature).is_err());
        let other = KeyRing::generate(&SystemEntropy).unwrap();
        assert_ne!(AssertionKey::newest(&other).to_jwk(), jwk);
        assert_eq!(format!("{key:?}"), "AssertionKey(3)");
        let silent = key.sign(&AssertionClaims { token: None, ..claims });
        assert!(part(silent.split('.').nth(1).unwrap()).get("token").is_none());
    }
}
