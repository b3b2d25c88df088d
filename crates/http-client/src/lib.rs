//! The one client for asking products, directories and webhooks.
//!
//! Knows: time limits, the bound on what an answer may hold, and what must never happen by
//! itself: no redirects (a credential would follow them), no proxy from the environment, no
//! cookies, no second attempt. Deliberately does not know: what is asked, and whom. It is not the
//! data plane's, which has an engine of its own.
//!
//! It also builds what the data plane's TLS trusts, so that a probe and a request can't differ.
//!
//! Start at [`Client`], and at [`tls::client_config`].

mod answer;
mod certificate;
mod client;
mod error;
pub mod tls;

pub use answer::Answer;
pub use certificate::PeerCertificate;
pub use client::{Client, Renamed, Settings, Tls};
pub use error::ClientError;
