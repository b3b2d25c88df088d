//! A token, as requests find it.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use gatepass_model::{SecretDigest, TokenId, TokenState};
use gatepass_policy::TokenFacts;

use crate::person::PersonCell;

/// What outlives a token's entries: a change of its grant makes a new entry, but requests that
/// hold the old one must see a revocation too.
#[derive(Debug)]
pub(crate) struct TokenLife {
    state: AtomicU8,
}

impl TokenLife {
    pub(crate) fn new(state: TokenState) -> Self {
        Self { state: AtomicU8::new(state as u8) }
    }

    pub(crate) fn state(&self) -> TokenState {
        // What no state is stands for the end: a broken byte must not let a request pass.
        TokenState::from_u8(self.state.load(Ordering::Acquire)).unwrap_or(TokenState::Revoked)
    }

    /// Goes to `state`, but never back from `Revoked`: whoever puts an older row back into the
    /// database must not bring a revoked token to life. The answer is the state that holds.
    pub(crate) fn set(&self, state: TokenState) -> TokenState {
        let revoked = TokenState::Revoked as u8;
        let move_on = |current| (current != revoked).then_some(state as u8);
        match self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, move_on) {
            Ok(_) => state,
            Err(_) => TokenState::Revoked,
        }
    }
}

/// A token, as requests find it by one of its secrets.
#[derive(Debug)]
pub struct TokenEntry {
    facts: TokenFacts,
    owner: Arc<PersonCell>,
    life: Arc<TokenLife>,
    digest: SecretDigest,
    /// The digest of the secret before this one, while it works: it has an entry of its own.
    former: Option<Box<SecretDigest>>,
}

impl TokenEntry {
    pub(crate) const fn new(
        facts: TokenFacts,
        owner: Arc<PersonCell>,
        life: Arc<TokenLife>,
        digest: SecretDigest,
        former: Option<Box<SecretDigest>>,
    ) -> Self {
        Self { facts, owner, life, digest, former }
    }

    /// What a decision needs of it. For a secret that rotation replaced, the end of its grace
    /// counts as the end of the token where it comes first.
    pub const fn facts(&self) -> &TokenFacts {
        &self.facts
    }

    /// Its state, as it is now; ask again to see a change.
    pub fn state(&self) -> TokenState {
        self.life.state()
    }

    /// Its owner.
    pub const fn owner(&self) -> &Arc<PersonCell> {
        &self.owner
    }

    pub(crate) const fn life(&self) -> &Arc<TokenLife> {
        &self.life
    }

    /// The digests by which the token is found: of this secret, and of the one before.
    pub(crate) fn digests(&self) -> impl Iterator<Item = &SecretDigest> {
        std::iter::once(&self.digest).chain(self.former.as_deref())
    }
}

/// An entry in a set, found by its digest. Keeping no second copy of the digest saves 32 MB in
/// a million tokens.
#[derive(Clone, Debug)]
pub(crate) struct ByDigest(pub(crate) Arc<TokenEntry>);

impl Borrow<SecretDigest> for ByDigest {
    fn borrow(&self) -> &SecretDigest {
        &self.0.digest
    }
}
impl Hash for ByDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.digest.hash(state);
    }
}
impl PartialEq for ByDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.digest == other.0.digest
    }
}
impl Eq for ByDigest {}

/// The newest entry of a token in a set, found by its handle.
#[derive(Clone, Debug)]
pub(crate) struct ById(pub(crate) Arc<TokenEntry>);

impl Borrow<TokenId> for ById {
    fn borrow(&self) -> &TokenId {
        &self.0.facts.id
    }
}
impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.facts.id.hash(state);
    }
}
impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.facts.id == other.0.facts.id
    }
}
impl Eq for ById {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_back_from_revoked() {
        let life = TokenLife::new(TokenState::Active);
        assert_eq!(life.set(TokenState::Suspended), TokenState::Suspended);
        assert_eq!(life.set(TokenState::Active), TokenState::Active);
        assert_eq!(life.set(TokenState::Revoked), TokenState::Revoked);
        assert_eq!(life.set(TokenState::Active), TokenState::Revoked);
        assert_eq!(life.state(), TokenState::Revoked);
    }
}
