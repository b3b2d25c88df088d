//! Make the policy equal to a file, whole or not at all.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, InstanceName, PolicyDocument};
use gatepass_store::{Revision, StoreError};
use serde::Serialize;

use super::compliance::NonCompliance;
use super::diff::PolicyDiff;
use super::note::PolicyNote;
use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::effect::InEffect;
use crate::error::ControlError;
use crate::policy_file::{self, PolicyFile};

/// How often applying is tried when others change the policy at the same time.
const ATTEMPTS: usize = 3;

/// Whether to do it, or only to say what would be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Do it.
    Real,
    /// Change nothing.
    Dry,
}

/// What applying a policy did, or would do.
#[derive(Clone, Debug, Serialize)]
pub struct Applied {
    /// What is different; empty when the policy is as the file says already.
    pub diff: PolicyDiff,
    /// Whether it was written: not in a dry run, nor when nothing is different.
    pub is_changed: bool,
    /// The living tokens that kept to the old policy, and don't to the new one.
    pub non_compliance: NonCompliance,
    /// How far it is; `None`: nothing was written, or the nodes could not be asked.
    pub effect: Option<InEffect>,
    /// The policy that it was compared with: what a piece of it is to be changed by.
    #[serde(skip)]
    pub seen: Revision,
}

impl Control {
    /// Makes the policy equal to `file`. `BadPolicy` with every mistake in it, and then nothing
    /// is changed. Tokens are left as they are, also those that no longer keep to its bounds.
    pub async fn apply_policy(
        &self,
        actor: &Actor,
        file: PolicyFile<'_>,
        run: Run,
    ) -> Result<Applied, ControlError> {
        self.authorise(actor, Ability::ChangePolicy).await?;
        let known: Vec<InstanceName> =
            self.instances.iter().map(|known| known.instance.name.clone()).collect();
        let wanted = policy_file::parse(file, &known).map_err(ControlError::BadPolicy)?;
        for _ in 0..ATTEMPTS {
            let stored = self.store.load_policy().await?;
            let diff = PolicyDiff::between(&stored.document, &wanted);
            let non_compliance = self.non_compliance(&stored.document, &wanted).await?;
            let seen = stored.revision;
            let unchanged = Applied { diff, is_changed: false, non_compliance, effect: None, seen };
            if run == Run::Dry || unchanged.diff.is_empty() {
                return Ok(unchanged);
            }
            let title = format!("from {}", file.name);
            let note =
                PolicyNote { action: "policy.applied", subject: AuditSubject::Policy, title };
            match self.write_policy(actor, seen, &wanted, note.with(&unchanged.diff)).await {
                Ok(effect) => return Ok(Applied { is_changed: true, effect, ..unchanged }),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Conflict)
    }

    /// Puts a policy in the place of the one of `seen`.
    pub(super) async fn write_policy(
        &self,
        actor: &Actor,
        seen: Revision,
        wanted: &PolicyDocument,
        PolicyNote { action, subject, title: detail }: PolicyNote,
    ) -> Result<Option<InEffect>, StoreError> {
        let audit = audit_entry(actor, self.clock.now(), action, subject, detail);
        let revision = self.store.replace_policy(wanted, seen, &audit).await?;
        Ok(self.effect_of(revision).await)
    }
}
