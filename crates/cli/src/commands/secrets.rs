//! `gatepass secrets …`

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::wiring::desk::{Needs, at_desk};

/// The keys that protect the store
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Rotate(Rotate),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let Self::Rotate(rotate) = self;
        rotate.run(call).await
    }
}

/// Add new keys to the key file; the old ones stay for what they wrote
#[derive(Debug, Args)]
pub(crate) struct Rotate {}

#[derive(Serialize)]
struct Document {
    key_file: String,
    digest: u32,
    seal: u32,
    mac: u32,
}

impl Rotate {
    async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let added = desk.control.rotate_keys(&desk.actor).await?;
            let key_file = desk.config.secrets.key_file.display().to_string();
            let gatepass_control::KeysRotated { digest, seal, mac } = added;
            call.output.show(format_args!(
                "{key_file} has new keys: digest {digest}, seal {seal}, mac {mac}"
            ))?;
            call.output.document(&Document { key_file, digest, seal, mac })?;
            call.output.say(
                "Copy the file to its safe place. A gate on this machine takes the keys within a \
                 second; bring the file to every other node before the next change.",
            );
            Ok(Ending::Done)
        })
        .await
    }
}
