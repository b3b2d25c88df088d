//! `gatepass admin release`

use clap::Args;
use gatepass_model::DirectoryName;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::wiring::desk::{Needs, at_desk};

/// Let a username of an OpenID directory go to whoever signs in with it next; what its owner had ends
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// Whose name it is
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Of which directory; may be left out where there is one only
    #[arg(long, value_name = "NAME")]
    directory: Option<DirectoryName>,
}

#[derive(Serialize)]
struct Document {
    owner: String,
    directory: String,
}

impl Release {
    pub(super) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::People, async |desk| {
            let key = desk.person(&self.owner, self.directory.as_ref())?;
            desk.control.release_name(&desk.actor, &key).await?;
            call.output.say(format_args!(
                "{key} is let go: its tokens are revoked, its native tokens forgotten, its sessions ended"
            ));
            let (owner, directory) = (key.username.to_string(), key.directory.to_string());
            call.output.document(&Document { owner, directory })?;
            Ok(Ending::Done)
        })
        .await
    }
}
