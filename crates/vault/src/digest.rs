//! Digests: by which a presented token is found, and from which nobody gets it back.

use gatepass_model::SecretDigest;
use gatepass_model::token::StoredSecret;
use hmac::Mac;

use crate::keyring::KeyRing;
use crate::mac::{Prepared, finish, prepare};
use crate::secret::PresentedSecret;

/// Digests secrets under the ring's `digest` keys, prepared once. Cheap to clone; allocates
/// nothing per digest.
#[derive(Clone)]
pub struct Digester {
    newest: (u32, Prepared),
    others: Vec<(u32, Prepared)>,
}

impl Digester {
    /// Prepares the keys of `ring`. After a rotation, make a new one.
    pub fn new(ring: &KeyRing) -> Self {
        let key = ring.newest(crate::KeyPurpose::Digest);
        Self {
            newest: (key.id(), prepare(key)),
            others: ring
                .others(crate::KeyPurpose::Digest)
                .map(|key| (key.id(), prepare(key)))
                .collect(),
        }
    }

    /// The key under which new secrets are digested.
    pub const fn newest_key(&self) -> u32 {
        self.newest.0
    }

    /// The digest under the newest key.
    pub fn digest(&self, secret: PresentedSecret<'_>) -> SecretDigest {
        digest(&self.newest.1, secret)
    }

    /// The digests under every key, with the key's id, the newest key first. A token from before
    /// a rotation is found by one of the later.
    pub fn digests<'a>(
        &'a self,
        secret: PresentedSecret<'a>,
    ) -> impl Iterator<Item = (u32, SecretDigest)> + 'a {
        std::iter::once(&self.newest)
            .chain(&self.others)
            .map(move |(id, prepared)| (*id, digest(prepared, secret)))
    }

    /// What is kept of `secret`.
    pub fn stored(&self, secret: PresentedSecret<'_>) -> StoredSecret {
        StoredSecret {
            key: self.newest_key(),
            digest: self.digest(secret),
            hint: secret.hint().to_owned(),
        }
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Digester").field("newest", &self.newest.0).finish_non_exhaustive()
    }
}

fn digest(prepared: &Prepared, secret: PresentedSecret<'_>) -> SecretDigest {
    let mut mac = prepared.clone();
    mac.update(secret.as_bytes());
    SecretDigest(finish(mac))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::tests::ring_of;
    use crate::{KeyPurpose, NewSecret, SystemEntropy};

    #[test]
    fn the_digest_is_the_hmac_of_the_whole_token() {
        // By Python: hmac.new(bytes(range(32)), token, "sha256").
        let counting: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        let ring = ring_of(&[(1, KeyPurpose::Digest, counting)]);
        let token = b"gpass_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL";
        let secret = PresentedSecret::parse(token).unwrap();
        let digest = Digester::new(&ring).digest(secret).0;
        let hex = digest.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hex, "9fefabe3db84fd698495891dd348e421ac7075e0ebfaf72a1a1732247e6810ea");
    }

    #[test]
    fn a_token_from_before_a_rotation_is_still_found() {
        let secret = NewSecret::mint(&SystemEntropy).unwrap();
        let secret = secret.as_presented();
        let before = Digester::new(&ring_of(&[(3, KeyPurpose::Digest, [3; 32])]));
        let keys = [(3, KeyPurpose::Digest, [3; 32]), (7, KeyPurpose::Digest, [7; 32])];
        let after = Digester::new(&ring_of(&keys));
        let stored = before.stored(secret);
        assert_eq!((stored.key, stored.hint.as_str()), (3, secret.hint()));
        assert_eq!(after.newest_key(), 7);
        assert_ne!(after.digest(secret), stored.digest);
        let found: Vec<_> = after.digests(secret).collect();
        assert_eq!(found, [(7, after.digest(secret)), (3, stored.digest)]);
    }
}
