//! A directory that is a file.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gatepass_model::{DirectoryName, Person};

use super::people::{PeopleMistake, parse_people};

/// Longest file, in bytes: some hundred thousand people.
const MAX_BYTES: u64 = 64 << 20;

/// A directory of people in a TOML file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDirectory {
    name: DirectoryName,
    path: PathBuf,
}

/// Why the people of a file are not known.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The file can't be read.
    #[error("{}: this file can't be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it is wrong. Prints one mistake a line, as `people.toml:4: people[2].email: …`.
    #[error("{}", lines(path, mistakes))]
    Wrong {
        /// Which.
        path: PathBuf,
        /// All of them, in the order of lines.
        mistakes: Vec<PeopleMistake>,
    },
}

fn lines(path: &Path, mistakes: &[PeopleMistake]) -> String {
    let lines: Vec<String> =
        mistakes.iter().map(|mistake| format!("{}:{mistake}", path.display())).collect();
    lines.join("\n")
}

/// What tells two states of a file apart, without reading it: which file, how long, and when it
/// was last written or put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl FileDirectory {
    /// The directory of this name in the file at `path`.
    pub const fn new(name: DirectoryName, path: PathBuf) -> Self {
        Self { name, path }
    }

    /// As configured.
    pub const fn name(&self) -> &DirectoryName {
        &self.name
    }

    /// Where its people stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads its people, in the order of the file. Blocks for as long as the file system does.
    pub fn read(&self) -> Result<Vec<Person>, DirectoryError> {
        self.read_with_stamp().map(|(people, _)| people)
    }

    /// The same, and which state of the file was read.
    pub(super) fn read_with_stamp(&self) -> Result<(Vec<Person>, Stamp), DirectoryError> {
        let (text, stamp) = self
            .text()
            .map_err(|source| DirectoryError::Unreadable { path: self.path.clone(), source })?;
        let people = parse_people(&self.name, &text)
            .map_err(|mistakes| DirectoryError::Wrong { path: self.path.clone(), mistakes })?;
        Ok((people, stamp))
    }

    pub(super) fn stamp(&self) -> io::Result<Stamp> {
        std::fs::metadata(&self.path).map(|metadata| Stamp::of(&metadata))
    }

    fn text(&self) -> io::Result<(String, Stamp)> {
        let file = File::open(&self.path)?;
        let stamp = Stamp::of(&file.metadata()?);
        let mut text = String::new();
        let length = (&file).take(MAX_BYTES + 1).read_to_string(&mut text)?;
        if length as u64 > MAX_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 64 MiB"));
        }
        if Stamp::of(&file.metadata()?) != stamp {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "it was changed meanwhile"));
        }
        Ok((text, stamp))
    }
}
