//! `gatepass admin …`

mod bootstrap;
mod release;

use bootstrap::Bootstrap;
use clap::Subcommand;
use release::Release;

use crate::call::{Call, Outcome};

/// Administrators of Gatepass, and what only they can put right
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Bootstrap(Bootstrap),
    Release(Release),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Bootstrap(bootstrap) => bootstrap.run(call).await,
            Self::Release(release) => release.run(call).await,
        }
    }
}
