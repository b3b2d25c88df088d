//! From the store's feed into the wallet, as the program does it.

use std::sync::Arc;

use gatepass_identity::Wallet;
use gatepass_model::{InstanceName, PersonKey};
use gatepass_snapshot::CredentialSink;
use gatepass_store::UpstreamCredential;
use gatepass_vault::KeyRing;

pub(super) struct WalletSink {
    pub(super) wallet: Arc<Wallet>,
    pub(super) ring: Arc<KeyRing>,
}

impl CredentialSink for WalletSink {
    fn replace_all(&self, credentials: Vec<UpstreamCredential>) {
        self.wallet.replace_all(&self.ring, &credentials);
    }

    fn changed(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
        credential: Option<UpstreamCredential>,
    ) {
        match credential {
            // What can't be read is out of the wallet then, and logged.
            Some(found) => drop(self.wallet.put(&self.ring, &found)),
            None => self.wallet.remove(owner, instance),
        }
    }
}
