//! The data plane: listen, read strictly, ask, attach the identity, forward, refuse, account.
//!
//! Knows: HTTP on the wire, connections, threads, and in which order a request goes through the
//! other rooms. Deliberately does not know: whether a request may pass (policy), what a product
//! means by it (profiles), who people are (identity), SQL. Wire formats are named in [`engine`]
//! only.
//!
//! Start at [`Gate::start`]. A request's way stands in `exchange/mod.rs`; the threads in
//! `listen/mod.rs`. Each data-plane thread has a runtime, sockets, pools and counters of its own, and
//! nothing on the path of a request waits for another thread.

mod account;
mod connection;
pub mod engine;
mod exchange;
mod forward;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gate;
mod listen;
mod read;
mod refuse;
mod request_id;
pub mod settings;
mod thread;
mod wire;

pub use account::strain::Strained;
pub use exchange::local::{
    Caller, LOCAL_BODY, LocalAnswer, LocalFuture, LocalPlace, LocalRequest, LocalService,
};
pub use exchange::meter::{Count, Totals, UPSTREAM_BUCKETS_MS};
pub use forward::cookie::OWN_COOKIES;
pub use gate::{Gate, Parting, Parts, StartError};
pub use listen::sockets::{Listener, Sockets, check_free};
pub use listen::tls::{CertificateError, CertificatePair, ServerCertificate};
pub use request_id::RequestId;
