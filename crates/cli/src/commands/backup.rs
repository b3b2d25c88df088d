//! `gatepass backup`

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use gatepass_config::{Config, StoreLocation};
use gatepass_control::ControlError;
use gatepass_model::Clock as _;
use gatepass_store::activity;
use gatepass_store::{Revision, StoreOptions};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::clock::SystemClock;
use crate::wiring::store::{self, Address};
use crate::wiring::{config, keys};

/// Copy store and activity into a folder, while gates run; secrets only with --with-keys
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder: a new one, or an empty one
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Copy the key file too: whoever has the copy then has all that the store protects
    #[arg(long)]
    with_keys: bool,
}

/// What is in the folder; written last, so that a folder without it is no backup.
#[derive(Serialize)]
struct Manifest {
    gatepass: &'static str,
    made_at: String,
    /// Where it was copied from, without a password.
    from: String,
    /// The newest change in it.
    revision: u64,
    store: &'static str,
    activity: Option<&'static str>,
    configuration: Option<&'static str>,
    keys: Option<&'static str>,
}

const MANIFEST: &str = "backup.json";
const STORE: &str = "gatepass.db";
const ACTIVITY: &str = "gatepass.activity.db";
const CONFIGURATION: &str = "gatepass.toml";
const KEYS: &str = "gatepass.key";

impl Backup {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let path = config::path(call.config_file.as_deref())?;
        let config = call.config()?;
        store::check_owner(&config)?;
        let from = Address::of(&config.store.location)?;
        from.check_exists()?;
        if self.with_keys {
            // Before anything is made: a backup with half of what was asked for is none.
            keys::file(&config.secrets).await?.load().map_err(ControlError::from)?;
        }
        let folder = self.folder.as_path();
        make(folder).map_err(|error| Failure::file(folder, &error))?;
        let made_at = SystemClock.now();
        let revision = copy_store(&from, &folder.join(STORE)).await?;
        let counted = activity::backup(from.activity(), &folder.join(ACTIVITY)).await;
        let has_activity = counted.map_err(|error| from.failure(error).of_key("the activity"))?;
        let configuration = copy_configuration(&path, folder)?;
        let keys = if self.with_keys { Some(copy_keys(&config, folder)?) } else { None };
        let manifest = Manifest {
            gatepass: env!("CARGO_PKG_VERSION"),
            made_at: made_at.to_string(),
            from: from.shown().to_owned(),
            revision: revision.get(),
            store: STORE,
            activity: has_activity.then_some(ACTIVITY),
            configuration,
            keys,
        };
        write_manifest(&manifest, folder)?;
        tell(call, &manifest, folder)?;
        Ok(Ending::Done)
    }
}

/// Makes the folder, for this user alone; one that is there must be empty.
fn make(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::read_dir(folder)?.next().is_some() {
                return Err(io::Error::other("it is not empty"));
            }
            Ok(())
        }
        made => made,
    }
}

/// Copies the store and opens the copy, which shows that it is whole. Its newest revision.
async fn copy_store(from: &Address, to: &Path) -> Result<Revision, Failure> {
    let copied = gatepass_store::backup(from.reveal(), to).await;
    copied.map_err(|error| from.failure(error))?;
    let copy = Address::of_file(to);
    let store = copy.open(StoreOptions::default()).await?;
    let revision = store.revision().await;
    // The log of the copy is merged into its file.
    let closed = store.close().await;
    let revision = revision.map_err(|error| copy.failure(error))?;
    closed.map_err(|error| copy.failure(error))?;
    Ok(revision)
}

/// Copies the configuration, unless it has a password in it.
fn copy_configuration(path: &Path, folder: &Path) -> Result<Option<&'static str>, Failure> {
    let plain = config::load_plain(path);
    let has_password = plain.is_ok_and(|config| match config.store.location {
        StoreLocation::Postgres { url, .. } => url.has_password(),
        StoreLocation::Sqlite(_) => false,
    });
    if has_password {
        return Ok(None);
    }
    copy_file(path, &folder.join(CONFIGURATION))?;
    Ok(Some(CONFIGURATION))
}

fn copy_keys(config: &Config, folder: &Path) -> Result<&'static str, Failure> {
    // With its mode: 0600.
    copy_file(&config.secrets.key_file, &folder.join(KEYS))?;
    Ok(KEYS)
}

fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map(drop).map_err(|error| Failure::file(from, &error))
}

fn write_manifest(manifest: &Manifest, folder: &Path) -> Result<(), Failure> {
    let files = [STORE, ACTIVITY, CONFIGURATION, KEYS].map(|name| folder.join(name));
    for file in files.iter().filter(|file| file.exists()) {
        let synced = File::open(file).and_then(|file| file.sync_all());
        synced.map_err(|error| Failure::file(file, &error))?;
    }
    // Whoever opens a store leaves one.
    let _ = fs::remove_file(folder.join(format!("{STORE}.lock")));
    let path = folder.join(MANIFEST);
    let write = || {
        let text = serde_json::to_string_pretty(manifest).map_err(io::Error::other)?;
        fs::write(&path, text + "\n")?;
        File::open(&path)?.sync_all()?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| Failure::file(&path, &error))
}

fn tell(call: &Call, manifest: &Manifest, folder: &Path) -> io::Result<()> {
    call.output.document(manifest)?;
    let Manifest { from, revision, .. } = manifest;
    call.output.show(format_args!("{from}, revision {revision}, is in {}", folder.display()))?;
    if manifest.configuration.is_none() {
        call.output.say("gatepass.toml is not in it: there is a password in its store.url");
    }
    call.output.say(match manifest.keys {
        Some(_) => {
            "the key file is in it: whoever has this folder can use every credential in it; keep it \
             as you keep the keys"
        }
        None => {
            "the key file is not in it, and without that the copy is worth nothing: keep one in \
             another safe place (--with-keys puts it here)"
        }
    });
    Ok(())
}
