//! A file that is new, its user's alone, and there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, query};

use crate::StoreError;

/// A file that comes to be under another name beside its place.
pub(crate) struct NewFile {
    place: PathBuf,
    path: PathBuf,
}

impl NewFile {
    /// Makes it, empty. `Occupied` when its place, or its name until then, is taken.
    pub(crate) fn beside(place: &Path) -> Result<Self, StoreError> {
        let occupied = |path: &Path| StoreError::Occupied { place: path.display().to_string() };
        if place.symlink_metadata().is_ok() {
            return Err(occupied(place));
        }
        let path = with_ending(place, ".part");
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Ok(_) => Ok(Self { place: place.to_owned(), path }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(occupied(&path)),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    /// As the address of a store.
    pub(crate) fn url(&self) -> Result<String, StoreError> {
        Ok(format!("sqlite:{}", self.text()?))
    }

    /// Where it is until it is in its place.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn text(&self) -> Result<&str, StoreError> {
        self.path.to_str().ok_or(StoreError::Unstorable("a path that is not UTF-8"))
    }

    /// Brings it to disk and to its place, in which nothing is overwritten.
    pub(crate) fn put_in_place(self) -> Result<(), StoreError> {
        let io = StoreError::unavailable;
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(io)?;
        match fs::hard_link(&self.path, &self.place) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Occupied { place: self.place.display().to_string() });
            }
            linked => linked.map_err(io)?,
        }
        let folder = self.place.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).and_then(|file| file.sync_all()).map_err(io)
    }
}

/// What is left beside the place goes, whatever happened.
impl Drop for NewFile {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
            let _ = fs::remove_file(with_ending(&self.path, ending));
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Copies an SQLite file, of whatever tables, as it is at one moment.
pub(crate) async fn vacuum_into(from: &Path, to: &NewFile) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(from)
        .read_only(true)
        .busy_timeout(Duration::from_secs(30));
    let mut connection = options.connect().await?;
    query("VACUUM INTO $1").bind(to.text()?).execute(&mut connection).await?;
    Ok(connection.close().await?)
}
