//! What a single command works with: the use cases, on the store itself.

use std::sync::Arc;

use gatepass_config::Config;
use gatepass_control::{Control, ControlParts, Products};
use gatepass_model::{Actor, DirectoryName, PersonKey};
use gatepass_store::Store;
use gatepass_store::activity::ActivityReader;
use gatepass_vault::{KeyFile, SystemEntropy};

use super::clock::SystemClock;
use super::directories::{self, Directories};
use super::trust::Trust;
use super::{identity, keys, settings, store, system_user};
use crate::call::{Call, Outcome};
use crate::failure::Failure;

/// What a command needs besides the store and its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: it must work also when the directories can't be read.
    Store,
    /// Who there is.
    People,
    /// What was done with tokens.
    Activity,
}

/// The use cases, and as whom they are asked.
pub(crate) struct Desk {
    pub(crate) config: Config,
    pub(crate) control: Control,
    pub(crate) key_file: KeyFile,
    pub(crate) actor: Actor,
    store: Arc<dyn Store>,
}

/// Opens the store, lets `work` do its work, and closes it.
pub(crate) async fn at_desk(
    call: &Call,
    needs: Needs,
    work: impl AsyncFnOnce(&Desk) -> Outcome,
) -> Outcome {
    let desk = Desk::open(call, needs).await?;
    let outcome = work(&desk).await;
    if let Err(error) = desk.store.close().await {
        tracing::warn!(%error, "the store could not be closed in order");
    }
    outcome
}

impl Desk {
    async fn open(call: &Call, needs: Needs) -> Result<Self, Failure> {
        let config = call.config()?;
        // Before a store is made: a mistake in a file of people must leave nothing behind.
        let people = match needs {
            Needs::People => directories::read(&config)?.0,
            Needs::Store | Needs::Activity => Directories::default(),
        };
        let products = match needs {
            Needs::People => identity::products(&config, &Trust::of(&config)?)?,
            Needs::Store | Needs::Activity => Products::none(),
        };
        store::check_owner(&config)?;
        let key_file = keys::file(&config.secrets).await?;
        let store = store::open(&config).await?;
        let opened = keys::open(&key_file, &*store).await?;
        if opened.is_new {
            call.output.say(format_args!(
                "made the key file {}: keep a copy of it in a safe place, apart from the copies of \
                 the store",
                key_file.path().display()
            ));
        }
        let control = Control::new(ControlParts {
            store: Arc::clone(&store),
            activity: activity(&config, needs).await,
            keyring: opened.keyring,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            people: Arc::new(people),
            directories: config.directories.iter().map(|one| one.name.clone()).collect(),
            instances: settings::known_instances(&config),
            products,
        });
        Ok(Self { config, control, key_file, actor: system_user::actor(), store })
    }

    /// The person of this name, for looking things up: whether anybody knows him is not asked.
    pub(crate) fn person(
        &self,
        username: &str,
        directory: Option<&DirectoryName>,
    ) -> Result<PersonKey, Failure> {
        let username = username.parse().map_err(|error: gatepass_model::InvalidName| {
            Failure::new("invalid", format!("--owner: {error}"))
        })?;
        let directory = match (directory, self.config.directories.as_slice()) {
            (Some(directory), _) => directory.clone(),
            (None, [only]) => only.name.clone(),
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
                let words = format!("name one of them with --directory: {}", names.join(", "));
                return Err(Failure::new("invalid", words));
            }
        };
        Ok(PersonKey { directory, username })
    }
}

async fn activity(config: &Config, needs: Needs) -> Option<Arc<dyn ActivityReader>> {
    if needs != Needs::Activity {
        return None;
    }
    match store::read_activity(config).await {
        Ok(reader) => Some(reader),
        Err(failure) => {
            tracing::warn!(error = failure.message, "the activity can't be read");
            None
        }
    }
}
