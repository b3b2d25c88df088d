//! Where changes of upstream credentials go.

use gatepass_model::{InstanceName, PersonKey};
use gatepass_store::UpstreamCredential;

/// Takes upstream credentials, which the store's feed brings along but this crate has no use
/// for. Called by the follower, one call after another; it must not wait for anything.
pub trait CredentialSink: Send + Sync {
    /// All that there are, in place of what came before.
    fn replace_all(&self, credentials: Vec<UpstreamCredential>);

    /// The credential of `owner` at `instance` is now this one, or there is none.
    fn changed(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
        credential: Option<UpstreamCredential>,
    );
}

/// For those who need no upstream credentials.
#[derive(Clone, Copy, Debug)]
pub struct NoSink;

impl CredentialSink for NoSink {
    fn replace_all(&self, _: Vec<UpstreamCredential>) {}

    fn changed(&self, _: &PersonKey, _: &InstanceName, _: Option<UpstreamCredential>) {}
}
