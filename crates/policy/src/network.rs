//! Where the request came from.

use gatepass_model::{Reason, Refusal};

use crate::case::{Case, Checked, NO_TOKEN, not_asked, passed_by};

/// The client must be in one of the grant's networks, where it has any.
pub(crate) fn network<'c>(case: &Case<'c>) -> Checked<'c> {
    let Some((token, _)) = case.token() else { return not_asked(NO_TOKEN) };
    if token.grant.networks.is_empty() {
        return not_asked("the grant names no networks");
    }
    let client = case.question.client;
    match token.grant.networks.iter().find(|network| network.contains(client)) {
        Some(network) => passed_by("the client is in a network of the grant", network),
        None => Err(Refusal::new(
            Reason::NetworkNotAllowed,
            format!(
                "The API token {:?} may not be used from {}. Ask its owner, {}, to add the network.",
                token.name,
                client.to_canonical(),
                token.owner.username
            ),
        )),
    }
}
