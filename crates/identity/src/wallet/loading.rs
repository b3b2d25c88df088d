//! From the store into the wallet.

use std::collections::HashSet;
use std::sync::Arc;

use gatepass_model::{InstanceName, PersonKey, Usernames};
use gatepass_store::{Credentials, StoreError, UpstreamCredential, UpstreamKind};
use gatepass_vault::{KeyRing, OpenError, SealedCredential, credential_context, open};

use super::Wallet;
use crate::credential::{ReadyCredential, UnusableSecret};

/// Why a stored credential can't be used. It was taken out of the wallet, unless it is under a key that
/// this node does not have; and logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It does not open: another key file, or somebody changed the database.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// What was in it can't be sent.
    #[error(transparent)]
    Unusable(#[from] UnusableSecret),
    /// The instance has no name for its owner, or it is another person's.
    #[error("the instance has no username for its owner")]
    Nameless,
}

impl Wallet {
    /// Reads all credentials from the store; those that are not there any more are forgotten.
    /// Answers how many could not be read.
    pub async fn load_all<S>(&self, store: &S, ring: &KeyRing) -> Result<usize, StoreError>
    where
        S: Credentials + ?Sized,
    {
        let credentials = store.list_credentials(None).await?;
        Ok(self.replace_all(ring, &credentials))
    }

    /// The same with credentials that were read already.
    pub fn replace_all(&self, ring: &KeyRing, credentials: &[UpstreamCredential]) -> usize {
        let unreadable =
            credentials.iter().filter(|credential| self.put(ring, credential).is_err()).count();
        let kept: HashSet<(&InstanceName, &PersonKey)> =
            credentials.iter().map(|found| (&found.instance, &found.owner)).collect();
        for (instance, drawer) in &self.drawers {
            drawer.native.pin().retain(|owner, _| kept.contains(&(instance, owner)));
        }
        unreadable
    }

    /// Follows one change of the store: what `owner` has at `instance` now is what counts. With
    /// an error of the store nothing is changed.
    pub async fn apply_change<S>(
        &self,
        store: &S,
        ring: &KeyRing,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<(), StoreError>
    where
        S: Credentials + ?Sized,
    {
        match store.find_credential(owner, instance).await {
            // What can't be read is out of the wallet then, and logged.
            Ok(Some(found)) => drop(self.put(ring, &found)),
            Ok(None) => self.remove(owner, instance),
            Err(error @ StoreError::Corrupt(_)) => {
                self.remove(owner, instance);
                return Err(error);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Opens a credential and puts it in the place of its owner's. One that presents the same
    /// stays as it is, so that reading anew does not forget a surprise. Of instances that are not
    /// configured nothing is kept.
    pub fn put(&self, ring: &KeyRing, stored: &UpstreamCredential) -> Result<(), Unreadable> {
        let Some(drawer) = self.drawers.get(&stored.instance) else { return Ok(()) };
        let ready = match ready(ring, stored, &drawer.identity.usernames) {
            Ok(ready) => ready,
            // Nothing can be said of it. What was known of its owner before was his own as well.
            Err(error @ Unreadable::Sealed(OpenError::UnknownKey(_))) => {
                let (owner, instance) = (&stored.owner, &stored.instance);
                tracing::error!(
                    %instance, %owner, %error,
                    "a credential stays as it was; bring the newest key file to this node"
                );
                return Err(error);
            }
            Err(error) => {
                let (owner, instance) = (&stored.owner, &stored.instance);
                tracing::error!(%instance, %owner, %error, "a credential counts as not there");
                self.remove(owner, instance);
                return Err(error);
            }
        };
        let native = drawer.native.pin();
        if !native.get(&stored.owner).is_some_and(|present| present.is_same_as(&ready)) {
            native.insert(stored.owner.clone(), Arc::new(ready));
        }
        Ok(())
    }

    /// Forgets what `owner` has at `instance`. Requests that run go on with it.
    pub fn remove(&self, owner: &PersonKey, instance: &InstanceName) {
        if let Some(drawer) = self.drawers.get(instance) {
            drawer.native.pin().remove(owner);
        }
    }
}

fn ready(
    ring: &KeyRing,
    stored: &UpstreamCredential,
    usernames: &Usernames,
) -> Result<ReadyCredential, Unreadable> {
    let context = credential_context(&stored.owner, &stored.instance);
    let secret = open(ring, &context, &SealedCredential::from_bytes(stored.sealed.clone()))?;
    match stored.kind {
        UpstreamKind::NativeToken => {
            let user = usernames.at_instance(&stored.owner.username);
            let user = user.ok_or(Unreadable::Nameless)?.into_owned();
            Ok(ReadyCredential::native_token(user, &secret)?)
        }
    }
}
