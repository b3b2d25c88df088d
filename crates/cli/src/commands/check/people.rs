//! Whether products that say who people are can be asked about them.

use gatepass_config::Config;
use gatepass_identity::AskError;

use super::finding::{Findings, State};
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// Only administrators may list a group, one that is not there too.
const ANY_GROUP: &str = "gatepass-check";

/// Asks each of them with its look-up token.
pub(super) async fn look_up(config: &Config, trust: &Trust, findings: &mut Findings) {
    let products = match identity::products(config, trust) {
        Ok(products) => products,
        Err(failure) => return findings.add("directories", State::Failed, failure.message),
    };
    for directory in &products.directories {
        let (check, instance) = (format!("directory {}", directory.name), &directory.instance);
        let Some(lookup) = &directory.lookup else {
            let words = format!(
                "{instance} says who people are when they sign in; without a lookup_token_file \
                 nobody else is known, and of those who have no native token nothing new is learnt"
            );
            findings.add(check, State::Warning, words);
            continue;
        };
        let (state, words) = match products.desk.group_members(instance, lookup, ANY_GROUP, 0).await
        {
            Ok(_) => {
                (State::Ok, format!("{instance} takes the look-up token for an administrator's"))
            }
            Err(AskError::Forbidden(_)) => {
                let words =
                    format!("{instance} does not take the look-up token for an administrator's");
                (State::Failed, words)
            }
            Err(error) => {
                (State::Failed, format!("{instance} can't be asked about people: {error}"))
            }
        };
        findings.add(check, state, words);
    }
}
