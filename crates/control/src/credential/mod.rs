//! Upstream credentials: what the gate presents at a product to become somebody.

mod add;
mod list;
mod native;
mod remove;

pub use add::{AddCredential, CredentialAdded};
pub use list::CredentialView;
pub use remove::CredentialRemoved;
