//! `gatepass serve`

use clap::Args;
use gatepass_gate::Parting;
use gatepass_model::ListenAddress;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::files;
use crate::wiring::gate::RunningGate;
use crate::wiring::given::Given;
use crate::wiring::signals::{Hangup, Signals};
use crate::wiring::{log, supervisor};

/// Run the gate until SIGTERM or SIGINT
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Take the sockets of the gate that runs, which then ends; without one, just start
    #[arg(long)]
    takeover: bool,
}

/// Printed once requests are served.
#[derive(Serialize)]
struct Serving {
    listen: Vec<String>,
    operations: Option<String>,
}

impl Serve {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let config = call.config()?;
        log::init(config.log);
        files::raise_limit(config.server.limits.connections);
        let mut signals = Signals::listen()?;
        let mut hangup = Hangup::listen()?;
        let given = Given::gather(&config, self.takeover).await?;
        let has_taken_over = given.is_of_predecessor();
        let mut gate = RunningGate::start(&config, given).await?;
        let serving = Serving {
            listen: gate.addresses().iter().map(ListenAddress::to_string).collect(),
            operations: gate.operations().map(|address| address.to_string()),
        };
        announce(&serving, has_taken_over);
        if gate.has_new_keys() {
            tracing::warn!(
                file = %config.secrets.key_file.display(),
                "the key file was made; keep a copy in a safe place, apart from the store's copies"
            );
        }
        call.output.document(&serving)?;
        supervisor::tell_ready(has_taken_over);
        let parting = until_told(&mut gate, &mut signals, &mut hangup).await;
        until_stopped(gate, &mut signals, parting).await
    }
}

fn announce(serving: &Serving, has_taken_over: bool) {
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        listen = serving.listen.join(", "),
        operations = serving.operations,
        has_taken_over,
        "the gate is open"
    );
}

/// Waits for a signal to stop, or for a successor.
async fn until_told(gate: &mut RunningGate, signals: &mut Signals, hangup: &mut Hangup) -> Parting {
    loop {
        tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "stopping: accepted requests finish");
                supervisor::tell_stopping();
                return Parting::Alone;
            }
            () = gate.taken_over() => {
                tracing::info!("another gate has taken over: accepted requests finish");
                return Parting::HandedOn;
            }
            () = hangup.next() => {
                supervisor::tell_reloading();
                gate.reload();
                supervisor::tell_ready(false);
            }
        }
    }
}

/// Ends a gate in order; whoever signals again does not wait for that.
pub(crate) async fn until_stopped(
    gate: RunningGate,
    signals: &mut Signals,
    parting: Parting,
) -> Outcome {
    tokio::select! {
        stopped = gate.stop(parting) => {
            stopped?;
            tracing::info!("stopped");
            Ok(Ending::Done)
        }
        signal = signals.next() => {
            Err(Failure::new("interrupted", format!("{signal} again: requests were cut off")))
        }
    }
}
