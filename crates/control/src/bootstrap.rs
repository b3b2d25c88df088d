//! The first administrator: a link that counts once, for whoever is signed in and opens it.

use gatepass_model::audit::AuditSubject;
use gatepass_model::policy::Say;
use gatepass_model::{Actor, Bounds, Lifetime, PersonKey, PolicyDocument, Rule, Timestamp};
use gatepass_store::{StoreError, TicketKind};
use gatepass_vault::BearerSecret;

use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// How long the link counts: an hour.
const LIFE: Lifetime = Lifetime::from_seconds(3600);
/// The rule that it writes the administrator into.
const RULE: &str = "administrators";
const ATTEMPTS: usize = 3;

/// A link that makes an administrator.
#[derive(Debug)]
pub struct Bootstrap {
    /// What stands behind `bootstrap?key=`.
    pub key: BearerSecret,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

impl Control {
    /// Makes such a link. Only for the command line: whoever writes to the store administers anyway.
    pub async fn begin_bootstrap(&self, actor: &Actor) -> Result<Bootstrap, ControlError> {
        self.authorise(actor, crate::Ability::ManageKeys).await?;
        let now = self.clock.now();
        let key = BearerSecret::mint(&*self.entropy)?;
        let expires_at = now.plus(LIFE);
        let digest = key.digest();
        self.store.put_ticket(TicketKind::Bootstrap, &digest, b"{}", expires_at, now).await?;
        let words = format!("a link for the first administrator, until {expires_at}");
        let audit = audit_entry(actor, now, "bootstrap.begun", AuditSubject::Policy, words);
        self.store.append_audit(&audit).await?;
        Ok(Bootstrap { key, expires_at })
    }

    /// Whether a link still counts.
    pub async fn is_bootstrap_good(&self, key: &str) -> Result<bool, ControlError> {
        let Some(key) = BearerSecret::parse(key) else { return Ok(false) };
        let now = self.clock.now();
        Ok(self.store.find_ticket(TicketKind::Bootstrap, &key.digest(), now).await?.is_some())
    }

    /// Makes `person` an administrator, by a rule that names him; `NotFound` when the link does not
    /// count any more.
    pub async fn finish_bootstrap(
        &self,
        key: &str,
        person: &PersonKey,
    ) -> Result<(), ControlError> {
        let gone = || ControlError::NotFound("such link any more".to_owned());
        let key = BearerSecret::parse(key).ok_or_else(gone)?;
        let now = self.clock.now();
        let taken = self.store.take_ticket(TicketKind::Bootstrap, &key.digest(), now).await?;
        taken.ok_or_else(gone)?;
        let actor = Actor::Person(person.clone());
        for _ in 0..ATTEMPTS {
            let stored = self.store.load_policy().await?;
            let wanted = with_administrator(stored.document, person);
            let words = format!("{person} administers, by the rule {RULE:?}");
            let audit = audit_entry(&actor, now, "policy.bootstrap", AuditSubject::Policy, words);
            match self.store.replace_policy(&wanted, stored.revision, &audit).await {
                Ok(revision) => {
                    self.effect_of(revision).await;
                    return Ok(());
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Conflict)
    }
}

fn with_administrator(mut policy: PolicyDocument, person: &PersonKey) -> PolicyDocument {
    let username = &person.username;
    if let Some(rule) = policy.rules.iter_mut().find(|rule| rule.name == RULE) {
        // A rule about nobody in particular is about everybody: it must not become that.
        if rule.administer == Say::Allow && !(rule.groups.is_empty() && rule.people.is_empty()) {
            if !rule.people.contains(username) {
                rule.people.push(username.clone());
            }
            return policy;
        }
    }
    let taken = |name: &str| policy.rules.iter().any(|rule| rule.name == name);
    let mut name = RULE.to_owned();
    for number in 2.. {
        if !taken(&name) {
            break;
        }
        name = format!("{RULE} {number}");
    }
    policy.rules.push(Rule {
        name,
        groups: Vec::new(),
        people: vec![username.clone()],
        use_tokens: Say::Allow,
        create: Say::Allow,
        create_on_behalf: Say::Allow,
        on_behalf_of_administrators: Say::Nothing,
        approve: Say::Allow,
        administer: Say::Allow,
        bounds: Bounds::default(),
    });
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_about_everybody_is_not_made_one_of_administrators() {
        let alice =
            PersonKey { directory: "main".parse().unwrap(), username: "alice".parse().unwrap() };
        let once = with_administrator(PolicyDocument::default(), &alice);
        assert_eq!(once.rules.len(), 2);
        assert_eq!(with_administrator(once.clone(), &alice), once);
        let mut open = once;
        open.rules[1].people.clear();
        let after = with_administrator(open.clone(), &alice);
        assert_eq!((after.rules[1].clone(), after.rules.len()), (open.rules[1].clone(), 3));
        assert_eq!(after.rules[2].name, "administrators 2");
    }
}
