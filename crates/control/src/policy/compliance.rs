//! Which tokens do not keep to a policy.

use std::collections::{HashMap, HashSet};

use gatepass_model::{
    Access, Actor, Expiry, Person, PersonKey, PolicyDocument, Timestamp, Token, TokenId, TokenState,
};
use gatepass_policy::bounds::{self, AskedFor};
use gatepass_policy::{Rights, rights_of};
use gatepass_store::{StoredToken, TokenFilter, TokenPage};
use serde::Serialize;

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::{ControlError, Violation};
use crate::nearest::listed;
use crate::token::{Moved, check_count};

/// Most tokens that are named.
pub(super) const MAX_NAMED: usize = 1000;
pub(super) const PAGE: u32 = 1000;

/// Living tokens that do not keep to a policy: of a change those that kept to the old one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NonCompliance {
    /// How many there are.
    pub count: usize,
    /// The first thousand of them, the oldest first.
    pub tokens: Vec<NonComplying>,
}

/// A token that does not keep to a policy. It is not ended by that; what policy forbids at
/// use (reads only, instances, administration) is refused all the same. Serialises as texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NonComplying {
    /// Its handle.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Its owner, with his directory.
    pub owner: String,
    /// What it does not keep to.
    pub violations: Vec<String>,
    /// Its handle.
    #[serde(skip)]
    pub token: TokenId,
    /// Its owner.
    #[serde(skip)]
    pub owner_key: PersonKey,
    /// What people call its owner.
    #[serde(skip)]
    pub owner_name: String,
    /// What it does not keep to.
    #[serde(skip)]
    pub broken: Vec<Violation>,
}

/// What came of suspending tokens that do not keep to the policy.
#[derive(Debug)]
pub struct NonCompliantSuspended {
    /// A result for each that was to be suspended, in order; where the store fails there are none
    /// for the rest, which were not tried.
    pub results: Vec<(TokenId, Result<Moved, ControlError>)>,
    /// Those that keep to the policy in force, and were left alone.
    pub complying: Vec<TokenId>,
}

/// What policies say about one owner.
struct Owner {
    name: String,
    /// By the policy before, where a change is looked at.
    old: Option<Rights>,
    new: Rights,
    living: u32,
}

/// Owners, as far as they were looked for; `None` for those whom nobody knows.
type Owners = HashMap<PersonKey, Option<Owner>>;

/// The policies that tokens are held against.
#[derive(Clone, Copy)]
struct Measure<'p> {
    old: Option<&'p PolicyDocument>,
    new: &'p PolicyDocument,
}

impl Control {
    /// The living tokens that the policy in force would no longer let be made, whenever they
    /// ceased to keep to it. Those whose owner is gone work no more, and are not among them.
    pub async fn noncompliant_now(&self, actor: &Actor) -> Result<NonCompliance, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let policy = self.store.load_policy().await?;
        self.not_keeping_now(&policy).await
    }

    /// Suspends those of these tokens that do not keep to the policy in force; at most 1,000 are
    /// asked about at once.
    pub async fn suspend_noncompliant(
        &self,
        actor: &Actor,
        ids: &[TokenId],
        reason: Option<&str>,
    ) -> Result<NonCompliantSuspended, ControlError> {
        self.authorise(actor, Ability::ChangePolicy).await?;
        check_count(ids)?;
        let policy = self.store.load_policy().await?.document;
        let measure = Measure { old: None, new: &policy };
        let now = self.clock.now();
        let tokens = self.store.find_tokens(ids).await?;
        let mut owners = Owners::new();
        self.meet_owners(&mut owners, &tokens, measure, &self.living(now).await?).await?;
        let keeps = |token: &Token| match owners.get(&token.owner) {
            Some(Some(owner)) => violations(token, &owner.new, owner.living).is_empty(),
            _ => true,
        };
        let complying = tokens.iter().map(|stored| &stored.token).filter(|token| keeps(token));
        let complying: Vec<TokenId> = complying.map(|token| token.id).collect();
        let to_suspend = ids.iter().copied().filter(|id| !complying.contains(id));
        let to_suspend: Vec<TokenId> = to_suspend.collect();
        let results = self.suspend_tokens(actor, &to_suspend, reason).await;
        Ok(NonCompliantSuspended {
            results: to_suspend.into_iter().zip(results).collect(),
            complying,
        })
    }

    /// Which living tokens keep to `old` and don't to `new`. Tokens whose owner is gone work under
    /// neither, and are not among them.
    pub(super) async fn non_compliance(
        &self,
        old: &PolicyDocument,
        new: &PolicyDocument,
    ) -> Result<NonCompliance, ControlError> {
        if old == new {
            return Ok(NonCompliance::default());
        }
        self.not_keeping(Measure { old: Some(old), new }).await
    }

    /// What a token does not keep to of the policy in force; nothing when its owner is gone.
    pub(crate) async fn broken_by(&self, token: &Token) -> Result<Vec<Violation>, ControlError> {
        let now = self.clock.now();
        if !is_living(token, now) {
            return Ok(Vec::new());
        }
        let Some(known) = self.find_person(&token.owner).await? else { return Ok(Vec::new()) };
        let policy = self.store.load_policy().await?.document;
        let living = self.store.count_living_tokens(&token.owner, now).await?;
        let living = u32::try_from(living).unwrap_or(u32::MAX);
        Ok(violations(token, &rights_of(&policy, &known.person), living))
    }

    async fn not_keeping(&self, measure: Measure<'_>) -> Result<NonCompliance, ControlError> {
        let mut found = NonCompliance::default();
        let now = self.clock.now();
        let living = self.living(now).await?;
        let filter = TokenFilter { living_at: Some(now), ..TokenFilter::default() };
        let mut owners = Owners::new();
        let mut after = None;
        loop {
            let page = TokenPage { after, limit: PAGE };
            let list = self.store.list_tokens(&filter, page).await?;
            self.meet_owners(&mut owners, &list.tokens, measure, &living).await?;
            for StoredToken { token, .. } in &list.tokens {
                if let Some(Some(owner)) = owners.get(&token.owner) {
                    found.judge(token, owner);
                }
            }
            after = list.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// How many living tokens each owner has.
    async fn living(&self, now: Timestamp) -> Result<HashMap<PersonKey, u64>, ControlError> {
        Ok(self.store.count_living_by_owner(now).await?.into_iter().collect())
    }

    /// Adds the owners of these tokens that are not there yet.
    async fn meet_owners(
        &self,
        owners: &mut Owners,
        tokens: &[StoredToken],
        Measure { old, new }: Measure<'_>,
        living: &HashMap<PersonKey, u64>,
    ) -> Result<(), ControlError> {
        let keys = tokens.iter().map(|stored| &stored.token.owner);
        let strangers: HashSet<PersonKey> =
            keys.filter(|key| !owners.contains_key(*key)).cloned().collect();
        let roster = self.find_people(&strangers).await?;
        let owner = |person: &Person| {
            let living = living.get(&person.key).copied().unwrap_or_default();
            Owner {
                name: person.display_name.clone(),
                old: old.map(|old| rights_of(old, person)),
                new: rights_of(new, person),
                living: u32::try_from(living).unwrap_or(u32::MAX),
            }
        };
        owners.extend(strangers.into_iter().map(|key| {
            let known = roster.get(&key).map(owner);
            (key, known)
        }));
        Ok(())
    }
}

impl NonCompliance {
    fn judge(&mut self, token: &Token, owner: &Owner) {
        let broken = violations(token, &owner.new, owner.living);
        let broke_before = |old| !violations(token, old, owner.living).is_empty();
        if broken.is_empty() || owner.old.as_ref().is_some_and(broke_before) {
            return;
        }
        self.count += 1;
        if self.tokens.len() < MAX_NAMED {
            self.tokens.push(NonComplying::new(token, &owner.name, broken));
        }
    }
}

impl NonComplying {
    pub(super) fn new(token: &Token, owner_name: &str, broken: Vec<Violation>) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            owner: token.owner.to_string(),
            violations: broken.iter().map(ToString::to_string).collect(),
            token: token.id,
            owner_key: token.owner.clone(),
            owner_name: owner_name.to_owned(),
            broken,
        }
    }
}

fn is_living(token: &Token, now: Timestamp) -> bool {
    matches!(token.state_at(now), TokenState::Pending | TokenState::Active | TokenState::Suspended)
}

/// What a token that exists does not keep to. Its life counts from its creation.
pub(super) fn violations(token: &Token, rights: &Rights, living: u32) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !rights.use_tokens.allowed {
        violations.push(Violation {
            key: "use",
            rule: rights.use_tokens.rule.clone(),
            words: format!("{} may not use tokens", token.owner.username),
            bound: None,
        });
    }
    let asked = AskedFor {
        grant: &token.grant,
        expiry: token.expires_at.map_or(Expiry::Never, Expiry::At),
        purpose: token.purpose.as_deref(),
        integration: token.integration.as_deref(),
        living_tokens: living.saturating_sub(1),
        now: token.created_at,
    };
    if let Err(bounds) = bounds::check(&rights.bounds, &asked) {
        violations.extend(bounds.into_iter().map(Violation::from));
    }
    if let Some(bound) = &rights.bounds.read_only
        && token.grant.access == Access::ReadWrite
    {
        violations.push(Violation {
            key: "read_only",
            rule: Some(bound.rule.clone()),
            words: "a token is read-only".to_owned(),
            bound: None,
        });
    }
    if let Some(bound) = &rights.bounds.instances
        && token.grant.instances.is_empty()
        && !bound.value.is_empty()
    {
        violations.push(Violation {
            key: "instances",
            rule: Some(bound.rule.clone()),
            words: "a token names the instances that it works on".to_owned(),
            bound: Some(listed(&bound.value)),
        });
    }
    violations
}
