//! `gatepass store …`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use gatepass_config::StoreLocation;
use gatepass_model::Clock as _;
use gatepass_store::activity;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::output::plain;
use crate::wiring::clock::SystemClock;
use crate::wiring::store::Address;

/// The store itself
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Copy(Copy),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let Self::Copy(copy) = self;
        copy.run(call).await
    }
}

/// Copy a store with its activity into a new one, of the same kind or the other
#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// What to copy: `sqlite:FILE`, `postgres://USER@HOST/DATABASE` [default: the configured store]
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Where to: a file that is not there, or a database without tables of Gatepass
    #[arg(long, value_name = "URL")]
    to: String,
    /// A file that holds the password, for a URL of PostgreSQL that has none
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Copy although gates run on it; what they change from then on is not in the copy
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    from: &'a str,
    to: &'a str,
    rows: BTreeMap<&'static str, u64>,
    activity_rows: u64,
}

impl Copy {
    async fn run(self, call: &Call) -> Outcome {
        let from = match &self.from {
            Some(text) => self.address("--from", text)?,
            None => Address::of(&call.config()?.store.location)?,
        };
        let to = self.address("--to", &self.to)?;
        from.check_exists()?;
        from.check_owner()?;
        to.check_owner()?;
        check_idle(&from, self.force).await?;
        let copied = gatepass_store::copy(from.reveal(), to.reveal(), SystemClock.now()).await;
        let copied = copied.map_err(|error| to.failure(error))?;
        let counted = activity::copy(from.activity(), to.activity()).await;
        let counted = counted.map_err(|error| {
            to.failure(error).of_key("the store was copied, its activity was not")
        })?;
        call.output.document(&Document {
            from: from.shown(),
            to: to.shown(),
            rows: copied.tables.iter().copied().collect(),
            activity_rows: counted.rows(),
        })?;
        call.output.show(format_args!(
            "copied {} to {}: {} rows, and {} of the activity",
            from.shown(),
            to.shown(),
            copied.rows(),
            counted.rows()
        ))?;
        call.output.say(format_args!(
            "To use it, stop every gate and set this in gatepass.toml:\n\n[store]\nurl = \"{}\"\n\n\
             The key file stays the same: without it the copy is worth nothing. Every node needs \
             it.",
            to.url_line()
        ));
        Ok(Ending::Done)
    }

    /// Nothing of the text is quoted where it is wrong: there may be a password in it.
    fn address(&self, option: &str, text: &str) -> Result<Address, Failure> {
        let mut location: StoreLocation = text.parse().map_err(|error| {
            let failure = Failure::new("usage", format!("{option}: {error}"));
            Failure { is_usage: true, ..failure }
        })?;
        if let StoreLocation::Postgres { url, password_file } = &mut location
            && !url.has_password()
        {
            password_file.clone_from(&self.password_file);
        }
        Address::of(&location)
    }
}

/// Fails while gates run on the store, unless it is to be copied all the same.
async fn check_idle(from: &Address, force: bool) -> Result<(), Failure> {
    let store = from.open(gatepass_store::StoreOptions::default()).await?;
    let nodes = store.live_nodes(SystemClock.now()).await;
    let _ = store.close().await;
    let nodes = nodes.map_err(|error| from.failure(error))?;
    if nodes.is_empty() || force {
        return Ok(());
    }
    let names: Vec<String> = nodes.iter().map(|node| plain(&node.name)).collect();
    let words = format!(
        "gates are running on {}: {}; what is changed through them after the copy would be lost, a \
         revocation too; stop them (one that was killed counts for 10 s), or say --force",
        from.shown(),
        names.join(", ")
    );
    Err(Failure::new("in_use", words))
}
