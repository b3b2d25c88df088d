//! Renew native tokens before they end, and take away those that were replaced.

use std::sync::Arc;
use std::time::Duration;

use gatepass_identity::{Asker, Wallet};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, InstanceName, Lifetime, PersonKey, Timestamp};
use gatepass_store::{NodeId, UpstreamCredential};
use tokio::sync::Mutex;

use super::link::Failures;
use super::make::NativeMade;
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// A token is renewed so long before its end, or when a quarter of its life is left, whichever is
/// less.
const BEFORE_END: Lifetime = Lifetime::from_days(14);
/// How often it is looked whether one is due.
const EVERY: Duration = Duration::from_mins(1);
/// For how long a node has the round.
const LEASE: Lifetime = Lifetime::from_seconds(300);

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Tokens that have a successor now.
    pub renewed: usize,
    /// Owners who had none, and for whom an application link made one.
    pub provided: usize,
    /// Tokens that should have one and got none; why stands beside each, or in the log.
    pub failed: usize,
    /// Replaced tokens that were deleted in the product.
    pub deleted: usize,
}

/// Renews, on one node at a time.
pub struct Renewer {
    control: Arc<Control>,
    wallet: Arc<Wallet>,
    node: NodeId,
    failures: Mutex<Failures>,
}

impl Renewer {
    /// On this node, whose `wallet` tells which credentials a product refused.
    pub fn new(control: Arc<Control>, wallet: Arc<Wallet>, node: NodeId) -> Self {
        Self { control, wallet, node, failures: Mutex::default() }
    }

    /// Goes round until it is dropped.
    pub async fn run(self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.turn().await {
                Ok(done) if done == Renewal::default() => {}
                Ok(Renewal { renewed, provided, failed, deleted }) => {
                    tracing::info!(
                        renewed,
                        provided,
                        failed,
                        deleted,
                        "native tokens were renewed"
                    );
                }
                Err(error) => tracing::warn!(%error, "native tokens could not be renewed"),
            }
        }
    }

    /// One round, if it is this node's.
    pub async fn turn(&self) -> Result<Renewal, ControlError> {
        let now = self.control.clock.now();
        let until = now.plus(LEASE);
        if !self.control.store.take_lease("native", self.node, until, now).await? {
            return Ok(Renewal::default());
        }
        for found in self.wallet.surprised() {
            // Those of a directory that is asked are seen to sooner, by its own round.
            let is_linked = self.control.products.desk.minting_link(&found.instance).is_some();
            if let Some(owner) = found.owner.filter(|_| is_linked) {
                self.control.check_native(&owner, &found.instance).await?;
            }
        }
        let mut done = self.control.renew_natives().await?;
        let mut failures = self.failures.lock().await;
        let (provided, failed) = self.control.provide_missing(&mut failures).await?;
        done.provided += provided;
        done.failed += failed;
        Ok(done)
    }
}

impl Control {
    /// Renews whatever is due, and deletes what was replaced long enough ago.
    pub async fn renew_natives(&self) -> Result<Renewal, ControlError> {
        let mut done = Renewal::default();
        for credential in self.store.list_credentials(None).await? {
            let now = self.clock.now();
            if is_due(&credential, now) {
                match self.renew(&credential).await? {
                    NativeMade::Made(_) => done.renewed += 1,
                    NativeMade::Refused(_) | NativeMade::Unanswered(_) => done.failed += 1,
                }
            } else if credential.former.as_ref().is_some_and(|former| now >= former.until) {
                done.deleted += usize::from(self.delete_former(credential).await?);
            }
        }
        Ok(done)
    }

    /// A native token may create its successor, so nobody needs to be there; or a link does, where the
    /// product lets no token make another.
    async fn renew(&self, credential: &UpstreamCredential) -> Result<NativeMade, ControlError> {
        let UpstreamCredential { owner, instance, .. } = credential;
        let Some(own) = self.opened(credential) else {
            return Ok(NativeMade::Unanswered("it can't be opened".to_owned()));
        };
        let actor = Actor::System("rotation");
        if !self.products.desk.has_tokens_that_make_tokens(instance) {
            return self.renew_by_link(&actor, owner, instance).await;
        }
        let asker = Asker::Credential(&own);
        // For nobody else's: a token that the product takes for somebody else makes none.
        let said = self.products.desk.who_is(instance, asker).await;
        match said {
            Ok(Some(username)) if username == owner.username => {}
            Ok(_) => {
                self.note_native_problem(owner, instance, Some(crate::people::REFUSED)).await?;
                return Ok(NativeMade::Refused(crate::people::REFUSED.to_owned()));
            }
            Err(error) => return Ok(NativeMade::Unanswered(error.to_string())),
        }
        let made = self.make_native(&actor, owner, instance, asker).await?;
        self.renewed(made, owner, instance).await
    }

    async fn renew_by_link(
        &self,
        actor: &Actor,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<NativeMade, ControlError> {
        let made = self.make_native_by_link(actor, owner, instance).await?;
        let made = made.unwrap_or_else(|| {
            let words = format!(
                "at {instance} no native token may make another; its owner makes a new one, or an \
                 application link does"
            );
            NativeMade::Refused(words)
        });
        self.renewed(made, owner, instance).await
    }

    /// Notes where nothing came of it.
    async fn renewed(
        &self,
        made: NativeMade,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<NativeMade, ControlError> {
        if let NativeMade::Refused(words) = &made {
            let problem = format!("it could not be renewed: {words}");
            self.note_native_problem(owner, instance, Some(&problem)).await?;
        }
        Ok(made)
    }

    /// Whether it was. Where nobody may delete it but its owner, it is left to him, and to its end.
    async fn delete_former(&self, credential: UpstreamCredential) -> Result<bool, ControlError> {
        let (Some(former), Some(own)) = (&credential.former, self.opened(&credential)) else {
            return Ok(false);
        };
        let (owner, instance) = (&credential.owner, &credential.instance);
        let desk = &self.products.desk;
        let asker = if desk.has_tokens_that_make_tokens(instance) {
            Some(Asker::Credential(&own))
        } else {
            let user = &owner.username;
            desk.minting_link(instance).map(|link| Asker::Impersonation { link, user })
        };
        let is_deleted = match asker {
            None => false,
            Some(asker) => {
                let deleted = desk.delete_native_token(instance, asker, &former.native_id).await;
                if let Err(error) = deleted {
                    tracing::debug!(%owner, %instance, %error, "a replaced native token is still there");
                    return Ok(false);
                }
                true
            }
        };
        let (action, done) = if is_deleted {
            ("credential.former_deleted", "deleted the replaced native token with the id")
        } else {
            (
                "credential.former_left",
                "nobody but its owner may delete the replaced native token with the id",
            )
        };
        let words = format!("{done} {}", former.native_id);
        let subject = AuditSubject::Credential(owner.clone(), instance.clone());
        let (actor, now) = (Actor::System("rotation"), self.clock.now());
        let audit = audit_entry(&actor, now, action, subject, words);
        self.store
            .put_credential(&UpstreamCredential { former: None, ..credential }, &audit)
            .await?;
        Ok(is_deleted)
    }
}

fn is_due(credential: &UpstreamCredential, now: Timestamp) -> bool {
    let Some(end) = credential.expires_at else { return false };
    let quarter = Lifetime::from_millis(end.since(credential.created_at).as_millis() / 4);
    now >= end.minus(BEFORE_END.min(quarter)) && now < end
}
