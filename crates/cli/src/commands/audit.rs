//! `gatepass audit …`

use clap::{Args, Subcommand};
use gatepass_store::AuditPage;

use crate::call::{Call, Ending, Outcome};
use crate::output::table;
use crate::wiring::desk::{Needs, at_desk};

/// The record of what was done to Gatepass
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let Self::List(list) = self;
        list.run(call).await
    }
}

/// List the record, the newest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// How many lines, 1000 at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Only lines before this number
    #[arg(long, value_name = "NUMBER")]
    before: Option<u64>,
    /// Only about this: tok_…, policy, keyring
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
}

impl List {
    async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let Self { limit, before, subject } = self;
            let page = AuditPage { before, limit, subject, ..AuditPage::default() };
            let lines = desk.control.list_audit(&desk.actor, &page).await?;
            call.output.document(&lines)?;
            if lines.is_empty() {
                call.output.say("there is nothing");
                return Ok(Ending::Done);
            }
            let header = ["NUMBER", "TIME", "WHO", "WHAT", "TO WHAT", "DETAIL"];
            let rows = lines.into_iter().map(|line| {
                // A diff of a policy has many lines; here they stand side by side.
                let detail = line.detail.lines().collect::<Vec<_>>().join("; ");
                let number = line.number.to_string();
                vec![number, line.at, line.actor, line.action, line.subject, detail]
            });
            call.output.show(table(&header, rows))?;
            Ok(Ending::Done)
        })
        .await
    }
}
