//! The commands, one file each: what may be said, one use case, what is printed.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod credential;
pub(crate) mod demo;
mod effect;
pub(crate) mod explain;
pub(crate) mod impersonation;
mod input;
pub(crate) mod policy;
pub(crate) mod secrets;
pub(crate) mod serve;
pub(crate) mod store;
pub(crate) mod token;
pub(crate) mod whoami;
