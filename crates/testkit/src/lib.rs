//! What tests need and the program does not: a clock that is set by hand, seeded randomness,
//! builders, a gate in a test, a client that sends bytes as they are.
//!
//! Knows: how the rooms are put together, as the program does it. Deliberately does not know: what
//! any test expects, but for [`hostile`], which reads a table of requests and says which of its
//! rows a gate fails. That needs addresses and secrets only, so it can be pointed at a gate in
//! another process too.
//!
//! Start at [`TestGate::start`] and [`raw::Client`].

pub mod build;
mod clock;
mod control;
mod entropy;
mod gate;
pub mod hostile;
mod ldap;
mod link;
mod openid;
pub mod raw;
pub mod tls;

pub use clock::TestClock;
pub use control::{TestControl, asked_product, jira_directory};
pub use entropy::SeededEntropy;
pub use gate::options::{TestGateOptions, TestInstance};
pub use gate::{Issued, Stopped, TestGate};
pub use ldap::{ldap_directory, ldap_settings};
pub use link::{KeyPair, application_link, link_consumer, link_key};
pub use openid::{Manner, Signature, TestProvider};
