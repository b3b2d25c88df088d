//! `gatepass serve`

use std::net::SocketAddr;

use clap::Args;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::files;
use crate::wiring::gate::RunningGate;
use crate::wiring::log;
use crate::wiring::signals::Signals;

/// Run the gate until SIGTERM or SIGINT
#[derive(Debug, Args)]
pub(crate) struct Serve {}

/// Printed once requests are served.
#[derive(Serialize)]
struct Serving {
    listen: Vec<SocketAddr>,
    operations: Option<SocketAddr>,
}

impl Serve {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let config = call.config()?;
        log::init(config.log);
        files::raise_limit(config.server.limits.connections);
        let mut signals = Signals::listen()?;
        let gate = RunningGate::start(&config).await?;
        announce(&gate);
        if gate.has_new_keys() {
            tracing::warn!(
                file = %config.secrets.key_file.display(),
                "the key file was made; keep a copy in a safe place, apart from the store's copies"
            );
        }
        call.output.document(&Serving {
            listen: gate.addresses().to_vec(),
            operations: gate.operations(),
        })?;
        let signal = signals.next().await;
        tracing::info!(signal, "stopping: accepted requests finish");
        until_stopped(gate, &mut signals).await
    }
}

fn announce(gate: &RunningGate) {
    let listed = |addresses: &[SocketAddr]| {
        addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        listen = listed(gate.addresses()),
        operations = gate.operations().map(|address| address.to_string()),
        "the gate is open"
    );
}

/// Ends a gate in order; whoever signals again does not wait for that.
pub(crate) async fn until_stopped(gate: RunningGate, signals: &mut Signals) -> Outcome {
    tokio::select! {
        stopped = gate.stop() => {
            stopped?;
            tracing::info!("stopped");
            Ok(Ending::Done)
        }
        signal = signals.next() => {
            Err(Failure::new("interrupted", format!("{signal} again: requests were cut off")))
        }
    }
}
