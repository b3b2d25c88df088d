//! Native tokens for people who are not there, made by an application link.

use std::collections::{HashMap, HashSet};

use gatepass_identity::{Account, AskError, Asker};
use gatepass_model::{Actor, InstanceName, Lifetime, PersonKey, Timestamp, Username};
use gatepass_store::UpstreamCredential;

use super::make::NativeMade;
use crate::control::{Control, KnownInstance};
use crate::error::ControlError;

/// Most native tokens that one turn makes in the background; there is a turn a minute.
const MOST_AT_ONCE: usize = 60;
/// After a failure it is tried again after this time, after each further one of twice the time.
const TRY_AGAIN: Lifetime = Lifetime::from_seconds(60);
/// But no longer than this.
const LONGEST_PAUSE: Lifetime = Lifetime::from_seconds(3_600);

/// For whom it failed how often, and before when it is not tried again.
#[derive(Debug, Default)]
pub(super) struct Failures(HashMap<(PersonKey, InstanceName), (u32, Timestamp)>);

impl Failures {
    fn is_due(&self, key: &(PersonKey, InstanceName), now: Timestamp) -> bool {
        self.0.get(key).is_none_or(|(_, not_before)| *not_before <= now)
    }

    fn note(&mut self, key: (PersonKey, InstanceName), now: Timestamp) {
        let (count, not_before) = self.0.entry(key).or_insert((0, now));
        let pause = TRY_AGAIN.as_millis().saturating_mul(1 << (*count).min(10));
        *not_before = now.plus(Lifetime::from_millis(pause).min(LONGEST_PAUSE));
        *count += 1;
    }
}

impl Control {
    /// That `owner` is there at an instance, by its application link; `None` where there is no link. An
    /// error too where the product knows nobody of that name: it does not say so, it only takes the
    /// call for nobody's.
    async fn is_there_by_link(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Option<Result<(), String>> {
        let asker = self.as_by_link(owner, instance)?;
        let said = self.products.desk.who_is(instance, asker).await;
        Some(himself(said, owner, instance, |username| username).map(|_| ()))
    }

    /// The same, with his account; `None` also where the instance tells of none.
    pub(crate) async fn ask_by_link(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Option<Result<Account, String>> {
        if !self.products.desk.has_accounts(instance) {
            return None;
        }
        let asker = self.as_by_link(owner, instance)?;
        let said = self.products.desk.account(instance, asker).await;
        Some(himself(said, owner, instance, |account| &account.username))
    }

    fn as_by_link<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &InstanceName,
    ) -> Option<Asker<'a>> {
        let link = self.products.desk.link(instance)?;
        Some(Asker::Impersonation { link, user: &owner.username })
    }

    /// Makes a native token for `owner` by the link of `instance`, whatever he has there. `None`
    /// where there is no link, or one that opens sessions.
    pub(crate) async fn make_native_by_link(
        &self,
        actor: &Actor,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<Option<NativeMade>, ControlError> {
        let Some(link) = self.products.desk.minting_link(instance) else { return Ok(None) };
        // First: what was made for somebody else would stay there.
        if let Some(Err(words)) = self.is_there_by_link(owner, instance).await {
            return Ok(Some(NativeMade::Unanswered(words)));
        }
        let asker = Asker::Impersonation { link, user: &owner.username };
        self.make_native(actor, owner, instance, asker).await.map(Some)
    }

    /// Sees to it that `owner` has a native token at each of the instances with a link where a token
    /// works that is limited to `only`; empty: to none. What could not be done, in words.
    pub(crate) async fn provide_natives(
        &self,
        actor: &Actor,
        owner: &PersonKey,
        only: &[InstanceName],
    ) -> Result<Vec<String>, ControlError> {
        let mut notes = Vec::new();
        for instance in self.linked_instances(owner) {
            let is_meant = only.is_empty() || only.contains(instance);
            if !is_meant || self.has_native(owner, instance).await? {
                continue;
            }
            match self.make_native_by_link(actor, owner, instance).await? {
                None | Some(NativeMade::Made(_)) => {}
                Some(NativeMade::Refused(words) | NativeMade::Unanswered(words)) => {
                    notes.push(format!(
                        "{instance} does not let Gatepass act as {} yet, so calls there get 502: \
                         {words}",
                        owner.username
                    ));
                }
            }
        }
        Ok(notes)
    }

    /// The instances with a link that makes native tokens at which `owner` may own tokens.
    fn linked_instances<'a>(
        &'a self,
        owner: &'a PersonKey,
    ) -> impl Iterator<Item = &'a InstanceName> {
        let of_owner = self.instances.iter().map(|known| &known.instance);
        let of_owner = of_owner.filter(|instance| instance.directory == owner.directory);
        of_owner
            .map(|instance| &instance.name)
            .filter(|name| self.products.desk.minting_link(name).is_some())
    }

    async fn has_native(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Result<bool, ControlError> {
        let found = self.store.find_credential(owner, instance).await?;
        Ok(found.is_some_and(|found| is_good(&found)))
    }

    /// The same for all owners of living tokens, in the background. How many were made, and for how
    /// many that failed.
    pub(super) async fn provide_missing(
        &self,
        failures: &mut Failures,
    ) -> Result<(usize, usize), ControlError> {
        let now = self.clock.now();
        let is_linked =
            |known: &KnownInstance| self.products.desk.minting_link(&known.instance.name).is_some();
        if !self.instances.iter().any(is_linked) {
            return Ok((0, 0));
        }
        let credentials = self.store.list_credentials(None).await?;
        let good = credentials.iter().filter(|found| is_good(found));
        let good: HashSet<_> = good.map(|found| (&found.owner, &found.instance)).collect();
        let (mut made, mut failed) = (0, 0);
        for (owner, _) in self.store.count_living_by_owner(now).await? {
            for instance in self.linked_instances(&owner) {
                let key = (owner.clone(), instance.clone());
                if good.contains(&(&owner, instance)) || !failures.is_due(&key, now) {
                    continue;
                }
                if made + failed >= MOST_AT_ONCE {
                    return Ok((made, failed));
                }
                let actor = Actor::System("identity");
                match self.make_native_by_link(&actor, &owner, instance).await? {
                    Some(NativeMade::Made(_)) => {
                        failures.0.remove(&key);
                        made += 1;
                    }
                    Some(NativeMade::Refused(words) | NativeMade::Unanswered(words)) => {
                        tracing::warn!(%owner, %instance, words, "no native token could be made");
                        failures.note(key, now);
                        failed += 1;
                    }
                    None => {}
                }
            }
        }
        Ok((made, failed))
    }
}

/// What a product said of `owner`, if it is of him.
fn himself<T>(
    said: Result<Option<T>, AskError>,
    owner: &PersonKey,
    instance: &InstanceName,
    name: impl FnOnce(&T) -> &Username,
) -> Result<T, String> {
    match said {
        Ok(Some(one)) if *name(&one) == owner.username => Ok(one),
        Ok(Some(_)) => Err(AskError::Mistaken.to_string()),
        Ok(None) => Err(format!("{instance} knows nobody of the name {:?}", owner.username)),
        Err(error) => Err(error.to_string()),
    }
}

fn is_good(credential: &UpstreamCredential) -> bool {
    credential.problem.as_deref() != Some(crate::people::REFUSED)
}
