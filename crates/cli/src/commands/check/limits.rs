//! Whether limits count over several nodes.

use gatepass_config::Config;

use super::finding::{Findings, State};
use crate::wiring::limits;

pub(super) async fn reach(config: &Config, findings: &mut Findings) {
    let (state, words) = match limits::server(config) {
        Ok(None) => {
            let words = "per node: each node counts for itself; several nodes share limits by way of \
                         limits.redis";
            (State::Ok, words.to_owned())
        }
        Ok(Some(server)) => match gatepass_allowance::probe(&server).await {
            Ok(()) => (State::Ok, "over all nodes; the server of limits.redis answers".to_owned()),
            Err(error) => {
                let words = format!(
                    "the server of limits.redis does not answer ({error}); while it does not, each \
                     node has its part of every limit"
                );
                (State::Failed, words)
            }
        },
        Err(failure) => (State::Failed, failure.message),
    };
    findings.add("limits", state, words);
}
