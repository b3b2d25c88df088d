//! `gatepass policy apply`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use gatepass_control::{Applied, PolicyFile, Run};

use crate::call::{Call, Ending, Outcome};
use crate::commands::effect;
use crate::failure::Failure;
use crate::output::plain;
use crate::wiring::desk::{Needs, at_desk};

/// Make the policy equal to a file, whole or not at all
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The file; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

/// Longest file that is read, in bytes: a little more than what is taken, so that the use case
/// sees what is too long.
const LONGEST: u64 = (1 << 20) + 1;

impl Apply {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let text = read(&self.file)?;
        let name = self.file.display().to_string();
        let run = if self.dry_run { Run::Dry } else { Run::Real };
        at_desk(call, Needs::People, async |desk| {
            let file = PolicyFile { name: &name, text: &text };
            let applied = desk.control.apply_policy(&desk.actor, file, run).await?;
            call.output.document(&applied)?;
            print(call, &applied, run)?;
            if applied.is_changed {
                effect::tell(call, applied.effect);
            }
            Ok(Ending::Done)
        })
        .await
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    read.map(|_| text).map_err(|error| Failure::file(file, &error))
}

fn print(call: &Call, applied: &Applied, run: Run) -> std::io::Result<()> {
    let output = call.output;
    for line in &applied.diff.lines {
        output.show(plain(&line.to_string()))?;
    }
    let left_behind = &applied.non_compliance;
    for token in &left_behind.tokens {
        let (owner, violations) = (plain(&token.owner), token.violations.join("; "));
        output.say(format_args!(
            "{} ({}) of {owner} does not keep to it: {violations}",
            token.id,
            plain(&token.name)
        ));
    }
    if left_behind.count > 0 {
        output.say(format_args!(
            "{} tokens that exist don't keep to it; they are left as they are",
            left_behind.count
        ));
    }
    output.say(match (applied.diff.is_empty(), run) {
        (true, _) => "nothing is different",
        (false, Run::Dry) => "a dry run: nothing was changed",
        (false, Run::Real) => "applied",
    });
    Ok(())
}
