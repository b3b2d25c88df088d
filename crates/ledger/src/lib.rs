//! Activity, from the threads that serve requests into the store.
//!
//! Knows: how much room what is recorded gets, and when it is written and folded. Deliberately
//! does not know: how it is written and counted (the store's), or any URL: a [`RequestEvent`] has
//! no field into which a path or a query would fit, so none can come to be stored.
//!
//! A data-plane thread owns a [`ThreadLedger`] and calls [`ThreadLedger::record`] once per
//! request: no lock, no waiting, no looking up of whose it is, and no allocation once the buffer
//! has grown to what a second brings. Each second it calls [`ThreadLedger::flush`], which hands the
//! buffer to the [`Writer`] on the control runtime. What is flushed is in the store's journal
//! [`GATHER`] later, plus the time of one transaction: a process that is killed loses less than two
//! seconds of counts. [`FOLD_AFTER`] a block has come, the writer folds the journal into the tables;
//! before, whoever reads does.
//!
//! All buffers are bounded. What finds no room is dropped, and how much that was is counted,
//! stored, and told by [`Ledger::status`]. Start at [`ledger`].

mod chores;
mod pending;
mod status;
mod thread;
mod writer;

pub use gatepass_store::activity::{RequestEvent, Subject, User};
pub use status::Status;
pub use thread::ThreadLedger;
pub use writer::{FOLD_AFTER, GATHER, Ledger, Writer, ledger};

/// What the writer keeps while the store does not take it, in bytes: what 4,000 requests a second
/// are in five minutes.
pub const PENDING_BYTES: usize = 64 << 20;
