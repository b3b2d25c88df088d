//! Ask a product, or an LDAP server, about one person.
//!
//! What comes of it is written; a look-up that failed never widens what somebody may: he stays as
//! he was confirmed last, and grows older.

use gatepass_identity::{Account, AskError, Asker, LookedUp, ReadyCredential};
use gatepass_model::{InstanceName, KnownPerson, PersonKey, ProductRank};

use super::{LdapDirectory, PeopleSource, ProductDirectory};
use crate::control::Control;
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
                    let known = KnownPerson { asked_at: now, problem, ..before.clone() };
                    self.note_person(&known, &before).await?;
                }
                Ok(Asked::Unanswered(words))
            }
        }
    }

    /// A provider is not asked about anybody. That is no problem of his: he is believed since he has
    /// signed in, and no longer than that.
    async fn cannot_ask(&self, before: Option<KnownPerson>) -> Result<Asked, ControlError> {
        if let Some(before) = before {
            let known = KnownPerson { asked_at: self.clock.now(), ..before.clone() };
            self.note_person(&known, &before).await?;
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

    /// The same of who acts: he too may have been made less than he was. Where nobody looks others up,
    /// his own word is asked for all that is known of him.
    pub(crate) async fn ask_for_rank_of_actor(&self, key: &PersonKey) -> Result<(), ControlError> {
        match self.asked_directory(&key.directory).map(|directory| &directory.source) {
            Some(PeopleSource::Product(ProductDirectory { lookup: None, .. })) => {
                self.ask_about(key).await.map(|_| ())
            }
            _ => self.ask_for_rank(key).await,
        }
    }

    /// What somebody may do at the product, where all else is said by another directory.
    pub(crate) async fn take_rank(
        &self,
        key: &PersonKey,
        rank: ProductRank,
    ) -> Result<(), ControlError> {
        let change =
            |known: KnownPerson| (known.rank != rank).then_some(KnownPerson { rank, ..known });
        self.change_person(key, change).await
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
        Ok(match self.products.desk.account(instance, asker).await {
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
}

/// Why a native token is of no use, in the store's words.
pub(crate) const REFUSED: &str = "the product does not take it any more";

async fn ask_ldap(ldap: &LdapDirectory, key: &PersonKey) -> Said {
    match ldap.desk.look_up(&key.username).await {
        Ok(LookedUp::Found(account)) => Said::Of(account),
        Ok(LookedUp::Gone) => Said::Gone,
        Err(problem) => Said::Nothing(problem.to_string()),
    }
}
