//! From the store's feed into the wallet.

use std::sync::Arc;

use gatepass_identity::Wallet;
use gatepass_model::{InstanceName, PersonKey};
use gatepass_snapshot::CredentialSink;
use gatepass_store::UpstreamCredential;

use super::keys::SharedKeys;

/// Puts what the follower brings into the wallet.
pub(crate) struct WalletSink {
    pub(crate) wallet: Arc<Wallet>,
    pub(crate) keys: SharedKeys,
}

impl CredentialSink for WalletSink {
    fn replace_all(&self, credentials: Vec<UpstreamCredential>) {
        // How many could not be opened was logged, one by one.
        self.wallet.replace_all(&self.keys.load(), &credentials);
    }

    fn changed(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
        credential: Option<UpstreamCredential>,
    ) {
        match credential {
            // The same.
            Some(credential) => drop(self.wallet.put(&self.keys.load(), &credential)),
            None => self.wallet.remove(owner, instance),
        }
    }
}
