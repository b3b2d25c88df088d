//! Ask a product, or an LDAP server, about one person.
//!
//! What comes of it is written; a look-up that failed never widens what somebody may: he stays as
//! he was confirmed last, and grows older.

use gatepass_identity::{Account, AskError, Asker, LookedUp, ReadyCredential};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, InstanceName, KnownPerson, Person, PersonKey, ProductRank, Timestamp, TokenId,
    TokenState,
};
use gatepass_store::{StoreError, TokenFilter, TokenPage};

use super::{AskedDirectory, LdapDirectory, PeopleSource, ProductDirectory};
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// What came of asking about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// He was told of, active or not, just now.
    Confirmed(KnownPerson),
    /// It knows nobody of that name.
    Gone,
    /// It did not say, in these words why.
    Unanswered(String),
}

/// What was said.
enum Said {
    Of(Account),
    Gone,
    Nothing(String),
}

impl Control {
    /// Asks about this person, with the best that there is to ask with, and writes what is said. For
    /// somebody of a directory that is not asked: `Unanswered`.
    pub async fn ask_about(&self, key: &PersonKey) -> Result<Asked, ControlError> {
        let Some(directory) = self.asked_directory(&key.directory) else {
            return Ok(Asked::Unanswered("his directory can't be asked".to_owned()));
        };
        let before = self.store.find_person(key).await?;
        let said = match &directory.source {
            PeopleSource::OpenId(_) => return self.cannot_ask(before).await,
            PeopleSource::Ldap(ldap) => ask_ldap(ldap, key).await,
            PeopleSource::Product(product) => match &product.lookup {
                Some(lookup) => self.look_up(product, lookup, key).await,
                None => self.ask_as_himself(&product.instance, key).await?,
            },
        };
        let now = self.clock.now();
        match said {
            Said::Of(account) => self.take_account(directory, account, now).await,
            Said::Gone => {
                if let Some(before) = before {
                    let words = "his directory knows nobody of that name any more";
                    self.note_gone(before, words, now).await?;
                }
                Ok(Asked::Gone)
            }
            Said::Nothing(words) => {
                if let Some(before) = before {
                    let problem = Some(words.clone());
                    let known = KnownPerson { asked_at: now, problem, ..before };
                    self.write_person(&known).await?;
                }
                Ok(Asked::Unanswered(words))
            }
        }
    }

    /// A provider is not asked about anybody. That is no problem of his: he is believed since he has
    /// signed in, and no longer than that.
    async fn cannot_ask(&self, before: Option<KnownPerson>) -> Result<Asked, ControlError> {
        if let Some(before) = before {
            let known = KnownPerson { asked_at: self.clock.now(), ..before };
            self.write_person(&known).await?;
        }
        Ok(Asked::Unanswered("an OpenID provider tells of nobody but who signs in".to_owned()))
    }

    /// What he may do at the product, on the word of his own native token: an administrator who looks
    /// him up is not told. Where there is none, or it says nothing, what was known stays.
    pub(crate) async fn ask_for_rank(&self, key: &PersonKey) -> Result<(), ControlError> {
        let Some(directory) = self.asked_directory(&key.directory) else { return Ok(()) };
        let Some(instance) = self.tells_rank(directory) else { return Ok(()) };
        if let PeopleSource::Product(ProductDirectory { lookup: None, .. }) = &directory.source {
            return Ok(());
        }
        let Said::Of(account) = self.ask_as_himself(instance, key).await? else { return Ok(()) };
        match &directory.source {
            PeopleSource::Product(_) => {
                self.take_account(directory, account, self.clock.now()).await?;
                Ok(())
            }
            PeopleSource::Ldap(_) | PeopleSource::OpenId(_) => {
                self.take_rank(key, account.rank).await
            }
        }
    }

    /// What somebody may do at the product, where all else is said by another directory.
    pub(crate) async fn take_rank(
        &self,
        key: &PersonKey,
        rank: ProductRank,
    ) -> Result<(), ControlError> {
        if let Some(before) = self.store.find_person(key).await?
            && before.rank != rank
        {
            self.write_person(&KnownPerson { rank, ..before }).await?;
        }
        Ok(())
    }

    async fn look_up(
        &self,
        directory: &ProductDirectory,
        lookup: &ReadyCredential,
        key: &PersonKey,
    ) -> Said {
        let asked = self.products.desk.look_up(&directory.instance, lookup, &key.username).await;
        match asked {
            Ok(LookedUp::Found(account)) => Said::Of(account),
            Ok(LookedUp::Gone) => Said::Gone,
            Err(AskError::Forbidden(_)) => Said::Nothing(
                "the lookup token of the directory is not an administrator's any more".to_owned(),
            ),
            Err(error) => Said::Nothing(error.to_string()),
        }
    }

    /// By his own native token. That it counts for nobody any more says nothing about him: it may
    /// merely have been deleted.
    async fn ask_as_himself(
        &self,
        instance: &InstanceName,
        key: &PersonKey,
    ) -> Result<Said, ControlError> {
        let nothing = |words: &str| Ok(Said::Nothing(words.to_owned()));
        let Some(own) = self.open_native(key, instance).await? else {
            return Ok(match self.ask_by_link(key, instance).await {
                Some(Ok(account)) => Said::Of(account),
                Some(Err(words)) => Said::Nothing(words),
                None => {
                    return nothing(
                        "there is no native token of his to ask with; he may sign in again",
                    );
                }
            });
        };
        let asker = Asker::Credential(&own);
        Ok(match self.products.desk.who_is(instance, asker).await {
            Ok(Some(account)) if account.username == key.username => Said::Of(account),
            Ok(Some(_)) => Said::Gone,
            Ok(None) => {
                self.note_native_problem(key, instance, Some(REFUSED)).await?;
                if let Some(Ok(account)) = self.ask_by_link(key, instance).await {
                    return Ok(Said::Of(account));
                }
                return nothing("the product takes his native token for nobody's");
            }
            Err(error) => Said::Nothing(error.to_string()),
        })
    }

    /// Takes what is said of somebody who is there, and answers how he is known now.
    ///
    /// A name that another user had before is that user's no more: whatever he owned here under it
    /// ends first, or the new one would get it.
    pub(crate) async fn take_account(
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
        let same = before.filter(|before| !is_another(directory, before, native_key.as_deref()));
        if person.active && same.as_ref().is_some_and(|before| !before.person.active) {
            // First: else they would work until somebody has looked at them. A session that began
            // while he was going would be alive again too.
            self.suspend_everything_of(&person.key, now).await?;
            self.end_sessions_of(&person.key, "its owner was gone, and has come back", now).await?;
        }
        let rank = match (rank, &same) {
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
        self.write_person(&known).await?;
        Ok(Asked::Confirmed(known))
    }

    /// Notes that nobody has that name any more, and why that is known.
    pub(crate) async fn note_gone(
        &self,
        before: KnownPerson,
        words: &str,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let person = Person { active: false, groups: Vec::new(), ..before.person };
        let known = KnownPerson {
            person,
            confirmed_at: now,
            asked_at: now,
            problem: Some(words.to_owned()),
            ..before
        };
        self.write_person(&known).await
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

    pub(super) async fn write_person(&self, known: &KnownPerson) -> Result<(), ControlError> {
        let directory = known.person.key.directory.clone();
        self.store.put_people(&directory, std::slice::from_ref(known)).await?;
        Ok(())
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

/// Why a native token is of no use, in the store's words.
pub(crate) const REFUSED: &str = "the product does not take it any more";

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

async fn ask_ldap(ldap: &LdapDirectory, key: &PersonKey) -> Said {
    match ldap.desk.look_up(&key.username).await {
        Ok(LookedUp::Found(account)) => Said::Of(account),
        Ok(LookedUp::Gone) => Said::Gone,
        Err(problem) => Said::Nothing(problem.to_string()),
    }
}
