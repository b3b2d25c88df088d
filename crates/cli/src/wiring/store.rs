//! The store and the activity beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepass_config::{Config, StoreLocation};
use gatepass_model::Clock as _;
use gatepass_store::{Store, StoreOptions};

use super::clock::SystemClock;
use super::system_user;
use crate::failure::Failure;

/// The file of a store that is one.
pub(crate) fn file(config: &Config) -> &Path {
    let StoreLocation::Sqlite(path) = &config.store.location;
    path
}

/// Where activity stands: `gatepass.activity.db` beside `gatepass.db`.
pub(crate) fn activity_file(config: &Config) -> PathBuf {
    file(config).with_extension("activity.db")
}

/// Opens the store, and makes it where there is none.
pub(crate) async fn open(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    check_owner(config)?;
    let url = config.store.location.url();
    let opened = gatepass_store::open(&url, StoreOptions::default(), SystemClock.now()).await;
    opened.map_err(|error| {
        let file = file(config).display();
        Failure::from(error).of_key(&format!("store.url ({file})"))
    })
}

/// Whether this is the user who owns the store's files.
pub(crate) fn check_owner(config: &Config) -> Result<(), Failure> {
    let (store, activity) = (file(config), activity_file(config));
    let mut files = vec![config.secrets.key_file.clone()];
    for file in [store, &activity] {
        files.extend(["", "-wal", "-shm", ".lock"].map(|ending| beside(file, ending)));
    }
    system_user::check_owner(&files)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
