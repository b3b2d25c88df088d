//! `gatepass credential …`

mod add;
mod list;
mod remove;

use clap::Subcommand;

use crate::call::{Call, Outcome};

/// People's own native tokens, which the gate sends up in their name
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Add),
    List(list::List),
    Remove(remove::Remove),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Add(add) => add.run(call).await,
            Self::List(list) => list.run(call).await,
            Self::Remove(remove) => remove.run(call).await,
        }
    }
}
