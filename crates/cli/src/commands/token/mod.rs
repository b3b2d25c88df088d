//! `gatepass token …`

mod issue;
mod list;
mod moves;
mod rotate;
mod show;

use clap::Subcommand;

use crate::call::{Call, Outcome};

/// Make, look at and end API tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Issue(Box<issue::Issue>),
    List(list::List),
    Show(show::Show),
    /// Stop a token for now; its running requests are cut
    Suspend(moves::Target),
    /// Let a suspended token work again
    Resume(moves::Target),
    Rotate(rotate::Rotate),
    /// End a token for good; its running requests are cut
    Revoke(moves::Target),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Issue(issue) => issue.run(call).await,
            Self::List(list) => list.run(call).await,
            Self::Show(show) => show.run(call).await,
            Self::Suspend(target) => target.run(call, moves::Move::Suspend).await,
            Self::Resume(target) => target.run(call, moves::Move::Resume).await,
            Self::Rotate(rotate) => rotate.run(call).await,
            Self::Revoke(target) => target.run(call, moves::Move::Revoke).await,
        }
    }
}
