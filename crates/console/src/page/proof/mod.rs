//! `GET` and `POST /proof`: what comes next wants to know for sure who it is.
//!
//! Posts to `/proof` with `csrf`, `instance`, `back`; to a provider a link leads.

pub(crate) mod sample;
mod text;

use crate::part::Place;

crate::page::page!(Proof, "page/proof/template.html");

impl Proof {
    /// Why he is asked again.
    const fn words(&self, t: &text::Text) -> &'static str {
        match (&self.way, self.reason) {
            (ProofWay::Product(_), ProofReason::Secret) => t.secret,
            (ProofWay::Product(_), ProofReason::Others) => t.others,
            (ProofWay::Product(_), ProofReason::Policy) => t.policy,
            (ProofWay::Provider(_), ProofReason::Secret) => t.secret_provider,
            (ProofWay::Provider(_), ProofReason::Others) => t.others_provider,
            (ProofWay::Provider(_), ProofReason::Policy) => t.policy_provider,
        }
    }
}

/// A fresh proof is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Where he signed in, and is asked again.
    pub way: ProofWay,
    /// What he was about to do.
    pub reason: ProofReason,
    /// Where to go on, below the base.
    pub back: String,
}

/// Where somebody proves anew who he is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofWay {
    /// At a product, by the session that he has there.
    Product(Place),
    /// At an OpenID provider, which people call so.
    Provider(String),
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
