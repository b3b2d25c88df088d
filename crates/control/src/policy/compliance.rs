//! Which tokens a changed policy leaves behind.

use std::collections::HashMap;

use gatepass_model::{Access, Expiry, PersonKey, PolicyDocument, Timestamp, Token, TokenState};
use gatepass_policy::bounds::{self, AskedFor};
use gatepass_policy::{Rights, rights_of};
use gatepass_store::{TokenFilter, TokenPage};
use serde::Serialize;

use crate::control::Control;
use crate::error::{ControlError, Violation};

/// Most tokens that are named.
const MAX_NAMED: usize = 1000;
const PAGE: u32 = 1000;

/// The living tokens that kept to the old policy, and don't to the new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NonCompliance {
    /// How many there are.
    pub count: usize,
    /// The first thousand of them, the oldest first.
    pub tokens: Vec<NonComplying>,
}

/// A token that no longer keeps to the policy. It is not ended by that; what policy forbids at
/// use (reads only, instances, administration) is refused all the same.
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
}

/// What both policies say about one owner.
struct Standing {
    old: Rights,
    new: Rights,
    living: u32,
}

impl Control {
    /// Which living tokens keep to `old` and don't to `new`. Tokens whose owner is gone work under
    /// neither, and are not among them.
    pub(super) async fn non_compliance(
        &self,
        old: &PolicyDocument,
        new: &PolicyDocument,
    ) -> Result<NonCompliance, ControlError> {
        let mut found = NonCompliance::default();
        if old == new {
            return Ok(found);
        }
        let now = self.clock.now();
        let mut owners: HashMap<PersonKey, Option<Standing>> = HashMap::new();
        let mut after = None;
        loop {
            let page = TokenPage { after, limit: PAGE };
            let list = self.store.list_tokens(&TokenFilter::default(), page).await?;
            for stored in &list.tokens {
                let token = &stored.token;
                if !is_living(token, now) {
                    continue;
                }
                if !owners.contains_key(&token.owner) {
                    let standing = self.stands_by(&token.owner, old, new, now).await?;
                    owners.insert(token.owner.clone(), standing);
                }
                let Some(Some(standing)) = owners.get(&token.owner) else { continue };
                found.judge(token, standing);
            }
            after = list.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    async fn stands_by(
        &self,
        owner: &PersonKey,
        old: &PolicyDocument,
        new: &PolicyDocument,
        now: Timestamp,
    ) -> Result<Option<Standing>, ControlError> {
        let Some(known) = self.find_person(owner).await? else { return Ok(None) };
        let person = known.person;
        let living = self.store.count_living_tokens(owner, now).await?;
        Ok(Some(Standing {
            old: rights_of(old, &person),
            new: rights_of(new, &person),
            living: u32::try_from(living).unwrap_or(u32::MAX),
        }))
    }
}

impl NonCompliance {
    fn judge(&mut self, token: &Token, standing: &Standing) {
        let violations = violations(token, &standing.new, standing.living);
        if violations.is_empty() || !violations_of_old(token, standing).is_empty() {
            return;
        }
        self.count += 1;
        if self.tokens.len() < MAX_NAMED {
            self.tokens.push(NonComplying {
                id: token.id.to_string(),
                name: token.name.clone(),
                owner: token.owner.to_string(),
                violations: violations.iter().map(ToString::to_string).collect(),
            });
        }
    }
}

fn violations_of_old(token: &Token, standing: &Standing) -> Vec<Violation> {
    violations(token, &standing.old, standing.living)
}

fn is_living(token: &Token, now: Timestamp) -> bool {
    matches!(token.state_at(now), TokenState::Pending | TokenState::Active | TokenState::Suspended)
}

/// What a token that exists does not keep to. Its life counts from its creation.
fn violations(token: &Token, rights: &Rights, living: u32) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !rights.use_tokens.allowed {
        let words = format!("{} may not use tokens", token.owner.username);
        violations.push(Violation { key: "use", rule: rights.use_tokens.rule.clone(), words });
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
        let words = "a token is read-only".to_owned();
        violations.push(Violation { key: "read_only", rule: Some(bound.rule.clone()), words });
    }
    if let Some(bound) = &rights.bounds.instances
        && token.grant.instances.is_empty()
        && !bound.value.is_empty()
    {
        let words = "a token names the instances that it works on".to_owned();
        violations.push(Violation { key: "instances", rule: Some(bound.rule.clone()), words });
    }
    violations
}
