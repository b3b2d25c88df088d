//! From a configuration to things that work.
//!
//! `gate.rs` puts a whole gate together, `desk.rs` what a single command needs; the other files
//! are parts of both.

pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod console_address;
pub(crate) mod desk;
pub(crate) mod directories;
pub(crate) mod files;
mod freshness;
mod front;
pub(crate) mod gate;
pub(crate) mod given;
mod handover;
pub(crate) mod identity;
pub(crate) mod keys;
mod ldap;
pub(crate) mod limits;
mod local;
pub(crate) mod log;
pub(crate) mod master_key;
mod metrics;
mod openid;
mod operations;
mod readiness;
pub(crate) mod settings;
pub(crate) mod signals;
mod sink;
pub(crate) mod store;
pub(crate) mod supervisor;
pub(crate) mod system_user;
pub(crate) mod trust;
