//! Bytes in motion: buffers, deadlines, bodies that stream with back-pressure.
//!
//! Nothing here knows what a request means. Everything is polled from the one task of its
//! connection, so nothing locks and nothing is shared.

pub(crate) mod body;
pub(crate) mod buffer;
pub(crate) mod client;
pub(crate) mod deadline;
pub(crate) mod pace;
pub(crate) mod text;
pub(crate) mod upgrade;
