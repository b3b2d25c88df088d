//! A PostgreSQL and an LDAP server that go with the tests that use them.
//!
//! Knows: how to make, start and end a server of the PostgreSQL that is installed, as a user without
//! rights, reached by a socket in a folder of its own; and one of `slapd`, on free ports of the
//! loopback. Deliberately does not know: what is kept in them. Where one is not installed it fails; no
//! test is left out. For LDAP, see [`TestSlapd`].
//!
//! Start at [`TestDatabase`], a database in a server that all tests of this user share; its own
//! server has a test that stops it, by [`TestServer`].

mod binaries;
mod database;
mod folder;
mod server;
mod shared;
mod slapd;

pub use database::TestDatabase;
pub use server::TestServer;
pub use slapd::{Ldif, SlapdOptions, TestSlapd};
