//! Which tokens do not keep to the policy in force, kept in memory from one look to the next.
//!
//! To hold all of 100,000 tokens against a policy takes a second. What came of it is kept by owner,
//! and only those owners are judged again who may fare otherwise: one of whose tokens was changed,
//! who has other rights, or who has fewer living tokens where their number counts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gatepass_model::{Person, PersonKey, Timestamp, Token, TokenId};
use gatepass_policy::{Rights, rights_of};
use gatepass_store::{Revision, StoredPolicy, StoredToken, TokenFilter, TokenPage};

use super::compliance::{MAX_NAMED, NonCompliance, NonComplying, PAGE, violations};
use crate::control::Control;
use crate::error::ControlError;
use crate::roster::{Roster, display_name};

/// So many owners are judged one by one, before it is quicker to judge all anew.
const FEW: usize = 200;

/// What is kept; nothing before somebody has looked.
#[derive(Debug, Default)]
pub(crate) struct Verdicts(tokio::sync::Mutex<Option<Judged>>);

/// All owners of living tokens, as they fare under one policy.
#[derive(Debug)]
struct Judged {
    /// All changes until this one are in it.
    seen: Revision,
    /// The policy.
    policy: Revision,
    owners: HashMap<PersonKey, Verdict>,
    /// Rights, each once: there are few.
    rights: HashSet<Arc<Rights>>,
    /// Those that were named last, as long as nothing was changed since.
    named: Option<Named>,
}

/// The first of those that don't comply.
#[derive(Debug)]
struct Named {
    ids: Vec<TokenId>,
    tokens: Vec<NonComplying>,
}

/// How somebody's tokens fare.
#[derive(Debug, Default)]
struct Verdict {
    /// `None`: nobody knows him. His tokens work no more, and are not among those that don't comply.
    rights: Option<Arc<Rights>>,
    /// When his living tokens end; those without an end at the end of time.
    ends: Vec<Timestamp>,
    /// So many of them were counted when they were judged.
    counted: u32,
    /// Those that don't comply, and when they end.
    broken: Vec<(TokenId, Timestamp)>,
}

impl Verdict {
    fn living(&self, now: Timestamp) -> u32 {
        u32::try_from(self.ends.iter().filter(|end| **end > now).count()).unwrap_or(u32::MAX)
    }

    fn judge(&mut self, token: &Token) {
        let end = token.expires_at.unwrap_or(Timestamp::MAX);
        self.ends.push(end);
        let is_broken = |rights: &Rights| !violations(token, rights, self.counted).is_empty();
        if self.rights.as_deref().is_some_and(is_broken) {
            self.broken.push((token.id, end));
        }
    }

    /// Whether the number of his tokens counts, and is another by now.
    fn is_outlived(&self, now: Timestamp) -> bool {
        let counts = |rights: &Arc<Rights>| rights.bounds.most_tokens.is_some();
        self.rights.as_ref().is_some_and(counts) && self.living(now) != self.counted
    }
}

impl Judged {
    /// Somebody's rights, as they are kept.
    fn rights(&mut self, policy: &StoredPolicy, person: &Person) -> Arc<Rights> {
        let rights = rights_of(&policy.document, person);
        if let Some(known) = self.rights.get(&rights) {
            return Arc::clone(known);
        }
        let rights = Arc::new(rights);
        self.rights.insert(Arc::clone(&rights));
        rights
    }

    /// Whether he was judged by other rights than those that he has now.
    fn is_otherwise(&self, policy: &StoredPolicy, key: &PersonKey, now: Option<&Person>) -> bool {
        let Some(verdict) = self.owners.get(key) else { return false };
        let rights = now.map(|person| rights_of(&policy.document, person));
        verdict.rights.as_deref() != rights.as_ref()
    }
}

impl Control {
    /// The living tokens that do not keep to `policy`, which is the one in force.
    pub(super) async fn not_keeping_now(
        &self,
        policy: &StoredPolicy,
    ) -> Result<NonCompliance, ControlError> {
        let now = self.clock.now();
        // Held while judging: whoever comes meanwhile wants the same.
        let mut kept = self.verdicts.0.lock().await;
        let followed = match kept.take() {
            Some(judged) if judged.policy == policy.revision => {
                self.judge_changed(judged, policy, now).await?
            }
            _ => None,
        };
        let judged = match followed {
            Some(judged) => judged,
            None => self.judge_all(policy, now).await?,
        };
        self.told(kept.insert(judged), now).await
    }

    async fn judge_all(
        &self,
        policy: &StoredPolicy,
        now: Timestamp,
    ) -> Result<Judged, ControlError> {
        let mut judged = Judged::new(policy, self.store.revision().await?);
        let living = self.store.count_living_by_owner(now).await?;
        let counted: HashMap<PersonKey, u64> = living.into_iter().collect();
        let filter = TokenFilter { living_at: Some(now), ..TokenFilter::default() };
        let mut after = None;
        loop {
            let list = self.store.list_tokens(&filter, TokenPage { after, limit: PAGE }).await?;
            let owners = list.tokens.iter().map(|stored| &stored.token.owner);
            let new = owners.filter(|key| !judged.owners.contains_key(*key)).cloned().collect();
            self.meet(&mut judged, policy, new, &counted).await?;
            for StoredToken { token, .. } in &list.tokens {
                if let Some(verdict) = judged.owners.get_mut(&token.owner) {
                    verdict.judge(token);
                }
            }
            after = list.next;
            if after.is_none() {
                return Ok(judged);
            }
        }
    }

    /// Adds these owners, with their rights and without tokens.
    async fn meet(
        &self,
        judged: &mut Judged,
        policy: &StoredPolicy,
        owners: HashSet<PersonKey>,
        counted: &HashMap<PersonKey, u64>,
    ) -> Result<(), ControlError> {
        let roster = self.find_people(&owners).await?;
        for key in owners {
            let rights = roster.get(&key).map(|person| judged.rights(policy, person));
            let counted = counted.get(&key).copied().unwrap_or_default();
            let counted = u32::try_from(counted).unwrap_or(u32::MAX);
            judged.owners.insert(key, Verdict { rights, counted, ..Verdict::default() });
        }
        Ok(())
    }

    /// Judges those again who may fare otherwise by now; `None` where all must be judged anew.
    async fn judge_changed(
        &self,
        mut judged: Judged,
        policy: &StoredPolicy,
        now: Timestamp,
    ) -> Result<Option<Judged>, ControlError> {
        let before = judged.seen;
        let Some(changed) = self.changed_owners(&mut judged, policy, now).await? else {
            return Ok(None);
        };
        if judged.seen != before || !changed.is_empty() {
            judged.named = None;
        }
        if changed.len() > FEW {
            return Ok(None);
        }
        for key in changed {
            let tokens = self.living_of(&key, now).await?;
            let counted = HashMap::from([(key.clone(), tokens.len() as u64)]);
            self.meet(&mut judged, policy, HashSet::from([key.clone()]), &counted).await?;
            if let Some(verdict) = judged.owners.get_mut(&key) {
                for token in &tokens {
                    verdict.judge(token);
                }
            }
        }
        Ok(Some(judged))
    }

    async fn living_of(
        &self,
        owner: &PersonKey,
        now: Timestamp,
    ) -> Result<Vec<Token>, ControlError> {
        let owner = Some(owner.clone());
        let filter = TokenFilter { owner, living_at: Some(now), ..TokenFilter::default() };
        let (mut tokens, mut after) = (Vec::new(), None);
        loop {
            let list = self.store.list_tokens(&filter, TokenPage { after, limit: PAGE }).await?;
            tokens.extend(list.tokens.into_iter().map(|stored| stored.token));
            after = list.next;
            if after.is_none() {
                return Ok(tokens);
            }
        }
    }

    /// Who may fare otherwise by now than when he was judged.
    async fn changed_owners(
        &self,
        judged: &mut Judged,
        policy: &StoredPolicy,
        now: Timestamp,
    ) -> Result<Option<HashSet<PersonKey>>, ControlError> {
        let Some(changed) = self.changed_since(judged.seen, FEW).await? else { return Ok(None) };
        judged.seen = changed.seen;
        let tokens: Vec<TokenId> = changed.tokens.into_iter().collect();
        let found = self.store.find_tokens(&tokens).await?;
        let mut owners: HashSet<PersonKey> =
            found.into_iter().map(|stored| stored.token.owner).collect();
        for (directory, since) in changed.people {
            let written = self.store.people_written_since(&directory, since).await?;
            let people = written.into_iter().map(|known| known.person);
            let otherwise = people.filter(|one| judged.is_otherwise(policy, &one.key, Some(one)));
            owners.extend(otherwise.map(|person| person.key));
        }
        for (key, verdict) in &judged.owners {
            // The feed tells nothing of directories that are kept in memory.
            let is_changed = !self.is_in_store(&key.directory)
                && judged.is_otherwise(policy, key, self.people.find(key).as_ref());
            if is_changed || verdict.is_outlived(now) {
                owners.insert(key.clone());
            }
        }
        Ok(Some(owners))
    }

    /// How many tokens don't comply, and the first of them.
    async fn told(
        &self,
        judged: &mut Judged,
        now: Timestamp,
    ) -> Result<NonCompliance, ControlError> {
        let broken = judged.owners.values().flat_map(|verdict| &verdict.broken);
        let mut ids: Vec<TokenId> =
            broken.filter(|(_, end)| *end > now).map(|(id, _)| *id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.truncate(MAX_NAMED);
        if let Some(named) = judged.named.as_ref().filter(|named| named.ids == ids) {
            return Ok(NonCompliance { count, tokens: named.tokens.clone() });
        }
        let tokens = self.named(judged, &ids, now).await?;
        // Of people in memory nobody tells that their names have changed.
        let is_followed = tokens.iter().all(|one| self.is_in_store(&one.owner_key.directory));
        judged.named = is_followed.then(|| Named { ids, tokens: tokens.clone() });
        Ok(NonCompliance { count, tokens })
    }

    async fn named(
        &self,
        judged: &Judged,
        ids: &[TokenId],
        now: Timestamp,
    ) -> Result<Vec<NonComplying>, ControlError> {
        let found = self.store.find_tokens(ids).await?;
        let roster = self.roster_of_owners(&found).await?;
        let name = |StoredToken { token, .. }: &StoredToken| {
            let verdict = judged.owners.get(&token.owner)?;
            let broken = violations(token, verdict.rights.as_deref()?, verdict.living(now));
            let name = display_name(&roster, &token.owner);
            (!broken.is_empty()).then(|| NonComplying::new(token, &name, broken))
        };
        Ok(found.iter().filter_map(name).collect())
    }

    async fn roster_of_owners(&self, tokens: &[StoredToken]) -> Result<Roster, ControlError> {
        self.find_people(&tokens.iter().map(|stored| stored.token.owner.clone()).collect()).await
    }
}

impl Judged {
    fn new(policy: &StoredPolicy, seen: Revision) -> Self {
        let (owners, rights) = (HashMap::new(), HashSet::new());
        Self { seen, policy: policy.revision, owners, rights, named: None }
    }
}
