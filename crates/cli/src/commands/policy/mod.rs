//! `gatepass policy …`

mod apply;
mod export;

use clap::Subcommand;

use crate::call::{Call, Outcome};

/// Rules about tokens, and modes of passwords and the like, as a file
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Export(export::Export),
    Apply(apply::Apply),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Export(export) => export.run(call).await,
            Self::Apply(apply) => apply.run(call).await,
        }
    }
}
