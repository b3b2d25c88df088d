//! Whether those who say who people are can be asked about them.

use gatepass_config::Config;
use gatepass_control::{PeopleSource, ProductDirectory};
use gatepass_identity::{AskError, ProductDesk};
use gatepass_model::DirectoryName;

use super::finding::{Findings, State};
use super::{ldap, openid};
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// Only administrators may list a group, one that is not there too.
const ANY_GROUP: &str = "gatepass-check";

/// Asks each of them, with what it is asked with in a gate that runs.
pub(super) async fn look_up(config: &Config, trust: &Trust, findings: &mut Findings) {
    let products = match identity::products(config, trust) {
        Ok(products) => products,
        Err(failure) => return findings.add("directories", State::Failed, failure.message),
    };
    for directory in &products.directories {
        match &directory.source {
            PeopleSource::Product(product) => {
                ask_product(&directory.name, product, &products.desk, findings).await;
            }
            PeopleSource::Ldap(ldap) => ldap::examine(&directory.name, ldap, findings).await,
            PeopleSource::OpenId(provider) => {
                openid::examine(config, &directory.name, provider, findings).await;
            }
        }
    }
}

async fn ask_product(
    name: &DirectoryName,
    product: &ProductDirectory,
    desk: &ProductDesk,
    findings: &mut Findings,
) {
    let (check, instance) = (format!("directory {name}"), &product.instance);
    let Some(lookup) = &product.lookup else {
        let words = format!(
            "{instance} says who people are when they sign in; without a lookup_token_file nobody \
             else is known, and of those who have no native token nothing new is learnt\n\
             that somebody has left is not told: all that shows is that {instance} refuses his own \
             native token or a call signed for him, and then his tokens rest after stale_limit"
        );
        return findings.add(check, State::Warning, words);
    };
    let (state, words) = match desk.group_members(instance, lookup, ANY_GROUP, 0).await {
        Ok(_) => {
            let words = format!(
                "{instance} takes the look-up token for an administrator's, and tells it who is gone \
                 or deactivated"
            );
            (State::Ok, words)
        }
        Err(AskError::Forbidden(_)) => {
            let words =
                format!("{instance} does not take the look-up token for an administrator's");
            (State::Failed, words)
        }
        Err(error) => (State::Failed, format!("{instance} can't be asked about people: {error}")),
    };
    findings.add(check, state, words);
}
