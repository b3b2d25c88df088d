//! `gatepass policy export`

use clap::Args;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::desk::{Needs, at_desk};

/// Print the policy in force, as the file that `apply` takes
#[derive(Debug, Args)]
pub(crate) struct Export {}

impl Export {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let text = desk.control.export_policy(&desk.actor).await?;
            if call.output.is_json() {
                let document: toml::Table = toml::from_str(&text).map_err(|error| {
                    Failure::new("policy_invalid", format!("the policy is no TOML: {error}"))
                })?;
                call.output.document(&document)?;
            } else {
                call.output.show(text.trim_end())?;
            }
            Ok(Ending::Done)
        })
        .await
    }
}
