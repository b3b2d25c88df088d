//! Directories of people that are no products: a file, and LDAP.

mod file;
mod ldap;
mod people;
mod watcher;

pub use file::{DirectoryError, FileDirectory};
pub use ldap::{
    Examined, GroupAttributes, InactiveSignal, LdapDesk, LdapKind, LdapProblem, LdapServer,
    LdapSettings, PeopleAttributes, Sample, UnusableLdap,
};
pub use people::{PeopleMistake, parse_people};
pub use watcher::{DirectoryState, FileWatcher};
