//! Limits that count over several nodes.

use std::sync::Arc;

use gatepass_allowance::{Allowances, ServerUrl};
use gatepass_config::Config;
use gatepass_snapshot::Snapshot;
use tokio::task::JoinSet;

use super::clock::SystemClock;
use crate::failure::Failure;

/// Where allowances are taken from; `None`: each node counts for itself.
pub(crate) fn server(config: &Config) -> Result<Option<ServerUrl>, Failure> {
    let Some(url) = &config.limits.redis else { return Ok(None) };
    let parsed = url.expose().parse::<ServerUrl>();
    let wrong = |error| Failure::new("config_invalid", format!("limits.redis: {error}"));
    parsed.map(Some).map_err(wrong)
}

/// Takes allowances as long as the gate runs, where there is a server to take them from.
pub(crate) fn share(
    tasks: &mut JoinSet<()>,
    server: Option<&ServerUrl>,
    node: &str,
    snapshot: &Arc<Snapshot>,
) {
    let Some(server) = server else { return };
    let allowances = Allowances::new(server, node, Arc::clone(snapshot), Arc::new(SystemClock));
    if let Some(allowances) = allowances {
        tasks.spawn(allowances.run());
    }
}
