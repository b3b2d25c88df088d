//! Native tokens that the gate makes for people, so that nobody needs to paste one.

mod link;
mod make;
mod renew;

use gatepass_identity::{Asker, ReadyCredential};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, IdentityMethod, InstanceName, PersonKey};
use gatepass_store::{UpstreamCredential, UpstreamKind};
use gatepass_vault::{SealedCredential, SecretText, credential_context, open};

pub use make::NativeMade;
pub use renew::{Renewal, Renewer};

use crate::control::{Control, KnownInstance, audit_entry};
use crate::error::ControlError;

/// How a person stands with his native token at an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NativeStanding {
    /// There is one, and nothing is known against it.
    Good,
    /// There is one, and the product does not take it: why.
    Broken(String),
    /// There is one that works until its end, and no other can be made: why.
    NotRenewed(String),
    /// There is none.
    Missing,
}

impl Control {
    /// How `owner` stands with his native token at each instance of his directory that becomes
    /// people that way and no other.
    pub async fn native_standing(
        &self,
        owner: &PersonKey,
    ) -> Result<Vec<(InstanceName, NativeStanding)>, ControlError> {
        let credentials = self.store.list_credentials(Some(owner)).await?;
        let (mut all, now) = (Vec::new(), self.clock.now());
        for known in self.instances.iter().filter(|one| needs_native(one, owner)) {
            let name = &known.instance.name;
            let found = credentials.iter().find(|credential| credential.instance == *name);
            let standing = match found {
                None => NativeStanding::Missing,
                Some(UpstreamCredential { problem: Some(words), expires_at, .. }) => {
                    let has_ended = expires_at.is_some_and(|end| end <= now);
                    if words == crate::people::REFUSED || has_ended {
                        NativeStanding::Broken(words.clone())
                    } else {
                        NativeStanding::NotRenewed(words.clone())
                    }
                }
                Some(_) => NativeStanding::Good,
            };
            all.push((name.clone(), standing));
        }
        Ok(all)
    }

    /// The native token of `owner` at `instance`, ready to be sent; `None` where there is none, or
    /// it can't be opened.
    pub(crate) async fn open_native(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<Option<ReadyCredential>, ControlError> {
        let found = self.store.find_credential(owner, instance).await?;
        Ok(found.and_then(|credential| self.opened(&credential)))
    }

    /// Asks the product whose this person's native token is, and notes what it says against it. Nothing
    /// is noted where it does not say.
    pub(crate) async fn check_native(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<(), ControlError> {
        let Some(own) = self.open_native(owner, instance).await? else { return Ok(()) };
        let problem = match self.products.desk.who_is(instance, Asker::Credential(&own)).await {
            Ok(Some(username)) if username == owner.username => None,
            Ok(_) => Some(crate::people::REFUSED),
            Err(_) => return Ok(()),
        };
        self.note_native_problem(owner, instance, problem).await?;
        if problem.is_some() {
            // It may merely have been deleted. What comes of it is seen by the next look.
            self.make_native_by_link(&Actor::System("identity"), owner, instance).await?;
        }
        Ok(())
    }

    fn opened(&self, credential: &UpstreamCredential) -> Option<ReadyCredential> {
        let secret = self.opened_secret(credential)?;
        match credential.kind {
            UpstreamKind::NativeToken => {
                let instance = self.find_instance(&credential.instance)?;
                let user = instance.instance.username_of(&credential.owner)?.into_owned();
                ReadyCredential::native_token(user, &secret).ok()
            }
        }
    }

    fn opened_secret(&self, credential: &UpstreamCredential) -> Option<SecretText> {
        let context = credential_context(&credential.owner, &credential.instance);
        let sealed = SealedCredential::from_bytes(credential.sealed.clone());
        match open(&self.keyring(), &context, &sealed) {
            Ok(secret) => Some(secret),
            Err(error) => {
                let (owner, instance) = (&credential.owner, &credential.instance);
                tracing::error!(%owner, %instance, %error, "a credential counts as not there");
                None
            }
        }
    }

    /// Notes why a native token is of no use, or that it is again. Nothing is written where that is
    /// known.
    pub(crate) async fn note_native_problem(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
        problem: Option<&str>,
    ) -> Result<(), ControlError> {
        let Some(found) = self.store.find_credential(owner, instance).await? else {
            return Ok(());
        };
        if found.problem.as_deref() == problem {
            return Ok(());
        }
        let credential = UpstreamCredential { problem: problem.map(str::to_owned), ..found };
        let subject = AuditSubject::Credential(owner.clone(), instance.clone());
        let (action, words) = match problem {
            Some(problem) => ("credential.refused", problem),
            None => ("credential.accepted", "the product takes it again"),
        };
        let (actor, now) = (Actor::System("identity"), self.clock.now());
        let audit = audit_entry(&actor, now, action, subject, words);
        self.store.put_credential(&credential, &audit).await?;
        Ok(())
    }
}

/// Where there is another way to become somebody, nobody is asked for a native token.
fn needs_native(known: &KnownInstance, owner: &PersonKey) -> bool {
    known.instance.directory == owner.directory && known.identity == [IdentityMethod::NativeToken]
}
