//! Take what was said of somebody, and what follows from it for what is his.

use gatepass_identity::Account;
use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, KnownPerson, Person, PersonKey, ProductRank, Timestamp, TokenId, TokenState,
};
use gatepass_store::{StoreError, TokenFilter, TokenPage};

use super::{Asked, AskedDirectory};
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// So often it is looked at somebody whom others write at the same time.
const TRIES: usize = 5;

impl Control {
    /// Takes what is said of somebody who is there, and answers how he is known now.
    ///
    /// A name that another user had before is that user's no more: whatever he owned here under it
    /// ends first, or the new one would get it.
    ///
    /// What is known of him is read, and written only if nobody has written it meanwhile; else it is
    /// looked at anew, for two subjects of one name may come at the same moment.
    pub(crate) async fn take_account(
        &self,
        directory: &AskedDirectory,
        account: Account,
        now: Timestamp,
    ) -> Result<Asked, ControlError> {
        for _ in 0..TRIES {
            match self.try_to_take(directory, account.clone(), now).await {
                Err(ControlError::Conflict) => {}
                taken => return taken,
            }
        }
        Err(ControlError::Conflict)
    }

    async fn try_to_take(
        &self,
        directory: &AskedDirectory,
        account: Account,
        now: Timestamp,
    ) -> Result<Asked, ControlError> {
        let (rank, native_key) = (account.rank, account.native_key.clone());
        let person = account.into_person(directory.name.clone());
        let before = self.store.find_person(&person.key).await?;
        if let Some(before) = &before
            && is_another(directory, before, native_key.as_deref())
        {
            if directory.provider().is_some() {
                // There people choose their names, so nobody takes one over.
                return Ok(Asked::Gone);
            }
            self.end_everything_of(&person.key, now).await?;
        }
        let same =
            before.as_ref().filter(|before| !is_another(directory, before, native_key.as_deref()));
        if person.active && same.is_some_and(|before| !before.person.active) {
            // First: else they would work until somebody has looked at them. A session that began
            // while he was going would be alive again too.
            self.suspend_everything_of(&person.key, now).await?;
            self.end_sessions_of(&person.key, "its owner was gone, and has come back", now).await?;
        }
        let rank = match (rank, same) {
            // Somebody else asked, who is not told of ranks: what was known before may still hold.
            (ProductRank::Unknown, Some(before)) if self.tells_rank(directory).is_some() => {
                before.rank
            }
            (rank, _) => rank,
        };
        let known = KnownPerson {
            person,
            native_key,
            rank,
            confirmed_at: now,
            asked_at: now,
            problem: None,
        };
        self.store.replace_person(&known, before.as_ref()).await?;
        Ok(Asked::Confirmed(known))
    }

    /// Notes that nobody has that name any more, and why that is known; unless another has it by now, or
    /// he was told of since.
    pub(crate) async fn note_gone(
        &self,
        before: KnownPerson,
        words: &str,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let key = before.person.key.clone();
        let change = |known: KnownPerson| {
            let is_he = known.native_key == before.native_key && known.confirmed_at <= now;
            let person = Person { active: false, groups: Vec::new(), ..known.person.clone() };
            is_he.then(|| KnownPerson {
                person,
                confirmed_at: now,
                asked_at: now,
                problem: Some(words.to_owned()),
                ..known
            })
        };
        self.change_person(&key, change).await
    }

    /// Writes what `change` makes of somebody as he is known; `None`: nothing. Asked again where somebody
    /// else has written him meanwhile.
    pub(super) async fn change_person(
        &self,
        key: &PersonKey,
        change: impl Fn(KnownPerson) -> Option<KnownPerson>,
    ) -> Result<(), ControlError> {
        for _ in 0..TRIES {
            let Some(before) = self.store.find_person(key).await? else { return Ok(()) };
            let Some(known) = change(before.clone()) else { return Ok(()) };
            match self.store.replace_person(&known, Some(&before)).await {
                Err(StoreError::Conflict) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Conflict)
    }

    /// Suspends the tokens of somebody who was gone and has come back: while he was away nobody
    /// looked after what they do. An administrator may resume them, and he himself may not.
    async fn suspend_everything_of(
        &self,
        key: &PersonKey,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let actor = Actor::System("directory");
        for ids in self.tokens_of(key, |state| state == TokenState::Active, now).await? {
            tracing::warn!(person = %key, count = ids.len(), "is back; the tokens stay off");
            let why = "its owner was gone, and has come back";
            for result in self.suspend_tokens(&actor, &ids, Some(why)).await {
                result?;
            }
        }
        Ok(())
    }

    /// Those of a person's tokens that are in such a state, a thousand at a time.
    async fn tokens_of(
        &self,
        key: &PersonKey,
        is_meant: impl Fn(TokenState) -> bool,
        now: Timestamp,
    ) -> Result<Vec<Vec<TokenId>>, ControlError> {
        let filter = TokenFilter { owner: Some(key.clone()), ..TokenFilter::default() };
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let list = self.store.list_tokens(&filter, TokenPage { after, limit: 1000 }).await?;
            let meant = list.tokens.iter().filter(|stored| is_meant(stored.token.state_at(now)));
            let ids: Vec<TokenId> = meant.map(|stored| stored.token.id).collect();
            if !ids.is_empty() {
                all.push(ids);
            }
            after = list.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Notes that nothing was found out about somebody. Where somebody else has written him meanwhile,
    /// more is known.
    pub(super) async fn note_person(
        &self,
        known: &KnownPerson,
        before: &KnownPerson,
    ) -> Result<(), ControlError> {
        match self.store.replace_person(known, Some(before)).await {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Revokes the tokens of somebody whose name another one has now, and forgets his credentials.
    pub(super) async fn end_everything_of(
        &self,
        key: &PersonKey,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let actor = Actor::System("directory");
        tracing::warn!(person = %key, "the name belongs to another user now; what it had ends");
        let is_living = |state| !matches!(state, TokenState::Revoked | TokenState::Expired);
        for ids in self.tokens_of(key, is_living, now).await? {
            let why = "the name of its owner belongs to another user now";
            for result in self.revoke_tokens(&actor, &ids, Some(why)).await {
                result?;
            }
        }
        for credential in self.store.list_credentials(Some(key)).await? {
            let subject = AuditSubject::Credential(key.clone(), credential.instance.clone());
            let words = "the name of its owner belongs to another user now";
            let audit = audit_entry(&actor, now, "credential.removed", subject, words);
            match self.store.remove_credential(key, &credential.instance, &audit).await {
                Ok(_) | Err(StoreError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.end_sessions_of(key, "the name belongs to another user now", now).await
    }

    async fn end_sessions_of(
        &self,
        key: &PersonKey,
        why: &'static str,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let (actor, subject) = (Actor::System("directory"), AuditSubject::Person(key.clone()));
        let audit = audit_entry(&actor, now, "session.ended", subject, why);
        self.store.end_other_sessions(key, None, &audit).await?;
        Ok(())
    }
}

/// Whether the directory means somebody else by the name now. Where it never told of keys, or
/// another one did, nobody can say.
pub(crate) fn is_another(
    directory: &AskedDirectory,
    before: &KnownPerson,
    native_key: Option<&str>,
) -> bool {
    match (before.native_key.as_deref(), native_key) {
        (Some(before), Some(now)) => before != now && directory.may_have_told(before),
        _ => false,
    }
}
