//! The facts for a decision, gathered once for a request.

use std::net::IpAddr;
use std::sync::Arc;

use gatepass_model::token::state_at;
use gatepass_model::{Instance, Reason, Refusal, Timestamp, TokenId, TokenState};
use gatepass_policy::{
    CompiledInstancePolicy, Facts, Freshness, OwnerFact, Question, TokenFact, authenticate,
};
use gatepass_snapshot::{PersonGuard, TokenEntry};
use gatepass_vault::PresentedSecret;

use crate::engine::http1::request::RequestHead;
use crate::read::credential::Credentials;
use crate::thread::Shared;

/// Facts that a decision borrows from.
pub(crate) struct Gathered {
    /// The token that was presented, if there is such a one.
    pub(crate) token: Option<Arc<TokenEntry>>,
    state: TokenState,
    owner: Option<PersonGuard>,
    policy: Arc<CompiledInstancePolicy>,
    claimed: Option<PersonGuard>,
    freshness: Freshness,
    was_presented: bool,
}

impl Gathered {
    /// For these credentials at this instance. Looks up, and allocates nothing for a token.
    pub(crate) fn of(
        credentials: &Credentials<'_>,
        instance: &Instance,
        shared: &Shared,
        now: Timestamp,
    ) -> Self {
        let snapshot = &shared.snapshot;
        let token = credentials
            .token
            .as_ref()
            .and_then(|found| find_token(found.secret.as_bytes(), shared));
        let claimed = match &credentials.claimed_user {
            Some(name) if token.is_none() => name.parse().ok().and_then(|user| {
                let key = instance.person_called(&user)?;
                Some(snapshot.find_person(&key)?.load())
            }),
            _ => None,
        };
        Self {
            state: token.as_ref().map_or(TokenState::Revoked, |entry| state_of(entry, now)),
            owner: token.as_ref().map(|entry| entry.owner().load()),
            policy: snapshot.instance_policy(&instance.name),
            claimed,
            freshness: snapshot.freshness(now),
            was_presented: credentials.token.is_some(),
            token,
        }
    }

    /// The owner of the token, as he is known now.
    pub(crate) const fn owner(&self) -> Option<&PersonGuard> {
        self.owner.as_ref()
    }

    /// What policy says of the instance.
    pub(crate) fn policy(&self) -> &CompiledInstancePolicy {
        &self.policy
    }

    /// As a decision is given them.
    pub(crate) fn facts(&self) -> Facts<'_> {
        let token = match &self.token {
            Some(entry) => TokenFact::Known(entry.facts(), self.state),
            None if self.was_presented => TokenFact::Unknown,
            None => TokenFact::NotPresented,
        };
        let owner = self.owner.as_ref().map_or(OwnerFact::NotAsked, PersonGuard::as_owner);
        Facts {
            token,
            owner,
            policy: &self.policy,
            claimed_person: self.claimed.as_ref().and_then(PersonGuard::as_deref),
            freshness: self.freshness,
        }
    }

    /// Whose token these credentials are, for what Gatepass answers itself.
    pub(crate) fn authenticate(
        credentials: &Credentials<'_>,
        shared: &Shared,
        client: IpAddr,
        head: &RequestHead<'_>,
        now: Timestamp,
    ) -> Result<TokenId, Refusal> {
        let Some(room) = shared.instances.first() else {
            return Err(Refusal::new(Reason::NotReady, "No instance is configured."));
        };
        let instance = &room.settings.instance;
        let gathered = Self::of(credentials, instance, shared, now);
        let operation = room.profile.operation(head.method, &[]);
        let question = Question {
            instance: &instance.name,
            product: instance.product,
            directory: &instance.directory,
            method: head.method,
            path: &[],
            operation: &operation,
            client,
            presented: super::presented(credentials),
            headers: head,
            origin: None,
            same_origin: false,
            is_preflight: false,
        };
        authenticate(&gathered.facts(), &question, now)
    }
}

/// The token that a string presents. One with a wrong checksum is refused without a look-up.
fn find_token(secret: &[u8], shared: &Shared) -> Option<Arc<TokenEntry>> {
    shared.snapshot.find_secret(PresentedSecret::parse(secret).ok()?)
}

/// The state that holds for a token now.
pub(crate) fn state_of(entry: &TokenEntry, now: Timestamp) -> TokenState {
    state_at(entry.state(), entry.facts().expires_at, now)
}
