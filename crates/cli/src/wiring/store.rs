//! The store and the activity beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepass_config::{Config, StoreLocation};
use gatepass_model::Clock as _;
use gatepass_store::activity::{self, ActivityLocation, ActivityReader, ActivityStore, Retention};
use gatepass_store::{Store, StoreError, StoreOptions};

use super::clock::SystemClock;
use super::system_user;
use crate::failure::Failure;

/// A store as it is opened: with its password, if it needs one.
#[derive(Clone)]
pub(crate) struct Address {
    /// Never shown.
    url: String,
    activity: ActivityLocation,
    shown: String,
    /// The files that belong to it; none for a database.
    files: Vec<PathBuf>,
}

impl Address {
    /// Of a store; reads the file of its password.
    pub(crate) fn of(location: &StoreLocation) -> Result<Self, Failure> {
        match location {
            StoreLocation::Sqlite(path) => Ok(Self::of_file(path)),
            StoreLocation::Postgres { url, password_file } => {
                let password = password_file.as_deref().map(read_password).transpose()?;
                let opened = url.reveal(password.as_deref());
                Ok(Self {
                    activity: ActivityLocation::Url(opened.clone()),
                    url: opened,
                    shown: url.to_string(),
                    files: Vec::new(),
                })
            }
        }
    }

    /// Of a store in a file.
    pub(crate) fn of_file(path: &Path) -> Self {
        let activity = activity_file(path);
        let endings = ["", "-wal", "-shm", ".lock"];
        let files = [path, &activity]
            .into_iter()
            .flat_map(|file| endings.map(|ending| beside(file, ending)))
            .collect();
        Self {
            url: format!("sqlite:{}", path.display()),
            shown: path.display().to_string(),
            activity: ActivityLocation::File(activity),
            files,
        }
    }

    /// As the store is opened. Not to be shown.
    pub(crate) fn reveal(&self) -> &str {
        &self.url
    }

    /// Where activity stands: `gatepass.activity.db` beside `gatepass.db`, or in the same
    /// database.
    pub(crate) const fn activity(&self) -> &ActivityLocation {
        &self.activity
    }

    /// For people, without a password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// As it stands in a configuration, without a password.
    pub(crate) fn url_line(&self) -> String {
        let Self { url, shown, .. } = self;
        if url.starts_with("sqlite:") { url.clone() } else { shown.clone() }
    }

    /// Fails where there is no such file; a database tells when it is opened.
    pub(crate) fn check_exists(&self) -> Result<(), Failure> {
        match self.files.first() {
            Some(file) if !file.exists() => {
                Err(Failure::new("not_found", format!("there is no store {}", file.display())))
            }
            _ => Ok(()),
        }
    }

    /// Whether this is the user who owns the files of the store, if it has any.
    pub(crate) fn check_owner(&self) -> Result<(), Failure> {
        system_user::check_owner(&self.files)
    }

    /// Opens the store, and makes it where there is none.
    pub(crate) async fn open(&self, options: StoreOptions) -> Result<Arc<dyn Store>, Failure> {
        self.check_owner()?;
        let opened = gatepass_store::open(&self.url, options, SystemClock.now()).await;
        opened.map_err(|error| self.failure(error))
    }

    /// An error of the store's, with the place that it is about.
    pub(crate) fn failure(&self, error: StoreError) -> Failure {
        Failure::from(error).of_key(&self.shown)
    }
}

/// For people, as [`Address::shown`].
impl std::fmt::Debug for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.shown)
    }
}

/// The first line of a file.
pub(crate) fn read_password(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
    let password = text.lines().next().unwrap_or_default();
    if password.is_empty() {
        return Err(Failure::new("io", format!("{}: there is no password in it", file.display())));
    }
    Ok(password.to_owned())
}

/// `gatepass.activity.db` beside `gatepass.db`.
pub(crate) fn activity_file(store: &Path) -> PathBuf {
    store.with_extension("activity.db")
}

/// How the configured store is opened.
pub(crate) fn options(config: &Config) -> StoreOptions {
    StoreOptions { notifications: config.store.notify, ..StoreOptions::default() }
}

/// Opens the configured store, and makes it where there is none.
pub(crate) async fn open(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    check_owner(config)?;
    let address = Address::of(&config.store.location)?;
    address.open(options(config)).await.map_err(|failure| failure.of_key("store.url"))
}

/// Opens the activity beside it for writing, and makes it where there is none.
pub(crate) async fn open_activity(config: &Config) -> Result<Arc<dyn ActivityStore>, Failure> {
    let address = Address::of(&config.store.location)?;
    let opened = activity::open(address.activity(), Retention::default()).await;
    opened.map_err(|error| address.failure(error).of_key("store.url"))
}

/// Opens the activity for reading only.
pub(crate) async fn read_activity(config: &Config) -> Result<Arc<dyn ActivityReader>, Failure> {
    let address = Address::of(&config.store.location)?;
    let opened = activity::open_reader(address.activity()).await;
    opened.map_err(|error| address.failure(error).of_key("store.url"))
}

/// Whether this is the user who owns the files of the store, if it has any, and of the keys.
pub(crate) fn check_owner(config: &Config) -> Result<(), Failure> {
    system_user::check_owner(std::slice::from_ref(&config.secrets.key_file))?;
    Address::of(&config.store.location)?.check_owner()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
