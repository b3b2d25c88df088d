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

/// The proof that [`crate::decide`] let a request pass. Nothing outside this crate can make one,
/// so forwarding without a decision does not compile. It is not `Clone`: one permit, one request.
#[derive(Debug)]
pub struct Permit<'f> {
    identity: Identity<'f>,
    observed: CredentialSet,
}

impl<'f> Permit<'f> {
    pub(crate) const fn new(identity: Identity<'f>, observed: CredentialSet) -> Self {
        Self { identity, observed }
    }

    /// As whom the request goes up.
    pub const fn identity(&self) -> Identity<'f> {
        self.identity
    }

    /// The kinds of credential that a `block` would have refused: those in mode `observe`, unless
    /// an exemption covers them.
    pub const fn observed(&self) -> CredentialSet {
        self.observed
    }
}
