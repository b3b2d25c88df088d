//! The use cases against a store in a temporary file, with a clock that stands still.

mod credential;
mod effect;
mod explain;
mod issue;
mod keys;
mod moves;
mod policy;
mod policy_file;
mod support;
