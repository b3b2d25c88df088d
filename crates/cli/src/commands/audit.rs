//! `gatepass audit …`

use clap::{Args, Subcommand};
use gatepass_control::{AuditFault, AuditVerified, KeyUse};
use gatepass_model::Timestamp;
use gatepass_store::AuditPage;

use crate::call::{Call, Ending, Outcome};
use crate::output::{CROSS, TICK, table};
use crate::wiring::desk::{Needs, at_desk};

/// The record of what was done to Gatepass
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    Verify(Verify),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::List(list) => list.run(call).await,
            Self::Verify(verify) => verify.run(call).await,
        }
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
    /// Only by this one, as it is listed: cli:root, person:main:alice
    #[arg(long, value_name = "TEXT")]
    actor: Option<String>,
    /// Only this: token.issued; or all of its kind: token
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only from then on: 2027-01-31, 2027-01-31T12:00:00Z; a day begins at midnight UTC
    #[arg(long, value_name = "DATE")]
    since: Option<Timestamp>,
    /// Only before then
    #[arg(long, value_name = "DATE")]
    until: Option<Timestamp>,
    /// Only with this text somewhere; A to Z and a to z are the same
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

impl List {
    async fn run(self, call: &Call) -> Outcome {
        let Self { limit, before, subject, actor, action, since, until, text } = self;
        let page =
            AuditPage { before, from: None, limit, subject, actor, action, since, until, text };
        at_desk(call, Needs::Store, async |desk| {
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

/// Check that no line was changed, added or taken out by somebody without the keys
#[derive(Debug, Args)]
pub(crate) struct Verify {}

impl Verify {
    async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let verified = desk.control.verify_audit(&desk.actor).await?;
            call.output.document(&verified)?;
            call.output.show(told(&verified))?;
            if !verified.whole {
                call.output.say(advice(&verified));
                return Ok(Ending::Wrong);
            }
            call.output.say(
                "Keep the number and the chain of the last line elsewhere: lines that are cut off at \
                 the end show by them only.",
            );
            Ok(Ending::Done)
        })
        .await
    }
}

/// For people: what was found, the keys, the end of the chain.
fn told(verified: &AuditVerified) -> String {
    let AuditVerified { whole, lines, first, last, head, keys, breaks, further_breaks } = verified;
    let mut text: Vec<String> = breaks.iter().map(|found| format!("{CROSS} {found}")).collect();
    if *further_breaks > 0 {
        text.push(format!("{CROSS} and {further_breaks} more such places"));
    }
    if *whole {
        text.push(format!("{TICK} every line is what was written, and none is missing"));
    }
    let (Some(first), Some(last)) = (first, last) else {
        text.push("there is no line".to_owned());
        return text.join("\n");
    };
    text.push(format!("{}, {first} to {last}", counted(*lines)));
    for used in keys {
        let KeyUse { key, lines, first, last } = used;
        text.push(format!("key {key}: {}, {first} to {last}", counted(*lines)));
    }
    if let Some(head) = head {
        text.push(format!("line {last} has the chain {head}"));
    }
    text.join("\n")
}

/// What to do about a record that is not whole.
fn advice(verified: &AuditVerified) -> &'static str {
    let AuditVerified { breaks, further_breaks, .. } = verified;
    let is_of_keys = |fault| matches!(fault, AuditFault::KeyUnknown { .. });
    if *further_breaks == 0 && breaks.iter().all(|found| is_of_keys(found.fault)) {
        "Keys were added on another node: bring its key file here, and check again."
    } else {
        "Somebody wrote to the database who is not Gatepass, or the disk lost something. Compare \
         with a backup."
    }
}

fn counted(lines: u64) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}
