//! Folders for servers.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The number of the user that runs the tests.
pub(crate) fn own_user() -> Result<u32> {
    Ok(fs::metadata("/proc/self").context("/proc")?.uid())
}

/// A word that nobody else has.
pub(crate) fn unique() -> Result<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/uuid").context("/proc")?;
    Ok(text.trim().replace('-', ""))
}

/// Makes a folder among the temporary ones, or finds it: ours, and nobody's link to elsewhere.
/// Others may look into it, since the server runs as another user.
pub(crate) fn find_or_make(name: &str) -> Result<PathBuf> {
    let path = std::env::temp_dir().join(name);
    match fs::DirBuilder::new().mode(0o755).create(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| path.display().to_string());
        }
        _ => {}
    }
    let meta = fs::symlink_metadata(&path).with_context(|| path.display().to_string())?;
    if !meta.is_dir() || meta.uid() != own_user()? {
        bail!("{} is somebody else's", path.display());
    }
    Ok(path)
}

/// Takes away what a server left there.
pub(crate) fn clear(folder: &Path) -> Result<()> {
    for name in ["data", "socket"] {
        match fs::remove_dir_all(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    for name in ["ready", "log"] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
