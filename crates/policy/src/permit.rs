//! The proof that a request may pass.

use gatepass_model::CredentialSet;

use crate::facts::TokenFacts;

/// As whom a request goes up.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'f> {
    /// As the owner of this token.
    Owner(&'f TokenFacts),
    /// With the credentials that it brought; the product judges them.
    AsPresented,
    /// With none, there being none.
    Anonymous,
}

/// What is counted of a request that passes, since another mode would have refused it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The kinds of credential that a `block` would have refused: those in mode `observe`, unless
    /// an exemption covers them.
    pub credentials: CredentialSet,
    /// Whether it came with a session that `browser` would have refused, for want of what a page
    /// sends: in mode `allow` as in `observe`, unless an exemption covers it. What pages do is so
    /// told from what scripts do before anything is refused.
    pub outside_page: bool,
}

impl Observed {
    pub(crate) const fn is_nothing(self) -> bool {
        self.credentials.is_empty() && !self.outside_page
    }
}

/// The proof that [`crate::decide`] let a request pass. Nothing outside this crate can make one,
/// so forwarding without a decision does not compile. It is not `Clone`: one permit, one request.
#[derive(Debug)]
pub struct Permit<'f> {
    identity: Identity<'f>,
    observed: Observed,
}

impl<'f> Permit<'f> {
    pub(crate) const fn new(identity: Identity<'f>, observed: Observed) -> Self {
        Self { identity, observed }
    }

    /// As whom the request goes up.
    pub const fn identity(&self) -> Identity<'f> {
        self.identity
    }

    /// What is counted of it.
    pub const fn observed(&self) -> Observed {
        self.observed
    }
}
