//! The order of the checks.

use gatepass_model::{Refusal, Timestamp, TokenId};

use crate::case::{Case, Checked, Outcome};
use crate::facts::{Facts, TokenFact};
use crate::permit::{Identity, Observed, Permit};
use crate::question::Question;
use crate::{credential, grant, lifetime, mode, network, operation, owner};

/// One check, and what `explain` calls it.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: for<'c> fn(&Case<'c>) -> Checked<'c>,
}

macro_rules! checks {
    ($($name:literal = $run:path,)*) => { &[$(Check { name: $name, run: $run },)*] };
}

/// All checks, in their order: the first that refuses gives the answer.
///
/// What the bearer of a secret proves comes before what he asks for, so that somebody with a
/// dead token learns nothing of its grant; and within what he asks for, the wide limits come
/// before the narrow ones, so that the answer names the one to lift first.
pub(crate) const CHECKS: &[Check] = checks! {
    "freshness" = credential::freshness,
    "identity parameters" = credential::identity_parameter,
    "token" = credential::known,
    "token alone" = credential::alone,
    "token state" = lifetime::state,
    "owner named" = owner::named,
    "owner active" = owner::active,
    "owner confirmed" = owner::confirmed,
    "right to use tokens" = owner::may_use,
    "instance" = grant::instance,
    "network" = network::network,
    "required headers" = grant::required_headers,
    "reach of tokens" = operation::reach,
    "path" = grant::path,
    "access" = operation::access,
    "administration" = operation::administration,
    "other credentials" = mode::credentials,
};

/// The checks that are about who asks, not about what he asks for.
const OF_THE_CALLER: [&str; 10] = [
    "freshness",
    "token",
    "token alone",
    "token state",
    "owner named",
    "owner active",
    "owner confirmed",
    "right to use tokens",
    "network",
    "required headers",
];

/// Whose token `question` presents, if it is good at `now`, wherever it may be used. For what
/// Gatepass answers itself: any valid token may ask which one it is.
///
/// Runs the checks of [`decide`] that are about the caller, in the same order; what the question
/// says of an instance and an operation is not looked at.
pub fn authenticate(
    facts: &Facts<'_>,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<TokenId, Refusal> {
    let case = Case { facts, question, now };
    for check in CHECKS.iter().filter(|check| OF_THE_CALLER.contains(&check.name)) {
        (check.run)(&case)?;
    }
    match facts.token {
        TokenFact::Known(token, _) => Ok(token.id),
        TokenFact::Unknown | TokenFact::NotPresented => Err(credential::unknown()),
    }
}

/// Whether the request of `question` may pass at `now`, given `facts`.
///
/// Runs the checks in their fixed order until one refuses. Without a refusal it allocates
/// nothing, but for comparing names outside ASCII.
pub fn decide<'f>(
    facts: &'f Facts<'f>,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<Permit<'f>, Refusal> {
    let case = Case { facts, question, now };
    let mut observed = Observed::default();
    for check in CHECKS {
        if let Outcome::Observed(found) = (check.run)(&case)? {
            observed = found;
        }
    }
    let identity = match facts.token {
        TokenFact::Known(token, _) => Identity::Owner(token),
        // Refused above already; said again so that no order of checks can let it through.
        TokenFact::Unknown => return Err(credential::unknown()),
        TokenFact::NotPresented if mode::presents_nothing(question) => Identity::Anonymous,
        TokenFact::NotPresented => Identity::AsPresented,
    };
    Ok(Permit::new(identity, observed))
}
