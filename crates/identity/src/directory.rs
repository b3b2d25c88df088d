//! Directories of people. So far there is one kind: a file.

mod file;
mod people;
mod watcher;

pub use file::{DirectoryError, FileDirectory};
pub use people::{PeopleMistake, parse_people};
pub use watcher::{DirectoryState, FileWatcher};
