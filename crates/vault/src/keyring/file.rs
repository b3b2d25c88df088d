//! The key file: a ring in the clear or sealed, and how it is changed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::sealed::{self, Envelope, Shut};
use super::{KeyRing, MasterKey, lines};
use crate::entropy::{Entropy, NoEntropy};

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
    /// It is sealed, and there is no master key to open it.
    #[error(
        "the key file {} is sealed with a master key, and none is configured: say where it is with \
         secrets.master_key_file, secrets.master_key_env or secrets.master_key_command",
        .0.display()
    )]
    Sealed(PathBuf),
    /// It is in the clear, and should not be.
    #[error(
        "the key file {} is not sealed, although a master key is configured: `gatepass secrets \
         rewrap` seals it",
        .0.display()
    )]
    NotSealed(PathBuf),
    /// It was to be sealed, and there is no master key.
    #[error(
        "the key file {} can't be sealed: no master key is configured (secrets.master_key_file, \
         secrets.master_key_env or secrets.master_key_command)",
        .0.display()
    )]
    Unsealable(PathBuf),
    /// It is sealed, but for other master keys.
    #[error(
        "the key file {} is sealed for the master key {found}, and {given} is the one that was given",
        path.display()
    )]
    OtherMaster {
        /// Which.
        path: PathBuf,
        /// The names of those that open it.
        found: String,
        /// The name of the one that does not.
        given: String,
    },
    /// Somebody else added keys, or took some away, since it was read.
    #[error(
        "the key file {} was changed by somebody else at the same time, so its keys were not put in \
         force; try again",
        .0.display()
    )]
    Changed(PathBuf),
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

/// Where a ring stands, and what seals it there. To have it is not to have read anything yet.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    master: Option<MasterKey>,
}

/// A file that was read.
struct Opened {
    ring: KeyRing,
    /// `None`: it is not sealed.
    envelope: Option<Envelope>,
}

impl KeyFile {
    /// The file at `path`: sealed for `master`, or in the clear without one. What is found there must
    /// be that, not the other: a file that lost its seal was written by somebody else.
    pub fn new(path: impl Into<PathBuf>, master: Option<MasterKey>) -> Self {
        Self { path: path.into(), master }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a ring and its file: new (`O_EXCL`), mode 0600, on disk with its directory when
    /// this returns. Only beside a store without rows; that is for the caller to see to.
    pub fn create(&self, entropy: &dyn Entropy) -> Result<KeyRing, KeyFileError> {
        let path = &self.path;
        let ring = KeyRing::generate(entropy)?;
        let masters: Vec<&MasterKey> = self.master.iter().collect();
        let text = print(&ring, envelope(&masters, entropy)?.as_ref(), entropy)?;
        match write_new(path, &text).and_then(|()| sync_directory(path)) {
            Ok(()) => Ok(ring),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyFileError::Exists(path.to_owned()))
            }
            Err(source) => Err(io_error(path, source)),
        }
    }

    /// Reads the file. Refused when its group or others may read or write it.
    pub fn load(&self) -> Result<KeyRing, KeyFileError> {
        Ok(self.open(Expected::Configured)?.ring)
    }

    /// Adds a key for each purpose, unless such keys are there already, and gives the ring as it is
    /// then. They read and do not write, until [`KeyFile::put_in_force`]: so each node can have them
    /// before there is anything under them. The file is replaced whole: a crash leaves the old or the
    /// new one. Others who change it wait meanwhile.
    pub fn add_coming(&self, entropy: &dyn Entropy) -> Result<KeyRing, KeyFileError> {
        let add = |ring: &mut KeyRing| Ok(ring.add_coming(entropy)?);
        self.change(entropy, add)
    }

    /// From now on those keys are the ones to write with; the older ones stay for what they wrote.
    /// Nothing changes where there are none.
    ///
    /// `mark` is the [`KeyRing::mark`] that every node is known to have. `Changed` when the file has
    /// other keys by now: nobody knows yet who can read those.
    pub fn put_in_force(&self, mark: u64, entropy: &dyn Entropy) -> Result<KeyRing, KeyFileError> {
        self.change(entropy, |ring| {
            if ring.mark() != mark {
                return Err(KeyFileError::Changed(self.path.clone()));
            }
            ring.put_in_force();
            Ok(())
        })
    }

    /// Seals the file anew: for its master key, and for `also` while one is exchanged for the other.
    /// It may be in the clear before. Without a master key: `Unsealable`. The names of the master keys
    /// that open it now.
    pub fn seal(
        &self,
        also: Option<&MasterKey>,
        entropy: &dyn Entropy,
    ) -> Result<Vec<String>, KeyFileError> {
        let Some(master) = &self.master else {
            return Err(KeyFileError::Unsealable(self.path.clone()));
        };
        let _lock = lock(&self.path)?;
        let ring = self.open(Expected::Either)?.ring;
        let mut masters = vec![master];
        masters.extend(also.filter(|also| also.name() != master.name()));
        let text = print(&ring, envelope(&masters, entropy)?.as_ref(), entropy)?;
        replace(&self.path, &text)?;
        Ok(masters.into_iter().map(MasterKey::name).collect())
    }

    /// Reads the ring, changes it, and puts it in the place of the old one. Others who change it
    /// wait meanwhile.
    fn change(
        &self,
        entropy: &dyn Entropy,
        edit: impl FnOnce(&mut KeyRing) -> Result<(), KeyFileError>,
    ) -> Result<KeyRing, KeyFileError> {
        let _lock = lock(&self.path)?;
        let Opened { mut ring, envelope } = self.open(Expected::Configured)?;
        edit(&mut ring)?;
        replace(&self.path, &print(&ring, envelope.as_ref(), entropy)?)?;
        Ok(ring)
    }

    fn open(&self, expected: Expected) -> Result<Opened, KeyFileError> {
        let path = &self.path;
        let text = read(path)?;
        let malformed = |problem: String| KeyFileError::Malformed { path: path.clone(), problem };
        let is_sealed = sealed::is_sealed(&text);
        match &self.master {
            None if is_sealed => Err(KeyFileError::Sealed(path.clone())),
            Some(_) if !is_sealed && expected == Expected::Configured => {
                Err(KeyFileError::NotSealed(path.clone()))
            }
            Some(master) if is_sealed => {
                let (envelope, ring) =
                    Envelope::open(&text, master).map_err(|shut| match shut {
                        Shut::Damaged(problem) => malformed(problem.to_owned()),
                        Shut::Others(names) => KeyFileError::OtherMaster {
                            path: path.clone(),
                            found: names.join(" or "),
                            given: master.name(),
                        },
                    })?;
                let ring = std::str::from_utf8(&ring).map_err(|_| "it is no text".to_owned());
                let ring = ring.and_then(lines::parse).map_err(malformed)?;
                Ok(Opened { ring, envelope: Some(envelope) })
            }
            _ => Ok(Opened { ring: lines::parse(&text).map_err(malformed)?, envelope: None }),
        }
    }
}

/// What a file may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Sealed where there is a master key, in the clear where there is none.
    Configured,
    /// In the clear also where there is a master key.
    Either,
}

fn envelope(
    masters: &[&MasterKey],
    entropy: &dyn Entropy,
) -> Result<Option<Envelope>, KeyFileError> {
    if masters.is_empty() { Ok(None) } else { Ok(Some(Envelope::new(masters, entropy)?)) }
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
        _ => io_error(path, source),
    })?;
    // Of the open file, not of the path: what is checked is what is read.
    let meta = file.metadata().map_err(|source| io_error(path, source))?;
    if !meta.is_file() || meta.len() > LONGEST {
        let problem = "it is not a small file".to_owned();
        return Err(KeyFileError::Malformed { path: path.to_owned(), problem });
    }
    if meta.mode() & 0o077 != 0 {
        return Err(KeyFileError::NotPrivate { path: path.to_owned(), mode: meta.mode() & 0o7777 });
    }
    // With room for all of it, so that no outgrown buffer keeps a copy.
    let room = usize::try_from(meta.len()).unwrap_or_default() + 1;
    let mut text = Zeroizing::new(String::with_capacity(room));
    file.take(LONGEST).read_to_string(&mut text).map_err(|source| io_error(path, source))?;
    Ok(text)
}

/// Held until it is dropped.
fn lock(path: &Path) -> Result<File, KeyFileError> {
    let failed = |source| io_error(path, source);
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(path, ".lock"))
        .map_err(failed)?;
    lock.lock().map_err(failed)?;
    Ok(lock)
}

/// Puts a new file in the place of the old one: whoever opens it finds the one or the other.
fn replace(path: &Path, text: &str) -> Result<(), KeyFileError> {
    let failed = |source| io_error(path, source);
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        // Left by a crash.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    write_new(&new, text)
        .and_then(|()| fs::rename(&new, path))
        .and_then(|()| sync_directory(path))
        .map_err(failed)
}

fn io_error(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io { path: path.to_owned(), source }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// The file as text: in the clear, or in `envelope`.
fn print(
    ring: &KeyRing,
    envelope: Option<&Envelope>,
    entropy: &dyn Entropy,
) -> Result<Zeroizing<String>, KeyFileError> {
    let text = lines::print(ring);
    match envelope {
        None => Ok(text),
        Some(envelope) => Ok(Zeroizing::new(envelope.print(&text, entropy)?)),
    }
}
