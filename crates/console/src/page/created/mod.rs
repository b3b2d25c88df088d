//! `GET /tokens/{id}/created`: the secret, once; after creation and after rotation.
//!
//! Forms: `POST /upstream/{instance}/mend` (`csrf`, `form_id`, `back`).

mod lines;
pub(crate) mod sample;
mod text;

use gatepass_model::{Timestamp, TokenId, TokenState};

use crate::part::{GrantFacts, IdentityProblem, Place, ShownSecret, Who};

crate::page::page!(Created, "page/created/template.html");

/// A token whose secret was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts as.
    pub owner: Who,
    /// `Pending` where somebody must approve it first.
    pub state: TokenState,
    /// What it may do.
    pub facts: GrantFacts,
    /// The secret; `None` when it was shown already.
    pub secret: Option<ShownSecret>,
    /// Set after a rotation.
    pub rotated: Option<Rotated>,
    /// Where it can be used, for the lines that are ready to be copied.
    pub places: Vec<ReadyPlace>,
    /// Where the gate can't act as its owner yet: one more step.
    pub identity: Vec<IdentityProblem>,
    /// Whether who is looking may rotate it, to get a new secret.
    pub may_rotate: bool,
    /// For the forms on the page.
    pub form_id: String,
}

/// What becomes of the secret before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Until when it works; `None`: it has stopped.
    pub former_until: Option<Timestamp>,
}

/// An instance, with the address that clients use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyPlace {
    /// Which.
    pub place: Place,
    /// Where clients reach it through the gate, without a final slash.
    pub url: String,
}
