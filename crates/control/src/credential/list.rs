//! List upstream credentials.

use gatepass_model::{Actor, PersonKey};
use gatepass_store::UpstreamCredential;
use serde::Serialize;

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// What is known of an upstream credential, without the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CredentialView {
    /// Whose it is.
    pub owner: String,
    /// His directory.
    pub directory: String,
    /// Where it counts.
    pub instance: String,
    /// `native-token`.
    pub kind: &'static str,
    /// What the product calls it, where known.
    pub native_id: Option<String>,
    /// When it was put here, RFC 3339.
    pub created_at: String,
    /// By whom.
    pub created_by: String,
}

impl CredentialView {
    pub(super) fn of(credential: &UpstreamCredential) -> Self {
        Self {
            owner: credential.owner.username.to_string(),
            directory: credential.owner.directory.to_string(),
            instance: credential.instance.to_string(),
            kind: credential.kind.as_str(),
            native_id: credential.native_id.clone(),
            created_at: credential.created_at.to_string(),
            created_by: credential.created_by.to_string(),
        }
    }
}

impl Control {
    /// The credentials of `owner`; of everybody without one. Ordered by owner, then instance.
    pub async fn list_credentials(
        &self,
        actor: &Actor,
        owner: Option<&PersonKey>,
    ) -> Result<Vec<CredentialView>, ControlError> {
        let ability = owner.map_or(Ability::Look, Ability::LookAtThoseOf);
        self.authorise(actor, ability).await?;
        let found = self.store.list_credentials(owner).await?;
        Ok(found.iter().map(CredentialView::of).collect())
    }
}
