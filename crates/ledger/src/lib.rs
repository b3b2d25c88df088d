//! Activity: counted per thread, merged, written in batches.
//!
//! Knows: what is counted of a request, how much room that gets, and when it is written.
//! Deliberately does not know: SQL (the store's), or any URL: a [`RequestEvent`] has no field
//! into which a path or a query would fit, so none can come to be stored.
//!
//! A data-plane thread owns a [`ThreadLedger`] and calls [`ThreadLedger::record`] once per
//! request: no lock, no waiting, and no allocation once the buffers have grown to what a second
//! brings. Each second it calls [`ThreadLedger::flush`], which hands the buffer to the [`Writer`]
//! on the control runtime. What is flushed is in the store [`GATHER`] later, plus the time of one
//! transaction: a process that is killed loses less than two seconds of counts.
//!
//! All buffers are bounded. What finds no room is dropped, and how much that was is counted,
//! stored, and told by [`Ledger::status`]. Start at [`ledger`].

mod admission;
mod buffer;
mod event;
mod pending;
mod status;
mod text;
mod thread;
mod writer;

pub use event::{RequestEvent, Subject, User};
pub use status::Status;
pub use thread::ThreadLedger;
pub use writer::{GATHER, Ledger, Writer, ledger};

/// Longest user agent that is kept, in bytes.
pub const AGENT_BYTES: usize = 200;
/// Longest user name that is kept, in bytes: what the products' user tables hold.
pub const USER_BYTES: usize = gatepass_model::Username::MAX_BYTES;
/// Longest project key, and word of the catalogue, in bytes.
pub const WORD_BYTES: usize = 100;

/// Single requests that a thread keeps until they are flushed.
pub const THREAD_LINES: usize = 8_192;
/// Subjects that a thread counts between two flushes.
pub const THREAD_SUBJECTS: usize = 65_536;
/// Text that a thread keeps between two flushes, in bytes.
pub const THREAD_TEXT: usize = 16 << 20;
/// Single requests that the writer keeps while the store does not take them.
pub const PENDING_LINES: usize = 100_000;
/// Subjects' hours that the writer keeps while the store does not take them.
pub const PENDING_HOURS: usize = 131_072;
