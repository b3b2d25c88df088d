//! Read the policy.

use gatepass_model::Actor;
use gatepass_store::StoredPolicy;

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;
use crate::policy_file;

impl Control {
    /// The policy in force, with the revision by which pieces of it are changed.
    pub async fn policy(&self, actor: &Actor) -> Result<StoredPolicy, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        Ok(self.store.load_policy().await?)
    }

    /// The policy in force, as the file that [`Control::apply_policy`] takes.
    pub async fn export_policy(&self, actor: &Actor) -> Result<String, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let stored = self.store.load_policy().await?;
        Ok(policy_file::export(&stored.document))
    }
}
