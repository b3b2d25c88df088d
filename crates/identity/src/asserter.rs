//! The signed half of a trusted header.

use std::sync::Arc;

use arc_swap::ArcSwap;
use gatepass_model::{Timestamp, TokenId, Username};
use gatepass_vault::{AssertionClaims, AssertionKey, KeyRing};

/// Says to one product, with a signature, as whom a call is to be taken.
#[derive(Clone, Debug)]
pub struct Asserter {
    /// The header that the assertion goes up in.
    pub header: String,
    /// Its `iss`.
    pub issuer: String,
    /// Its `aud`.
    pub audience: String,
    /// What signs it.
    pub key: SharedAssertionKey,
}

/// What signs, for all who do; another one once the keys were rotated.
#[derive(Clone, Debug)]
pub struct SharedAssertionKey(Arc<ArcSwap<AssertionKey>>);

impl SharedAssertionKey {
    /// Signs with the newest key of `ring`.
    pub fn newest(ring: &KeyRing) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(AssertionKey::newest(ring))))
    }

    /// From now on, with that of another ring.
    pub fn replace(&self, ring: &KeyRing) {
        self.0.store(Arc::new(AssertionKey::newest(ring)));
    }
}

impl Asserter {
    /// An assertion about `user`, for a call with this token; `None`: for a question of the gate's
    /// own.
    pub fn assert(&self, user: &Username, token: Option<TokenId>, now: Timestamp) -> String {
        let token = token.map(|token| token.to_string());
        self.key.0.load().sign(&AssertionClaims {
            issuer: &self.issuer,
            audience: &self.audience,
            subject: user.as_str(),
            token: token.as_deref(),
            issued_at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use gatepass_vault::{KeyFile, SystemEntropy};

    use super::*;

    #[test]
    fn after_a_rotation_the_new_key_signs_for_all_who_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("k"), None);
        let key = SharedAssertionKey::newest(&file.create(&SystemEntropy).unwrap());
        let text = || "x".to_owned();
        let asserter =
            Asserter { header: text(), issuer: text(), audience: text(), key: key.clone() };
        let user = "alice".parse().unwrap();
        let kept = asserter.clone();
        let head = || {
            let said = kept.assert(&user, None, Timestamp::from_millis(0));
            said.split('.').next().unwrap().to_owned()
        };
        let before = head();
        let added = file.add_coming(&SystemEntropy).unwrap();
        key.replace(&added);
        assert_eq!(head(), before, "a key that is to come does not sign");
        key.replace(&file.put_in_force(added.mark(), &SystemEntropy).unwrap());
        assert_ne!(head(), before);
    }
}
