//! `gatepass credential remove`

use clap::Args;
use gatepass_control::InEffect;
use gatepass_model::{DirectoryName, InstanceName};
use serde::Serialize;

use crate::call::{Call, Outcome};
use crate::commands::effect;
use crate::wiring::desk::{Needs, at_desk};

/// Take one away; at the product it stays, and its owner revokes it there
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Whose it is
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Where it counts
    #[arg(long, value_name = "NAME")]
    instance: InstanceName,
    /// The owner's directory [default: the instance's]
    #[arg(long, value_name = "NAME")]
    directory: Option<DirectoryName>,
}

#[derive(Serialize)]
struct Document<'a> {
    owner: &'a str,
    instance: &'a str,
    removed: bool,
    in_effect: Option<InEffect>,
}

impl Remove {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let Self { owner, instance, directory } = &self;
            let control = &desk.control;
            let removed =
                control.remove_credential(&desk.actor, owner, directory.as_ref(), instance).await?;
            call.output.document(&Document {
                owner,
                instance: instance.as_str(),
                removed: true,
                in_effect: removed.effect,
            })?;
            call.output.show(format_args!(
                "{owner}'s native token at {instance} was taken away; revoke it at the product too"
            ))?;
            Ok(effect::tell(call, removed.effect))
        })
        .await
    }
}
