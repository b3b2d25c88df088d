//! Issue a token.

use std::sync::Arc;

use gatepass_model::TokenState;
use gatepass_model::audit::AuditSubject;
use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Access, Actor, Expiry, Grant, Lifetime, PersonKey, PolicyDocument, Timestamp, Token, TokenId,
};
use gatepass_policy::bounds::{self, Adjusted, AskedFor, BoundViolation};
use gatepass_policy::{EffectiveBounds, Right, Rights, rights_of};
use gatepass_store::StoredToken;
use gatepass_vault::{Digester, NewSecret, row_mac};
use serde::{Serialize, Serializer};

use super::request::{IssueRequest, Possible, USUAL_LIFETIME};
use super::view::TokenView;
use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::effect::InEffect;
use crate::error::{ControlError, Violation};
use crate::input::reason_words;
use crate::nearest::listed;

/// A token that was just issued. Serialises as [`TokenView`] does, with the secret.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: TokenView,
    /// Its secret: shown now, or never.
    pub secret: NewSecret,
    /// What was decided that nobody asked for: its end, a narrower grant, that it waits.
    pub notes: Vec<String>,
    /// The rules that were set aside by an override.
    pub overridden: Vec<Violation>,
    /// How far it is; `None`: it is stored, but the nodes could not be asked.
    pub effect: Option<InEffect>,
}

impl Serialize for Issued {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.token.serialize_with(Some(self.secret.reveal()), serializer)
    }
}

/// Somebody who was asked about so lately is not asked about again when he gets a token.
const ASK_AGAIN: Lifetime = Lifetime::from_seconds(60);

/// What will be issued, and what to say about it.
struct Terms {
    adjusted: Adjusted,
    notes: Vec<String>,
    overridden: Vec<Violation>,
}

impl Control {
    /// Issues a token for somebody.
    ///
    /// `Invalid` when the request can't be (an unknown owner, an end in the past), whatever
    /// policy says; `Refused` with every rule that it does not keep to, unless an override says
    /// why it may be all the same. Of two requests at once for the last token that
    /// `most_tokens` leaves, both may be granted.
    pub async fn issue_token(
        &self,
        actor: &Actor,
        request: &IssueRequest,
    ) -> Result<Issued, ControlError> {
        let now = self.clock.now();
        self.authorise_other_owner(actor, request).await?;
        self.refresh_owner(request, now).await?;
        let possible = self.possible(request, now).await?;
        self.authorise_issue(actor, request, &possible).await?;
        let policy = self.store.load_policy().await?.document;
        let living = self.store.count_living_tokens(&possible.owner.key, now).await?;
        let living = u32::try_from(living).unwrap_or(u32::MAX);
        let mut terms = terms(request, &possible, &policy, living, now)?;
        terms.notes.extend(self.pattern_pitfalls(&terms.adjusted.grant, &possible.owner));
        terms.notes.extend(self.natives_of_new(actor, &possible, &terms.adjusted).await?);
        self.write_new(actor, &possible, terms, now).await
    }

    /// What policy says of the owner depends on his groups: they must not be of yesterday. A product
    /// that does not answer stops nobody; he has the rights of when it did.
    async fn refresh_owner(
        &self,
        request: &IssueRequest,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let Ok(directory) = self.known_directory(request.directory.as_ref()) else { return Ok(()) };
        let Ok(username) = request.owner.parse() else { return Ok(()) };
        let owner = PersonKey { directory, username };
        if self.asked_directory(&owner.directory).is_none() {
            return Ok(());
        }
        if let Some(known) = self.store.find_person(&owner).await?
            && now.since(known.asked_at) >= ASK_AGAIN
        {
            self.ask_about(&owner).await?;
        }
        Ok(())
    }

    /// Before anything is said about the owner: who may make tokens for nobody else learns of nobody.
    async fn authorise_other_owner(
        &self,
        actor: &Actor,
        request: &IssueRequest,
    ) -> Result<(), ControlError> {
        let Actor::Person(own) = actor else { return Ok(()) };
        let is_own_directory = request.directory.as_ref().is_none_or(|one| *one == own.directory);
        if is_own_directory && own.username.is_same_as(&request.owner) {
            return Ok(());
        }
        self.authorise(actor, Ability::CreateForOthers).await
    }

    /// For oneself `create` is asked for with everything else that policy says, so that all of it is
    /// told at once.
    async fn authorise_issue(
        &self,
        actor: &Actor,
        request: &IssueRequest,
        possible: &Possible,
    ) -> Result<(), ControlError> {
        if *actor != Actor::Person(possible.owner.key.clone()) {
            self.ask_for_rank(&possible.owner.key).await?;
            if let Actor::Person(own) = actor {
                self.ask_for_rank_of_actor(own).await?;
            }
            let ability = Ability::CreateFor(&possible.owner, &request.grant.instances);
            self.authorise(actor, ability).await?;
        }
        if request.override_reason.is_some() {
            self.authorise(actor, Ability::Override).await?;
        }
        Ok(())
    }

    /// Before the token is there, so that its first call finds the owner's native token. For one that
    /// waits for approval nothing is made: the background does that once it lives.
    async fn natives_of_new(
        &self,
        actor: &Actor,
        possible: &Possible,
        adjusted: &Adjusted,
    ) -> Result<Vec<String>, ControlError> {
        if adjusted.state != TokenState::Active {
            return Ok(Vec::new());
        }
        let owner = &possible.owner.key;
        self.provide_natives(actor, owner, &adjusted.grant.instances).await
    }

    async fn write_new(
        &self,
        actor: &Actor,
        possible: &Possible,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Issued, ControlError> {
        let Terms { adjusted, notes, overridden } = terms;
        let ring = self.keyring();
        let secret = NewSecret::mint(&*self.entropy)?;
        let mut random = [0; 10];
        self.entropy.fill(&mut random)?;
        let token = Token {
            id: possible.id.unwrap_or_else(|| TokenId::new(now, random)),
            name: possible.name.clone(),
            owner: possible.owner.key.clone(),
            creator: actor.clone(),
            integration: possible.integration.clone(),
            purpose: possible.purpose.clone(),
            grant: adjusted.grant,
            state: adjusted.state,
            created_at: now,
            expires_at: adjusted.expires_at,
            secret: Digester::new(&ring).stored(secret.as_presented()),
            former: None,
        };
        let mac = row_mac(&ring, &token);
        let subject = AuditSubject::Token(token.id);
        let detail = issued_words(&token, possible, &overridden);
        let audit = audit_entry(actor, now, "token.issued", subject, detail);
        let revision = self.store.create_token(&token, &mac, &audit).await?;
        let effect = self.effect_of(revision).await;
        let token = self.view(StoredToken { token, mac, revision }, now);
        Ok(Issued { token, secret, notes, overridden, effect })
    }
}

/// What policy makes of the request.
fn terms(
    request: &IssueRequest,
    possible: &Possible,
    policy: &PolicyDocument,
    living_tokens: u32,
    now: Timestamp,
) -> Result<Terms, ControlError> {
    let rights = rights_of(policy, &possible.owner);
    let mut notes = Vec::new();
    let expiry = request.expires.unwrap_or_else(|| {
        let (expiry, note) = usual_expiry(&rights.bounds, now);
        notes.push(note);
        expiry
    });
    let asked = AskedFor {
        grant: &request.grant,
        expiry,
        purpose: possible.purpose.as_deref(),
        integration: possible.integration.as_deref(),
        living_tokens,
        now,
    };
    let checked = bounds::check(&rights.bounds, &asked);
    let mut violations = missing_rights(&rights, possible);
    let as_asked = Adjusted {
        grant: request.grant.clone(),
        expires_at: expiry.from(now),
        state: TokenState::Active,
    };
    let adjusted = match checked {
        Ok(adjusted) => adjusted,
        Err(bounds) => {
            violations.extend(bounds.into_iter().map(Violation::from));
            as_asked.clone()
        }
    };
    if possible.override_reason.is_none() {
        if !violations.is_empty() {
            return Err(ControlError::Refused(violations));
        }
        notes.extend(adjustments(&request.grant, &adjusted, &rights.bounds));
        return Ok(Terms { adjusted, notes, overridden: Vec::new() });
    }
    if violations.is_empty() && adjusted == as_asked {
        notes.push("policy allows this anyway: the override was not needed".to_owned());
    } else if violations.is_empty() {
        let spared = adjustments(&request.grant, &adjusted, &rights.bounds);
        notes.extend(spared.into_iter().map(|note| format!("set aside by the override: {note}")));
    }
    Ok(Terms { adjusted: as_asked, notes, overridden: violations })
}

/// The end of a token for which none was asked for.
fn usual_expiry(bounds: &EffectiveBounds, now: Timestamp) -> (Expiry, String) {
    let (lifetime, why) = match &bounds.longest_lifetime {
        Some(bound) => match bound.value {
            LongestLifetime::Within(longest) if longest < USUAL_LIFETIME => {
                (longest, format!("the longest that the policy rule {:?} allows", bound.rule))
            }
            _ => (USUAL_LIFETIME, "the usual time".to_owned()),
        },
        None => (USUAL_LIFETIME, "the usual time".to_owned()),
    };
    let end = now.plus(lifetime);
    (Expiry::At(end), format!("no end was asked for; it expires in {lifetime}, on {end} ({why})"))
}

/// Nobody makes a token for somebody who may not have or use it.
fn missing_rights(rights: &Rights, possible: &Possible) -> Vec<Violation> {
    let owner = possible.owner.key.username.as_str();
    let missing = |right: &Right, key, what: &str| {
        (!right.allowed).then(|| Violation {
            key,
            rule: right.rule.clone(),
            words: format!("{owner} may not {what} tokens"),
            bound: None,
        })
    };
    let missing =
        [missing(&rights.use_tokens, "use", "use"), missing(&rights.create, "create", "create")];
    missing.into_iter().flatten().collect()
}

/// What policy took away of what was asked for.
fn adjustments(asked: &Grant, adjusted: &Adjusted, bounds: &EffectiveBounds) -> Vec<String> {
    let mut notes = Vec::new();
    if asked.access == Access::ReadWrite && adjusted.grant.access == Access::ReadOnly {
        notes.push(format!(
            "it is read-only: {}",
            by_rule(bounds.read_only.as_ref().map(|b| &b.rule))
        ));
    }
    if asked.instances != adjusted.grant.instances {
        let rule = by_rule(bounds.instances.as_ref().map(|bound| &bound.rule));
        let instances = listed(&adjusted.grant.instances);
        notes.push(format!("it works on these instances only: {instances} ({rule})"));
    }
    if adjusted.state == TokenState::Pending {
        let rule = by_rule(bounds.approval_required.as_ref().map(|bound| &bound.rule));
        notes.push(format!("it waits until somebody approves it: {rule}"));
    }
    notes
}

fn by_rule(rule: Option<&Arc<str>>) -> String {
    rule.map_or_else(|| "by policy".to_owned(), |rule| format!("by the policy rule {rule:?}"))
}

fn issued_words(token: &Token, possible: &Possible, overridden: &[Violation]) -> String {
    let end =
        token.expires_at.map_or_else(|| "never expires".to_owned(), |end| format!("until {end}"));
    let mut words =
        format!("{:?} for {}, {}, {end}", token.name, token.owner, token.grant.access.as_str());
    if token.grant.admin {
        words.push_str(", with administration");
    }
    if let Some(reason) = &possible.on_behalf_of_reason {
        words.push_str("; on behalf");
        words.push_str(&reason_words(Some(reason)));
    }
    if let Some(reason) = &possible.override_reason {
        words.push_str("; override of: ");
        words.push_str(&listed(overridden));
        words.push_str(&reason_words(Some(reason)));
    }
    words
}

impl From<BoundViolation> for Violation {
    fn from(violation: BoundViolation) -> Self {
        let BoundViolation { bound, rule, words, value } = violation;
        Self { key: bound.as_str(), rule, words, bound: value }
    }
}
