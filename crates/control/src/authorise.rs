//! Who may do what to Gatepass. Every use case asks here, whoever calls it: the console, the
//! command line, the API.
//!
//! The command line administers: the program has made sure that its system user owns the store's
//! files, and who writes to the store administers anyway. So do parts of Gatepass itself. People may
//! what policy lets them, and what concerns their own tokens.

use std::sync::Arc;

use gatepass_model::{Actor, DirectoryName, InstanceName, Person, PersonKey, ProductRank, Token};
use gatepass_policy::{Right, Rights, rights_of};

use crate::control::{Control, KnownInstance};
use crate::error::ControlError;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability<'a> {
    /// See tokens, credentials and policy, of everybody.
    Look,
    /// See this token, and what was done with it.
    LookAt(&'a Token),
    /// Suspend or revoke this token.
    End(&'a Token),
    /// Let this token work again after it was suspended.
    Resume(&'a Token),
    /// Get a new secret for this token.
    Renew(&'a Token),
    /// Make a token for this person, limited to these instances; none: to none.
    CreateFor(&'a Person, &'a [InstanceName]),
    /// Make tokens for others at all.
    CreateForOthers,
    /// Set a bound of policy aside, with a reason.
    Override,
    /// See this person's tokens and credentials.
    LookAtThoseOf(&'a PersonKey),
    /// Put an upstream credential of this person, or take it away.
    ManageCredentialsOf(&'a PersonKey),
    /// Change the policy.
    ChangePolicy,
    /// Add keys to the ring.
    ManageKeys,
    /// Read the audit record.
    ReadAudit,
}

impl Ability<'_> {
    fn words(self) -> String {
        match self {
            Self::Look => "look at other people's tokens".to_owned(),
            Self::LookAt(token) => format!("look at {}", token.id),
            Self::End(token) => format!("suspend or revoke {}", token.id),
            Self::Resume(token) => format!("resume {}, which somebody else suspended", token.id),
            Self::Renew(token) => format!("get a new secret for {}", token.id),
            Self::CreateFor(owner, _) => format!("create API tokens for {}", owner.key),
            Self::CreateForOthers => "create API tokens for others".to_owned(),
            Self::Override => "override the policy".to_owned(),
            Self::LookAtThoseOf(person) => format!("look at what {person} has"),
            Self::ManageCredentialsOf(person) => {
                format!("manage the upstream credentials of {person}")
            }
            Self::ChangePolicy => "change the policy".to_owned(),
            Self::ManageKeys => "rotate keys".to_owned(),
            Self::ReadAudit => "read the audit record".to_owned(),
        }
    }
}

/// Who somebody is to Gatepass, at one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Who.
    pub person: Person,
    /// What he may do at the product that says who he is.
    pub rank: ProductRank,
    /// What policy lets him do, by which rules.
    pub rights: Rights,
}

impl Standing {
    /// Whether he administers Gatepass.
    pub const fn administers(&self) -> bool {
        self.rights.administer.allowed
    }

    /// Whether he may create tokens for himself.
    pub const fn creates(&self) -> bool {
        self.rights.create.allowed && self.rights.use_tokens.allowed
    }
}

/// A right that somebody lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Its key in the policy file: `administer`.
    pub right: &'static str,
    /// The rule that denies it; `None` where no rule allows it.
    pub rule: Option<Arc<str>>,
}

type Verdict = Result<(), Lacking>;

fn need(right: &'static str, given: &Right) -> Verdict {
    if given.allowed { Ok(()) } else { Err(Lacking { right, rule: given.rule.clone() }) }
}

/// Whether `standing` may. `rank_of_owner`: what the owner of the token may do at the product, where
/// somebody else would get its secret.
fn may(standing: &Standing, ability: Ability<'_>, rank_of_owner: ProductRank) -> Verdict {
    let rights = &standing.rights;
    let own = &standing.person.key;
    let administers = || need("administer", &rights.administer);
    let is_of_his = |token: &Token| token.owner == *own || is_by(token, own);
    match ability {
        Ability::LookAt(token) | Ability::End(token) if is_of_his(token) => Ok(()),
        Ability::LookAtThoseOf(person) | Ability::ManageCredentialsOf(person) if person == own => {
            Ok(())
        }
        Ability::Renew(token) if token.owner == *own => need("create", &rights.create),
        Ability::Renew(token) => {
            if is_by(token, own) {
                need("create_on_behalf", &rights.create_on_behalf)?;
            } else {
                administers()?;
            }
            reaches(standing, rank_of_owner)
        }
        Ability::CreateFor(owner, _) if owner.key == *own => need("create", &rights.create),
        Ability::CreateForOthers => need("create_on_behalf", &rights.create_on_behalf),
        Ability::CreateFor(..) => {
            need("create_on_behalf", &rights.create_on_behalf)?;
            reaches(standing, rank_of_owner)
        }
        // Who has written keys or set a rule aside answers for it with a system user.
        Ability::ManageKeys => Err(Lacking { right: "the command line", rule: None }),
        Ability::LookAt(_)
        | Ability::End(_)
        | Ability::Resume(_)
        | Ability::LookAtThoseOf(_)
        | Ability::ManageCredentialsOf(_)
        | Ability::Look
        | Ability::Override
        | Ability::ChangePolicy
        | Ability::ReadAudit => administers(),
    }
}

fn is_by(token: &Token, person: &PersonKey) -> bool {
    matches!(&token.creator, Actor::Person(creator) if creator == person)
}

/// Whoever gets the secret of somebody's token can do what that person can do: an administrator of
/// Gatepass must not become one of the product that way.
fn reaches(standing: &Standing, owner: ProductRank) -> Verdict {
    // Of an owner the worst is assumed where nobody has asked, of who acts the least.
    let own = match standing.rank {
        ProductRank::Unknown => ProductRank::User,
        rank => rank,
    };
    if owner <= own && owner != ProductRank::Unknown {
        return Ok(());
    }
    need("on_behalf_of_administrators", &standing.rights.on_behalf_of_administrators)
}

impl Control {
    /// Who this person is to Gatepass now; `None` when no directory knows him as active.
    pub async fn standing(&self, key: &PersonKey) -> Result<Option<Standing>, ControlError> {
        let Some(known) = self.find_person(key).await? else { return Ok(None) };
        if !known.person.active {
            return Ok(None);
        }
        let policy = self.store.load_policy().await?.document;
        let rights = rights_of(&policy, &known.person);
        Ok(Some(Standing { person: known.person, rank: known.rank, rights }))
    }

    /// Whether `actor` may; [`ControlError::Forbidden`] with the rule behind it when not.
    pub async fn authorise(&self, actor: &Actor, ability: Ability<'_>) -> Result<(), ControlError> {
        self.judge(actor).await?.authorise(ability).await
    }

    /// Who says whether `actor` may do several things, by what holds now.
    pub(crate) async fn judge<'j>(&'j self, actor: &'j Actor) -> Result<Judge<'j>, ControlError> {
        let standing = match actor {
            Actor::Person(key) => self.standing(key).await?,
            Actor::CommandLine(_) | Actor::System(_) => None,
        };
        Ok(Judge { control: self, actor, standing })
    }

    /// What somebody may do wherever a token of his works that is limited to `only`; empty: to no
    /// instance. One instance tells it, and speaks for no other.
    async fn rank_of(
        &self,
        key: &PersonKey,
        only: &[InstanceName],
    ) -> Result<ProductRank, ControlError> {
        let directory = self.asked_directory(&key.directory);
        let telling = directory.and_then(|directory| self.tells_rank(directory));
        let is_reached = |one: &&KnownInstance| {
            one.instance.directory == key.directory
                && (only.is_empty() || only.contains(&one.instance.name))
        };
        let mut reached = self.instances.iter().filter(is_reached);
        if reached.any(|one| telling != Some(&one.instance.name)) {
            return Ok(ProductRank::Unknown);
        }
        let known = self.find_person(key).await?;
        Ok(known.map_or(ProductRank::Unknown, |known| known.rank))
    }

    /// The same, for comparing it with what somebody of the directory `other` may do: two Jiras tell
    /// of two ladders, on which only the lowest step is one.
    async fn rank_beside(
        &self,
        other: &DirectoryName,
        key: &PersonKey,
        only: &[InstanceName],
    ) -> Result<ProductRank, ControlError> {
        let telling = |name| self.asked_directory(name).and_then(|one| self.tells_rank(one));
        let rank = self.rank_of(key, only).await?;
        let is_alike = rank == ProductRank::User || telling(other) == telling(&key.directory);
        Ok(if is_alike { rank } else { ProductRank::Unknown })
    }

    /// What an administrator has suspended, its owner can't set going again.
    async fn has_suspended_it_himself(
        &self,
        actor: &Actor,
        token: &Token,
    ) -> Result<bool, ControlError> {
        let lines = self.audit_of_token(token.id).await?;
        let last = lines.iter().find(|line| line.action == "token.suspended");
        Ok(last.is_some_and(|line| line.actor == actor.to_string()))
    }
}

/// Says whether somebody may do several things, by the policy and the person of one moment: not to
/// be kept.
pub(crate) struct Judge<'j> {
    control: &'j Control,
    actor: &'j Actor,
    /// `None` for whoever is no person, and for whom no directory knows as active.
    standing: Option<Standing>,
}

impl Judge<'_> {
    /// As [`Control::authorise`].
    pub(crate) async fn authorise(&self, ability: Ability<'_>) -> Result<(), ControlError> {
        let Actor::Person(key) = self.actor else { return Ok(()) };
        let forbidden = |lacking: Lacking| ControlError::Forbidden {
            actor: self.actor.clone(),
            ability: ability.words(),
            lacking,
        };
        let nobody = || forbidden(Lacking { right: "use", rule: None });
        let standing = self.standing.as_ref().ok_or_else(nobody)?;
        let rank_of_owner = match ability {
            Ability::CreateFor(owner, only) => {
                self.control.rank_beside(&key.directory, &owner.key, only).await?
            }
            Ability::Renew(token) => {
                let only = &token.grant.instances;
                self.control.rank_beside(&key.directory, &token.owner, only).await?
            }
            _ => ProductRank::User,
        };
        if let Ability::Resume(token) = ability
            && token.owner == *key
            && self.control.has_suspended_it_himself(self.actor, token).await?
        {
            return Ok(());
        }
        may(standing, ability, rank_of_owner).map_err(forbidden)
    }

    /// The same; but for somebody who may not even see the token there is none.
    pub(crate) async fn authorise_for_token(
        &self,
        ability: Ability<'_>,
    ) -> Result<(), ControlError> {
        let refused = match self.authorise(ability).await {
            Err(refused @ ControlError::Forbidden { .. }) => refused,
            other => return other,
        };
        let (Ability::LookAt(token)
        | Ability::End(token)
        | Ability::Resume(token)
        | Ability::Renew(token)) = ability
        else {
            return Err(refused);
        };
        match self.authorise(Ability::LookAt(token)).await {
            Ok(()) => Err(refused),
            Err(ControlError::Forbidden { .. }) => {
                Err(ControlError::NotFound(format!("token {}", token.id)))
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use gatepass_model::policy::Say;
    use gatepass_model::{PolicyDocument, Rule};

    use super::*;

    fn person(name: &str) -> Person {
        Person {
            key: PersonKey { directory: "main".parse().unwrap(), username: name.parse().unwrap() },
            display_name: name.to_owned(),
            email: None,
            groups: Vec::new(),
            active: true,
        }
    }

    fn standing(rank: ProductRank, change: impl FnOnce(&mut Rule)) -> Standing {
        let mut policy = PolicyDocument::default();
        change(&mut policy.rules[0]);
        let person = person("alice");
        let rights = rights_of(&policy, &person);
        Standing { person, rank, rights }
    }

    #[test]
    fn who_administers_gatepass_does_not_reach_an_administrator_of_the_product() {
        let (bob, user, admin) = (person("bob"), ProductRank::User, ProductRank::Administrator);
        let on_behalf = |rule: &mut Rule| rule.create_on_behalf = Say::Allow;
        let plain = standing(user, on_behalf);
        let create = Ability::CreateFor(&bob, &[]);
        assert_eq!(may(&plain, create, user), Ok(()));
        for rank in [admin, ProductRank::SystemAdministrator, ProductRank::Unknown] {
            let lacking = may(&plain, create, rank).unwrap_err();
            assert_eq!(lacking.right, "on_behalf_of_administrators");
        }
        assert_eq!(may(&standing(admin, on_behalf), create, admin), Ok(()));
        let said = standing(user, |rule| {
            rule.create_on_behalf = Say::Allow;
            rule.on_behalf_of_administrators = Say::Allow;
        });
        assert_eq!(may(&said, create, ProductRank::Unknown), Ok(()));
    }

    #[test]
    fn a_denial_names_its_rule() {
        let denied = standing(ProductRank::User, |rule| rule.administer = Say::Deny);
        let lacking = may(&denied, Ability::Look, ProductRank::User).unwrap_err();
        assert_eq!(lacking, Lacking { right: "administer", rule: Some("everybody".into()) });
        let silent = standing(ProductRank::User, |_| ());
        let lacking = may(&silent, Ability::ReadAudit, ProductRank::User).unwrap_err();
        assert_eq!(lacking, Lacking { right: "administer", rule: None });
    }
}
