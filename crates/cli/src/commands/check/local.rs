//! What stands on this machine: directories, store, keys.

use std::sync::Arc;

use gatepass_config::{Config, StoreLocation};
use gatepass_model::Clock as _;
use gatepass_store::Store;
use gatepass_vault::{KeyFile, KeyFileError, KeyRing};

use super::finding::{Findings, State};
use crate::failure::chain;
use crate::wiring::clock::SystemClock;
use crate::wiring::{self, directories, store};

/// A store that could be opened, and its keys if they could be read.
pub(super) struct Opened {
    pub(super) store: Arc<dyn Store>,
    pub(super) keys: Option<KeyRing>,
}

pub(super) fn directories(config: &Config, findings: &mut Findings) {
    match directories::read(config) {
        Ok((directories, _)) => {
            for (name, state) in directories.iter() {
                let count = state.borrow().people.len();
                let words = format!("{count} people; the file says who is active");
                findings.add(format!("directory {name}"), State::Ok, words);
            }
        }
        Err(failure) => findings.add("directories", State::Failed, failure.message),
    }
}

/// Opens the store, but makes no file: a check leaves nothing behind on this machine.
pub(super) async fn store(config: &Config, findings: &mut Findings) -> Option<Opened> {
    if let StoreLocation::Sqlite(file) = &config.store.location
        && !file.exists()
    {
        let shown = file.display();
        let words = format!("there is none at {shown} yet; the first command or start makes it");
        findings.add("store", State::Warning, words);
        no_store_yet(config, findings).await;
        return None;
    }
    match store::open(config).await {
        Ok(store) => {
            found(&config.store.location.to_string(), &*store, findings).await;
            let keys = keys(config, &*store, findings).await;
            Some(Opened { store, keys })
        }
        Err(failure) => {
            findings.add("store", State::Failed, failure.message);
            None
        }
    }
}

/// Which store, how far it is, and the gates that run on it.
async fn found(shown: &str, store: &dyn Store, findings: &mut Findings) {
    match store.revision().await {
        Ok(revision) => {
            let words = format!("{shown} can be opened; revision {revision}");
            findings.add("store", State::Ok, words);
        }
        Err(error) => findings.add("store", State::Failed, format!("{shown}: {}", chain(&error))),
    }
    match store.live_nodes(SystemClock.now()).await {
        Ok(nodes) if nodes.is_empty() => {
            findings.add("nodes", State::Ok, "no gate is running on this store");
        }
        Ok(nodes) => {
            let lines = nodes.iter().map(|node| {
                format!("{}, at revision {}, {}", node.name, node.applied, node.seen_at)
            });
            findings.add("nodes", State::Ok, lines.collect::<Vec<_>>().join("\n"));
        }
        Err(error) => findings.add("nodes", State::Failed, chain(&error)),
    }
}

async fn no_store_yet(config: &Config, findings: &mut Findings) {
    let Some(file) = key_file(config, findings).await else { return };
    let shown = file.path().display();
    match file.load() {
        Ok(_) => {
            let words = format!("{shown} is there already; the new store will use it");
            findings.add("keys", State::Warning, words);
        }
        Err(KeyFileError::Missing(_)) => {
            findings.add("keys", State::Warning, format!("{shown} will be made with the store"));
        }
        Err(error) => findings.add("keys", State::Failed, error.to_string()),
    }
}

/// The key file with its master key, where one is configured.
async fn key_file(config: &Config, findings: &mut Findings) -> Option<KeyFile> {
    match wiring::keys::file(&config.secrets).await {
        Ok(file) => Some(file),
        Err(failure) => {
            findings.add("master key", State::Failed, failure.message);
            None
        }
    }
}

async fn keys(config: &Config, store: &dyn Store, findings: &mut Findings) -> Option<KeyRing> {
    let opened = key_file(config, findings).await?;
    let file = opened.path();
    match opened.load() {
        Ok(keys) => {
            if let Err(error) = gatepass_control::check_keys(&opened, &keys, store).await {
                findings.add("keys", State::Failed, error.to_string());
                return Some(keys);
            }
            let sealed = if config.secrets.master_key.is_some() { ", and is sealed" } else { "" };
            findings.add("keys", State::Ok, format!("{} can be read{sealed}", file.display()));
            return Some(keys);
        }
        Err(KeyFileError::Missing(_)) if matches!(store.is_pristine().await, Ok(true)) => {
            let words = format!("{} will be made by the first command", file.display());
            findings.add("keys", State::Warning, words);
        }
        Err(KeyFileError::Missing(_)) => {
            let words = format!(
                "there is no key file {}, and the store is not new; put a copy of it there",
                file.display()
            );
            findings.add("keys", State::Failed, words);
        }
        Err(error) => findings.add("keys", State::Failed, error.to_string()),
    }
    None
}
