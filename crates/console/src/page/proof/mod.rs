//! `GET` and `POST /proof`: what comes next wants to know for sure who it is.
//!
//! Posts to `/proof` with `csrf`, `instance`, `back`.

pub(crate) mod sample;
mod text;

use crate::part::Place;

crate::page::page!(Proof, "page/proof/template.html");

/// A fresh proof is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Where he signed in, and is asked again.
    pub place: Place,
    /// What he was about to do.
    pub reason: ProofReason,
    /// Where to go on, below the base.
    pub back: String,
}

/// What a fresh proof is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProofReason {
    /// Before a secret is made or shown.
    Secret,
    /// Before something is done to tokens of others.
    Others,
    /// Before the policy is changed.
    Policy,
}
