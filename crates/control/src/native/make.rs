//! Make a native token for somebody, as himself.

use gatepass_identity::{Asker, MintError, MintedToken};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, InstanceName, Lifetime, PersonKey, Timestamp};
use gatepass_store::{FormerCredential, UpstreamCredential, UpstreamKind};
use gatepass_vault::{credential_context, seal};

use crate::control::{Control, audit_entry};
use crate::effect::InEffect;
use crate::error::ControlError;

/// What the token is called in the product, by which its owner and his administrator know it. At
/// most 40 characters (`atlassian.pats.token.name.length`).
const NAME: &str = "Gatepass, for my API tokens";

/// So long a life is asked for, in days; when the product refuses, a shorter one. It does not tell
/// its bound (`atlassian.pats.max.tokens.expiry.days`) to everybody.
const LIVES: [u32; 4] = [365, 90, 30, 7];

/// The token before may still be on its way with requests of other nodes: so long it is kept.
const GRACE: Lifetime = Lifetime::from_seconds(600);

/// What came of making a native token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NativeMade {
    /// It is there, sealed, and used from now on. How far that is.
    Made(Option<InEffect>),
    /// The product refuses, in these words.
    Refused(String),
    /// The product did not say, in these words why.
    Unanswered(String),
}

impl Control {
    /// Makes a native token for `owner` at `instance`, who is whom `asker` stands for: the caller
    /// has made sure. It takes the place of the one that is there, which is deleted in the product
    /// after a grace.
    pub(crate) async fn make_native(
        &self,
        actor: &Actor,
        owner: &PersonKey,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<NativeMade, ControlError> {
        let before = self.store.find_credential(owner, instance).await?;
        let minted = match self.mint(instance, asker).await {
            Ok(minted) => minted,
            Err(MintError::Unasked(error)) => return Ok(NativeMade::Unanswered(error.to_string())),
            Err(error @ (MintError::Refused(_) | MintError::Nobody)) => {
                return Ok(NativeMade::Refused(error.to_string()));
            }
        };
        let now = self.clock.now();
        let former = before.and_then(|before| before.native_id).filter(|id| *id != minted.id);
        let former = former.map(|native_id| FormerCredential { native_id, until: now.plus(GRACE) });
        let credential = self.sealed_native(actor, owner, instance, &minted, former, now)?;
        let subject = AuditSubject::Credential(owner.clone(), instance.clone());
        let end = minted.expires_at.map_or_else(String::new, |end| format!(", until {end}"));
        let words = format!("made the native token with the id {}{end}", minted.id);
        let audit = audit_entry(actor, now, "credential.made", subject, words);
        let revision = self.store.put_credential(&credential, &audit).await?;
        Ok(NativeMade::Made(self.effect_of(revision).await))
    }

    async fn mint(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<MintedToken, MintError> {
        let mut refused = None;
        for days in LIVES {
            let minted =
                self.products.desk.mint_native_token(instance, asker, NAME, Some(days)).await;
            match minted {
                // The first words are about what was really wanted.
                Err(MintError::Refused(words)) => refused = refused.or(Some(words)),
                other => return other,
            }
        }
        Err(MintError::Refused(refused.unwrap_or_default()))
    }

    fn sealed_native(
        &self,
        actor: &Actor,
        owner: &PersonKey,
        instance: &InstanceName,
        minted: &MintedToken,
        former: Option<FormerCredential>,
        now: Timestamp,
    ) -> Result<UpstreamCredential, ControlError> {
        let context = credential_context(owner, instance);
        let sealed = seal(&self.keyring(), &*self.entropy, &context, &minted.secret)?;
        Ok(UpstreamCredential {
            owner: owner.clone(),
            instance: instance.clone(),
            kind: UpstreamKind::NativeToken,
            sealed: sealed.into_bytes(),
            native_id: Some(minted.id.clone()),
            hint: None,
            expires_at: minted.expires_at,
            problem: None,
            former,
            created_at: now,
            created_by: actor.clone(),
        })
    }
}
