//! A token, as requests find it.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use gatepass_model::{SecretDigest, TokenId, TokenState};
use gatepass_policy::TokenFacts;
use gatepass_policy::limit::LimitCell;
use gatepass_policy::limit::shed::Load;

use crate::limits::TokenLimits;
use crate::person::PersonCell;

/// A token, as requests find it by one of its secrets.
///
/// A change of the grant makes a new entry, but a request that holds the old one must see a
/// revocation too: so all entries of a token share the state of the first of them.
#[derive(Debug)]
pub struct TokenEntry {
    facts: TokenFacts,
    owner: Arc<PersonCell>,
    digest: SecretDigest,
    state: AtomicU8,
    /// How much of the products' time it took of late.
    load: Load,
    /// Made when it is first limited: most of a million tokens have none.
    limits: OnceLock<Arc<TokenLimits>>,
    /// What few entries have, apart, so that the others stay small.
    link: Option<Box<Link>>,
}

#[derive(Debug)]
struct Link {
    /// The token's first entry, whose state counts; `None`: this one.
    origin: Option<Arc<TokenEntry>>,
    /// The digest of the secret before this one, while it works: it has an entry of its own.
    former: Option<SecretDigest>,
}

impl TokenEntry {
    /// The first entry of a token, which is in `state`, or a later one, which is as `origin` is.
    pub(crate) fn new(
        facts: TokenFacts,
        owner: Arc<PersonCell>,
        digest: SecretDigest,
        former: Option<SecretDigest>,
        state: Origin,
    ) -> Self {
        let (state, origin) = match state {
            Origin::This(state) => (state, None),
            Origin::Entry(first) => (first.state(), Some(first)),
        };
        let has_link = origin.is_some() || former.is_some();
        let link = has_link.then(|| Box::new(Link { origin, former }));
        Self {
            facts,
            owner,
            digest,
            state: AtomicU8::new(state as u8),
            load: Load::default(),
            limits: OnceLock::new(),
            link,
        }
    }

    /// What a decision needs of it. For a secret that rotation replaced, the end of its grace
    /// counts as the end of the token where it comes first.
    pub const fn facts(&self) -> &TokenFacts {
        &self.facts
    }

    /// Its state, as it is now; ask again to see a change.
    pub fn state(&self) -> TokenState {
        // What no state is stands for the end: a broken byte must not let a request pass.
        TokenState::from_u8(self.cell().load(Ordering::Acquire)).unwrap_or(TokenState::Revoked)
    }

    /// Goes to `state` with all entries of the token, but never back from `Revoked`: whoever puts
    /// an older row back into the database must not bring a revoked token to life. The answer is
    /// the state that holds.
    pub(crate) fn set_state(&self, state: TokenState) -> TokenState {
        let revoked = TokenState::Revoked as u8;
        let move_on = |current| (current != revoked).then_some(state as u8);
        match self.cell().fetch_update(Ordering::AcqRel, Ordering::Acquire, move_on) {
            Ok(_) => state,
            Err(_) => TokenState::Revoked,
        }
    }

    /// Where the token's state stands.
    fn cell(&self) -> &AtomicU8 {
        &self.first().state
    }

    /// The token's first entry, which may be this one.
    fn first(&self) -> &Self {
        let origin = self.link.as_ref().and_then(|link| link.origin.as_ref());
        origin.map_or(self, |first| first)
    }

    /// How much of the products' time the token took of late.
    pub fn load(&self) -> &Load {
        &self.first().load
    }

    /// What was used of the token's limits, if it was ever limited.
    pub fn find_limits(&self) -> Option<&Arc<LimitCell>> {
        Some(self.first().limits.get()?.own())
    }

    /// What was used of its limits and of its integration's. Made when first asked for.
    pub(crate) fn limits(&self, make: impl FnOnce() -> TokenLimits) -> &TokenLimits {
        self.first().limits.get_or_init(|| Arc::new(make()))
    }

    /// The first entry of the token.
    pub(crate) fn origin(self: &Arc<Self>) -> Arc<Self> {
        let origin = self.link.as_ref().and_then(|link| link.origin.as_ref());
        origin.unwrap_or(self).clone()
    }

    /// Its owner.
    pub const fn owner(&self) -> &Arc<PersonCell> {
        &self.owner
    }

    /// The digests by which the token is found: of this secret, and of the one before.
    pub(crate) fn digests(&self) -> impl Iterator<Item = &SecretDigest> {
        let former = self.link.as_ref().and_then(|link| link.former.as_ref());
        std::iter::once(&self.digest).chain(former)
    }
}

/// Where the state of a new entry comes from.
pub(crate) enum Origin {
    /// It is the token's first: this is its state.
    This(TokenState),
    /// The token's first entry has it.
    Entry(Arc<TokenEntry>),
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
