//! Take a credential away.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, DirectoryName, InstanceName, PersonKey, Username};
use gatepass_store::StoreError;

use super::add::{invalid, not_found};
use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::effect::InEffect;
use crate::error::{ControlError, Problem};

/// A credential that was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialRemoved {
    /// How far it is; `None`: it is stored, but the nodes could not be asked.
    pub effect: Option<InEffect>,
}

impl Control {
    /// Takes away what `owner` has at `instance`. Neither the person nor the instance must still
    /// be known; `directory` left out: the instance's, else the only one. The token still counts
    /// at the product: its owner revokes it there.
    pub async fn remove_credential(
        &self,
        actor: &Actor,
        owner: &str,
        directory: Option<&DirectoryName>,
        instance: &InstanceName,
    ) -> Result<CredentialRemoved, ControlError> {
        let username: Username = owner.parse().map_err(|error: gatepass_model::InvalidName| {
            invalid(Problem::new("owner", error.to_string()))
        })?;
        let directory = match (directory, self.find_instance(instance)) {
            (Some(directory), _) => directory.clone(),
            (None, Some(known)) => known.instance.directory.clone(),
            (None, None) => self.known_directory(None).map_err(invalid)?,
        };
        let key = PersonKey { directory, username };
        self.authorise(actor, Ability::ManageCredentialsOf(&key)).await?;
        let subject = AuditSubject::Credential(key.clone(), instance.clone());
        let audit =
            audit_entry(actor, self.clock.now(), "credential.removed", subject, "taken away");
        match self.store.remove_credential(&key, instance, &audit).await {
            Ok(revision) => Ok(CredentialRemoved { effect: self.effect_of(revision).await }),
            Err(StoreError::NotFound) => Err(not_found(owner, instance)),
            Err(error) => Err(error.into()),
        }
    }
}
