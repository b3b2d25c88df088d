//! The one client for asking products, directories and webhooks.
//!
//! Knows: time limits, the bound on what an answer may hold, and what must never happen by
//! itself: no redirects (a credential would follow them), no proxy from the environment, no
//! cookies, no second attempt. Deliberately does not know: what is asked, and whom. It is not the
//! data plane's, which has an engine of its own.
//!
//! Start at [`Client`].

mod answer;
mod client;
mod error;

pub use answer::Answer;
pub use client::{Client, Settings};
pub use error::ClientError;
