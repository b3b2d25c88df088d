//! A PostgreSQL that goes with the tests that use it.
//!
//! Knows: how to make, start and end a server of the PostgreSQL that is installed, as a user without
//! rights, reached by a socket in a folder of its own. Deliberately does not know: what is kept in
//! it. Without PostgreSQL it fails; no test is left out.
//!
//! Start at [`TestDatabase`], a database in a server that all tests of this user share; its own
//! server has a test that stops it, by [`TestServer`].

mod binaries;
mod database;
mod folder;
mod server;
mod shared;

pub use database::TestDatabase;
pub use server::TestServer;
