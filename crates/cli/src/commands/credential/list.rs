//! `gatepass credential list`

use clap::Args;
use gatepass_model::{DirectoryName, InstanceName};

use crate::call::{Call, Ending, Outcome};
use crate::output::table;
use crate::wiring::desk::{Needs, at_desk};

/// List them, without the secrets
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this person only
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Of this instance only
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
    /// The owner's directory; needed where there are several
    #[arg(long, value_name = "NAME", requires = "owner")]
    directory: Option<DirectoryName>,
}

impl List {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let owner = match &self.owner {
                Some(owner) => Some(desk.person(owner, self.directory.as_ref())?),
                None => None,
            };
            let mut found = desk.control.list_credentials(&desk.actor, owner.as_ref()).await?;
            if let Some(instance) = &self.instance {
                found.retain(|credential| credential.instance == instance.as_str());
            }
            call.output.document(&found)?;
            if found.is_empty() {
                call.output.say("there are none");
                return Ok(Ending::Done);
            }
            let header = ["OWNER", "INSTANCE", "KIND", "ID AT THE PRODUCT", "ADDED", "BY"];
            let rows = found.into_iter().map(|credential| {
                vec![
                    credential.owner,
                    credential.instance,
                    credential.kind.to_owned(),
                    credential.native_id.unwrap_or_default(),
                    credential.created_at,
                    credential.created_by,
                ]
            });
            call.output.show(table(&header, rows))?;
            Ok(Ending::Done)
        })
        .await
    }
}
