//! Where the file is, who may read it, and who opens it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{StoreError, address};

/// The path in `sqlite:<path>` (or `sqlite://<path>`).
pub(crate) fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let wrong = || StoreError::BadUrl(address::shown(url));
    let path = url.strip_prefix("sqlite:").ok_or_else(wrong)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    // What another program would read as "in memory" or as parameters.
    if path.is_empty() || path.starts_with(':') || path.contains(['?', '\0']) {
        return Err(wrong());
    }
    Ok(PathBuf::from(path))
}

/// Makes the file, for this user alone, where there is none. SQLite gives its WAL the same
/// rights.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            let made = file.sync_all().and_then(|()| sync_directory(path));
            made.map_err(StoreError::unavailable)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::unavailable(error)),
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Which file it was when it was opened.
///
/// SQLite goes on with a file that was moved away or replaced (a backup was put in its place),
/// and acknowledges what nobody will find again. So each use asks whether the file is still
/// there; a `stat` takes a microsecond.
#[derive(Clone, Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl FileIdentity {
    pub(super) fn of(path: PathBuf) -> Result<Self, StoreError> {
        let (device, inode) = device_and_inode(&path)?;
        Ok(Self { path, device, inode })
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        if device_and_inode(&self.path)? == (self.device, self.inode) {
            return Ok(());
        }
        Err(StoreError::unavailable("another file was put in the database's place; restart"))
    }
}

fn device_and_inode(path: &Path) -> Result<(u64, u64), StoreError> {
    let meta = std::fs::metadata(path).map_err(StoreError::unavailable)?;
    Ok((meta.dev(), meta.ino()))
}

/// Whoever holds it opens and migrates; the others wait, up to a minute.
pub(super) async fn lock_beside(path: &Path) -> Result<File, StoreError> {
    const PAUSE: Duration = Duration::from_millis(20);
    const PAUSES: u32 = 3000;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&name)
        .map_err(StoreError::unavailable)?;
    // Not `lock`: it would hold a thread, which can't be told to stop.
    for _ in 0..PAUSES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            Err(TryLockError::Error(error)) => return Err(StoreError::unavailable(error)),
        }
    }
    Err(StoreError::unavailable("another process has been opening the store for a minute"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_is_the_address_of_a_store() {
        for url in ["sqlite:gatepass.db", "sqlite://gatepass.db"] {
            assert_eq!(path_of(url).unwrap(), Path::new("gatepass.db"));
        }
        assert_eq!(path_of("sqlite:///var/lib/g.db").unwrap(), Path::new("/var/lib/g.db"));
        for url in ["", "gatepass.db", "sqlite:", "sqlite::memory:", "sqlite:a?mode=ro", "mysql:x"]
        {
            assert!(matches!(path_of(url), Err(StoreError::BadUrl(_))), "{url}");
        }
    }
}
