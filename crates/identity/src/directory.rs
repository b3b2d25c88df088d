//! Directories of people that are no products: a file, LDAP, and an OpenID provider.

mod file;
mod ldap;
mod openid;
mod people;
mod watcher;

pub use file::{DirectoryError, FileDirectory};
pub use ldap::{
    Examined, GroupAttributes, InactiveSignal, LdapDesk, LdapKind, LdapProblem, LdapServer,
    LdapSettings, PeopleAttributes, Sample, UnusableLdap,
};
pub use openid::{
    ClaimNames, OpenIdAnswer, OpenIdAttempt, OpenIdDesk, OpenIdExamined, OpenIdPerson,
    OpenIdProblem, OpenIdSettings, UnusableOpenId,
};
pub use people::{PeopleMistake, parse_people};
pub use watcher::{DirectoryState, FileWatcher};
