//! Whether a request may pass: a pure function of values.
//!
//! Knows: the checks of a request ([`decide`], and [`explain`] for people), what rules make of a
//! person's rights ([`rights_of`]), and whether what somebody asks for keeps to the bounds
//! ([`bounds::check`]), and the arithmetic of limits ([`limit`]). Deliberately does not know where its facts come from, how a request
//! looks on the wire, or what a product folds: it is given patterns and paths folded alike. Headers
//! it asks for by name: those that a grant requires, and the few that tell a page from a script.
//!
//! Start at [`decide`]: the order of the checks stands in `decide.rs`, each check in a file of
//! its own.

pub mod bounds;
pub mod limit;

mod case;
mod compiled;
mod credential;
mod decide;
mod explain;
mod facts;
mod grant;
mod lifetime;
mod mode;
mod network;
mod operation;
mod owner;
mod page;
mod permit;
mod question;
mod rights;

pub use compiled::{CompiledGrant, CompiledInstancePolicy};
pub use decide::{authenticate, decide};
pub use explain::{Explanation, Step, StepOutcome, explain};
pub use facts::{Facts, Freshness, OwnerFact, PersonFacts, TokenFact, TokenFacts};
pub use permit::{Identity, Observed, Permit};
pub use question::{Headers, Origin, Presented, PresentedToken, Question};
pub use rights::{Bound, EffectiveBounds, Right, Rights, is_about, rights_from, rights_of};
