//! Put a person's native token for the gate to use.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, DirectoryName, IdentityMethod, InstanceName, Person, Timestamp};
use gatepass_store::{UpstreamCredential, UpstreamKind};
use gatepass_vault::{SecretText, credential_context, seal};
use serde::Serialize;

use super::list::CredentialView;
use super::native;
use crate::authorise::Ability;
use crate::control::{Control, KnownInstance, audit_entry};
use crate::effect::InEffect;
use crate::error::{ControlError, Problem};
use crate::input::Problems;

/// A native token to put.
#[derive(Clone, Debug)]
pub struct AddCredential {
    /// The username of whose it is.
    pub owner: String,
    /// His directory; left out: the instance's.
    pub directory: Option<DirectoryName>,
    /// Where it counts.
    pub instance: InstanceName,
    /// The token itself, without a line break at its end.
    pub secret: SecretText,
}

/// A credential that was put.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialAdded {
    /// What is known of it.
    #[serde(flatten)]
    pub credential: CredentialView,
    /// What looks odd, but may be right.
    pub warnings: Vec<String>,
    /// How far it is; `None`: it is stored, but the nodes could not be asked.
    pub effect: Option<InEffect>,
}

impl Control {
    /// Puts a native token of somebody's, sealed for him at this instance; in the place of the
    /// one that is there. Whether the product takes it, and for whom, only a call can tell.
    pub async fn add_credential(
        &self,
        actor: &Actor,
        request: &AddCredential,
    ) -> Result<CredentialAdded, ControlError> {
        let (owner, known) = self.owner_at_instance(request).await?;
        self.authorise(actor, Ability::ManageCredentialsOf(&owner.key)).await?;
        let now = self.clock.now();
        let credential = self.sealed(actor, &owner, request, now)?;
        let subject = AuditSubject::Credential(owner.key.clone(), request.instance.clone());
        let detail = credential.native_id.as_ref().map_or_else(
            || "a native token".to_owned(),
            |id| format!("the native token with the id {id}"),
        );
        let audit = audit_entry(actor, now, "credential.added", subject, detail);
        let revision = self.store.put_credential(&credential, &audit).await?;
        let effect = self.effect_of(revision).await;
        let warnings = warnings(&owner, known, &credential);
        Ok(CredentialAdded { credential: CredentialView::of(&credential), warnings, effect })
    }

    async fn owner_at_instance(
        &self,
        request: &AddCredential,
    ) -> Result<(Person, &KnownInstance), ControlError> {
        let mut problems = Problems::default();
        if let Some(problem) = native::find_problem(&request.secret) {
            problems.add("secret", problem);
        }
        let known = problems.take(self.known_instance(&request.instance));
        let Some(known) = known else { return problems.into_result(None) };
        let directory = &known.instance.directory;
        if request.directory.as_ref().is_some_and(|given| given != directory) {
            let words =
                format!("the people of {} come from the directory {directory}", request.instance);
            problems.add("directory", words);
            return problems.into_result(None);
        }
        let owner = problems.take(self.known_person(directory, &request.owner).await?);
        problems.into_result(owner.map(|owner| (owner, known)))
    }

    fn sealed(
        &self,
        actor: &Actor,
        owner: &Person,
        request: &AddCredential,
        now: Timestamp,
    ) -> Result<UpstreamCredential, ControlError> {
        let context = credential_context(&owner.key, &request.instance);
        let sealed = seal(&self.keyring(), &*self.entropy, &context, &request.secret)?;
        Ok(UpstreamCredential {
            owner: owner.key.clone(),
            instance: request.instance.clone(),
            kind: UpstreamKind::NativeToken,
            sealed: sealed.into_bytes(),
            native_id: native::find_native_id(&request.secret),
            hint: None,
            expires_at: None,
            problem: None,
            former: None,
            created_at: now,
            created_by: actor.clone(),
        })
    }
}

fn warnings(owner: &Person, known: &KnownInstance, credential: &UpstreamCredential) -> Vec<String> {
    let mut warnings = Vec::new();
    let instance = &known.instance.name;
    if credential.native_id.is_none() {
        warnings.push(
            "it does not have the shape of a native token (44 characters of base64); it is kept \
             all the same"
                .to_owned(),
        );
    }
    if !known.identity.contains(&IdentityMethod::NativeToken) {
        warnings.push(format!(
            "the identity of {instance} does not have \"native-token\": it is not used there"
        ));
    }
    if !owner.active {
        warnings.push(format!("{} is not active: his tokens don't work", owner.key));
    }
    warnings
}

pub(super) fn not_found(owner: &str, instance: &InstanceName) -> ControlError {
    ControlError::NotFound(format!("credential of {owner} at {instance}"))
}

pub(super) fn invalid(problem: Problem) -> ControlError {
    ControlError::Invalid(vec![problem])
}
