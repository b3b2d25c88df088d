//! The key file: a line for each key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Key, KeyPurpose, KeyRing, Keys};
use crate::entropy::NoEntropy;

const HEADER: &str = "\
# The keys of Gatepass: number, purpose, key. With them and the database tokens can be made and
# credentials opened; without them the database is of no use. Keep a copy in a safe place, and
# not where the copies of the database are.
";

/// Longest key file that is read, in bytes: some thousand keys.
const LONGEST: u64 = 1 << 18;

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not there.
    #[error("there is no key file {}", .0.display())]
    Missing(PathBuf),
    /// It was to be made, but is there.
    #[error("the key file {} exists", .0.display())]
    Exists(PathBuf),
    /// Others may read or write it.
    #[error("the key file {} has mode {mode:04o}; it must be its owner's alone: chmod 600", path.display())]
    NotPrivate {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is no key file, or not a whole one.
    #[error("the key file {} is no good: {problem}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong, with the line; nothing of a key.
        problem: String,
    },
    /// The system failed.
    #[error("the key file {} can't be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// How.
        source: io::Error,
    },
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

pub(super) fn create(path: &Path, ring: &KeyRing) -> Result<(), KeyFileError> {
    match write_new(path, ring).and_then(|()| sync_directory(path)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(KeyFileError::Exists(path.to_owned()))
        }
        Err(source) => Err(io_error(path, source)),
    }
}

pub(super) fn load(path: &Path) -> Result<KeyRing, KeyFileError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
        _ => io_error(path, source),
    })?;
    // Of the open file, not of the path: what is checked is what is read.
    let meta = file.metadata().map_err(|source| io_error(path, source))?;
    let malformed = |problem: String| KeyFileError::Malformed { path: path.to_owned(), problem };
    if !meta.is_file() || meta.len() > LONGEST {
        return Err(malformed("it is not a small file".to_owned()));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(KeyFileError::NotPrivate { path: path.to_owned(), mode: meta.mode() & 0o7777 });
    }
    // With room for all of it, so that no outgrown buffer keeps a copy.
    let room = usize::try_from(meta.len()).unwrap_or_default() + 1;
    let mut text = Zeroizing::new(String::with_capacity(room));
    file.take(LONGEST).read_to_string(&mut text).map_err(|source| io_error(path, source))?;
    parse(&text).map_err(malformed)
}

/// Reads the ring, changes it, and puts it in the place of the old one. Others who change it
/// wait meanwhile.
pub(super) fn change(
    path: &Path,
    edit: impl FnOnce(&mut KeyRing) -> Result<(), KeyFileError>,
) -> Result<KeyRing, KeyFileError> {
    let failed = |source| io_error(path, source);
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(path, ".lock"))
        .map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut ring = load(path)?;
    edit(&mut ring)?;
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        // Left by a crash.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    write_new(&new, &ring)
        .and_then(|()| fs::rename(&new, path))
        .and_then(|()| sync_directory(path))
        .map_err(failed)?;
    Ok(ring)
}

fn io_error(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io { path: path.to_owned(), source }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn write_new(path: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(print(ring).as_bytes())?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

fn print(ring: &KeyRing) -> Zeroizing<String> {
    let mut lines: Vec<(u32, KeyPurpose, &Key)> = KeyPurpose::ALL
        .into_iter()
        .flat_map(|purpose| ring.of(purpose).iter().map(move |key| (key.id, purpose, key)))
        .collect();
    lines.sort_by_key(|(id, ..)| *id);
    // Room for all of it: number, purpose, 44 characters.
    let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + lines.len() * 70));
    text.push_str(HEADER);
    for (id, purpose, key) in lines {
        let encoded = Zeroizing::new(STANDARD.encode(key.bytes()));
        for part in [&id.to_string(), " ", purpose.as_str(), " ", &encoded, "\n"] {
            text.push_str(part);
        }
    }
    text
}

fn parse(text: &str) -> Result<KeyRing, String> {
    let mut found: [Option<Keys>; 3] = [None, None, None];
    let mut last_id = 0;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (purpose, key) =
            parse_line(line).ok_or_else(|| format!("line {number} is no key of a known kind"))?;
        if key.id <= last_id {
            return Err(format!("line {number}: its number is not higher than the one before"));
        }
        last_id = key.id;
        let [digest, seal, mac] = &mut found;
        let keys = match purpose {
            KeyPurpose::Digest => digest,
            KeyPurpose::Seal => seal,
            KeyPurpose::Mac => mac,
        };
        match keys {
            Some(keys) => keys.push(key),
            None => *keys = Some(Keys { older: Vec::new(), newest: key }),
        }
    }
    match found {
        [Some(digest), Some(seal), Some(mac)] => Ok(KeyRing { digest, seal, mac }),
        _ => Err("it needs a key for each of digest, seal and mac".to_owned()),
    }
}

fn parse_line(line: &str) -> Option<(KeyPurpose, Key)> {
    let mut parts = line.split_ascii_whitespace();
    let (id, purpose, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    // The slice that is decoded into must have room for what is estimated, which is 33 bytes.
    let mut room = Zeroizing::new([0; 36]);
    let length = STANDARD.decode_slice(encoded, &mut room[..]).ok()?;
    bytes.copy_from_slice(room.get(..length).filter(|decoded| decoded.len() == 32)?);
    Some((purpose.parse().ok()?, Key { id: id.parse().ok()?, bytes }))
}
