//! `gatepass secrets …`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use gatepass_control::{ControlError, KeyNeeded, KeysRotated, Rewrapped};
use gatepass_vault::SystemEntropy;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::desk::{Needs, at_desk};
use crate::wiring::{keys, master_key, store};

/// How long running gates are waited for. A gate that was killed counts as running for 10 s.
const PATIENCE: Duration = Duration::from_secs(15);

/// The keys that protect the store
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Rotate(Rotate),
    Rewrap(Rewrap),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Rotate(rotate) => rotate.run(call).await,
            Self::Rewrap(rewrap) => rewrap.run(call).await,
        }
    }
}

/// Add new keys to the key file, and seal and sign anew with them, while gates run
///
/// Waits up to 15 s until every running gate has read the new keys. Where one has not, nothing is
/// written with them: bring the key file to its machine, and run the command again. Old keys stay:
/// tokens are found by them until they get a new secret, and the audit record is checked with them.
#[derive(Debug, Args)]
pub(crate) struct Rotate {}

#[derive(Serialize)]
struct Document {
    key_file: String,
    #[serde(flatten)]
    rotated: KeysRotated,
}

impl Rotate {
    async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let rotated = desk.control.rotate_keys(&desk.actor, &desk.key_file, PATIENCE).await?;
            let key_file = desk.key_file.path().display().to_string();
            let KeysRotated { digest, seal, mac, nodes_without, rewrapped } = &rotated;
            call.output.show(format_args!(
                "{key_file} has new keys: digest {digest}, seal {seal}, mac {mac}"
            ))?;
            for line in rewrapped.iter().flat_map(lines) {
                call.output.show(line)?;
            }
            let ending = match rewrapped {
                Some(done) if done.left.is_empty() => Ending::Done,
                _ => Ending::Wrong,
            };
            let nodes = nodes_without.join(", ");
            call.output.document(&Document { key_file, rotated })?;
            call.output.say(if nodes.is_empty() {
                "Copy the file to its safe place, and to nodes that have one of their own.".to_owned()
            } else {
                format!(
                    "Nothing is written with them yet: {nodes} has not read them. Bring the file to \
                     that machine, and run this again."
                )
            });
            Ok(ending)
        })
        .await
    }
}

/// What was done, and what is left to older keys, for people.
fn lines(done: &Rewrapped) -> Vec<String> {
    let Rewrapped { tokens, credentials, left, needed } = done;
    let mut lines = vec![format!(
        "signed anew: {tokens} tokens; sealed anew: {credentials} upstream credentials"
    )];
    lines.extend(needed.iter().map(|KeyNeeded { purpose, key, rows }| match *purpose {
        "digest" => format!("digest {key} is needed by {rows} tokens, until they get a new secret"),
        purpose => format!("{purpose} {key} is needed by {rows} rows"),
    }));
    lines.extend(left.iter().map(|what| format!("left as it is: {what}")));
    lines
}

/// Seal the key file with the configured master key, while gates run
///
/// Seals a key file that is in the clear. To exchange the master key, run it with
/// --new-master-key-file first: then both open the file. Once every gate has the new one, run it
/// without, with the new one configured: then the old one does not open it any more.
#[derive(Debug, Args)]
pub(crate) struct Rewrap {
    /// A file with the master key that is to come, which shall open the key file too
    #[arg(long, value_name = "FILE")]
    new_master_key_file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Sealed {
    key_file: String,
    /// The names of the master keys that open it.
    master_keys: Vec<String>,
}

impl Rewrap {
    async fn run(self, call: &Call) -> Outcome {
        let config = call.config()?;
        store::check_owner(&config)?;
        let file = keys::file(&config.secrets).await?;
        let second = self.new_master_key_file.as_deref().map(master_key::from_file).transpose()?;
        // Before anything is done where it could not be recorded.
        let store = store::open(&config).await?;
        let reached = store.revision().await;
        let closed = store.close().await;
        reached.and(closed).map_err(Failure::from)?;
        let sealed = file.seal(second.as_ref(), &SystemEntropy);
        let master_keys = sealed.map_err(ControlError::from)?;
        at_desk(call, Needs::Store, async |desk| {
            desk.control.record_keys_sealed(&desk.actor, &master_keys).await?;
            let key_file = desk.key_file.path().display().to_string();
            let names = master_keys.join(" and for ");
            call.output.show(format_args!("{key_file} is sealed for the master key {names}"))?;
            call.output.document(&Sealed { key_file, master_keys: master_keys.clone() })?;
            call.output.say(
                "Copy the file to its safe place, and to nodes that have one of their own; destroy \
                 copies of it that are in the clear or sealed for a key that is not to be used.",
            );
            Ok(Ending::Done)
        })
        .await
    }
}
