//! What a product is asked about people: who somebody is, his groups, his native tokens.
//!
//! Each question is one call of the product's REST API, in [`jira`]; only a Jira can be asked so
//! far. What comes back is checked against what it must be, and taken as not answered where it is
//! anything else: a look-up that failed never says that somebody is gone, nor that he may more.

mod call;
mod group;
mod jira;
mod native_token;
mod session;

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_http_client::ClientError;
use gatepass_model::{InstanceName, Person, Product, ProductRank, Username, Usernames};

use crate::credential::ReadyCredential;
use crate::link::ApplicationLink;
use crate::prover::Upstream;

pub use group::{GroupMember, GroupPage};
pub use native_token::{MintError, MintedToken, NativeTokenInfo};
pub use session::SessionError;

/// Somebody as a product tells of him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// His username, as the product writes it.
    pub username: Username,
    /// What the product calls him whatever his username is.
    pub native_key: Option<String>,
    /// What people call him.
    pub display_name: String,
    /// His e-mail address, where the product tells it.
    pub email: Option<String>,
    /// His groups, sorted, each once.
    pub groups: Vec<String>,
    /// Whether he may sign in.
    pub active: bool,
    /// What he may do there; `Unknown` where somebody else asked.
    pub rank: ProductRank,
}

impl Account {
    /// The person that he is in `directory`.
    pub fn into_person(self, directory: gatepass_model::DirectoryName) -> Person {
        Person {
            key: gatepass_model::PersonKey { directory, username: self.username },
            display_name: self.display_name,
            email: self.email,
            groups: self.groups,
            active: self.active,
        }
    }
}

/// As whom a product is asked.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// As whose browser sent this `Cookie` line.
    Session(&'a [u8]),
    /// As whose credential this is.
    Credential(&'a ReadyCredential),
    /// As a user, by an application link: he need not be there.
    Impersonation {
        /// By which.
        link: &'a ApplicationLink,
        /// As whom.
        user: &'a Username,
    },
}

/// Why a product did not say. Nothing follows from it about anybody.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no such instance, or its product can't be asked.
    #[error("the instance {0} can't be asked about people")]
    Unaskable(InstanceName),
    /// It could not be asked.
    #[error(transparent)]
    Unasked(#[from] ClientError),
    /// It answered with this status, and not as it answers to such a question.
    #[error("it answered with status {0}")]
    Unexpected(u16),
    /// Who asks may not ask that.
    #[error("who asks may not ask it (status {0})")]
    Forbidden(u16),
    /// It refuses the application link, in the protocol's words.
    #[error("it refuses the application link: {0}")]
    LinkRefused(String),
    /// By the application link, it took the call for somebody else, or did not say for whom.
    #[error("it took the call of the application link for somebody else, or did not say for whom")]
    Mistaken,
    /// The system has no randomness to sign with.
    #[error("the system gave no random bytes to sign with")]
    Unsigned,
    /// The instance has no name for somebody, or it is another person's.
    #[error(
        "the instance has no username for {0}; see username_suffix and usernames in the configuration"
    )]
    Nameless(Username),
    /// What came back is not what it says.
    #[error("its answer makes no sense: {0}")]
    Nonsense(&'static str),
}

/// What a product says about somebody whom it is asked about by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedUp {
    /// He is there, active or not.
    Found(Account),
    /// It knows nobody of that name.
    Gone,
}

/// Asks products about people, who go by the names of their directory here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ProductDesk {
    upstreams: HashMap<InstanceName, Upstream>,
    links: Arc<HashMap<InstanceName, ApplicationLink>>,
    /// Of those that call people otherwise than their directory.
    usernames: Arc<HashMap<InstanceName, Usernames>>,
}

/// As whom a product is asked, by the name that it has for him.
struct Named<'a> {
    asker: Asker<'a>,
    user: Option<Username>,
}

impl Named<'_> {
    const fn asker(&self) -> Asker<'_> {
        match (self.asker, &self.user) {
            (Asker::Impersonation { link, .. }, Some(user)) => Asker::Impersonation { link, user },
            (asker, _) => asker,
        }
    }
}

impl ProductDesk {
    /// For these instances.
    pub fn new(upstreams: impl IntoIterator<Item = (InstanceName, Upstream)>) -> Self {
        Self {
            upstreams: upstreams.into_iter().collect(),
            links: Arc::default(),
            usernames: Arc::default(),
        }
    }

    /// With what these of them call people.
    #[must_use]
    pub fn with_usernames(
        self,
        usernames: impl IntoIterator<Item = (InstanceName, Usernames)>,
    ) -> Self {
        Self { usernames: Arc::new(usernames.into_iter().collect()), ..self }
    }

    /// With application links at these of them.
    #[must_use]
    pub fn with_links(
        self,
        links: impl IntoIterator<Item = (InstanceName, ApplicationLink)>,
    ) -> Self {
        Self { links: Arc::new(links.into_iter().collect()), ..self }
    }

    /// The application link of an instance, where it is there to make native tokens.
    pub fn minting_link(&self, instance: &InstanceName) -> Option<&ApplicationLink> {
        self.link(instance).filter(|link| !link.opens_sessions())
    }

    /// The application link of an instance, where there is one.
    pub fn link(&self, instance: &InstanceName) -> Option<&ApplicationLink> {
        self.links.get(instance)
    }

    fn upstream(&self, instance: &InstanceName) -> Result<&Upstream, AskError> {
        let found = self.upstreams.get(instance).filter(|one| one.product == Product::Jira);
        found.ok_or_else(|| AskError::Unaskable(instance.clone()))
    }

    fn named<'a>(&self, instance: &InstanceName, asker: Asker<'a>) -> Result<Named<'a>, AskError> {
        let user = match (asker, self.usernames.get(instance)) {
            (Asker::Impersonation { user, .. }, Some(usernames)) => {
                let found = usernames.at_instance(user);
                Some(found.ok_or_else(|| AskError::Nameless(user.clone()))?.into_owned())
            }
            _ => None,
        };
        Ok(Named { asker, user })
    }

    /// Who `asker` is there, with his groups and his rank; `None`: nobody.
    pub async fn who_is(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<Option<Account>, AskError> {
        let (upstream, named) = (self.upstream(instance)?, self.named(instance, asker)?);
        let asker = named.asker();
        let Some(mut account) = jira::myself(upstream, asker).await? else { return Ok(None) };
        account.rank = jira::rank(upstream, asker).await?;
        if let Some(usernames) = self.usernames.get(instance) {
            let person = usernames.in_directory(&account.username);
            let person = person.ok_or(AskError::Nonsense("it names nobody of the directory"))?;
            account.username = person.into_owned();
        }
        Ok(Some(account))
    }

    /// Who is called `username` there. `administrator` must be one, or the product may not tell of
    /// somebody who is there.
    pub async fn look_up(
        &self,
        instance: &InstanceName,
        administrator: &ReadyCredential,
        username: &Username,
    ) -> Result<LookedUp, AskError> {
        jira::look_up(self.upstream(instance)?, administrator, username).await
    }

    /// Some of the active members of a group, from the `start`th on. `administrator` must be one. A group
    /// that is not there has no members.
    pub async fn group_members(
        &self,
        instance: &InstanceName,
        administrator: &ReadyCredential,
        group: &str,
        start: u64,
    ) -> Result<GroupPage, AskError> {
        group::members(self.upstream(instance)?, administrator, group, start).await
    }

    /// Makes a native token for whoever `asker` is. `days`: until it ends; `None`: never.
    pub async fn mint_native_token(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
        name: &str,
        days: Option<u32>,
    ) -> Result<MintedToken, MintError> {
        let named = self.named(instance, asker)?;
        native_token::mint(self.upstream(instance)?, named.asker(), name, days).await
    }

    /// Opens a session for `owner` by the application link: for servers that know no native tokens. It is
    /// tried before it is given.
    pub async fn open_session(
        &self,
        instance: &InstanceName,
        owner: &Username,
    ) -> Result<ReadyCredential, SessionError> {
        let link = self.link(instance).ok_or_else(|| AskError::Unaskable(instance.clone()))?;
        let named = self.named(instance, Asker::Impersonation { link, user: owner })?;
        let user = named.user.as_ref().unwrap_or(owner);
        session::open(self.upstream(instance)?, link, user).await
    }

    /// Whether the product takes a session for `owner`'s.
    pub(crate) async fn is_session_of(
        &self,
        instance: &InstanceName,
        session: &ReadyCredential,
        owner: &Username,
    ) -> Result<bool, AskError> {
        let account = self.who_is(instance, Asker::Credential(session)).await?;
        Ok(account.is_some_and(|account| account.username == *owner))
    }

    /// Ends a session at the product. One that has ended already is no error.
    pub async fn end_session(
        &self,
        instance: &InstanceName,
        session: &ReadyCredential,
    ) -> Result<(), AskError> {
        session::end(self.upstream(instance)?, session).await
    }

    /// The native tokens of whoever `asker` is.
    pub async fn list_native_tokens(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<Vec<NativeTokenInfo>, AskError> {
        let named = self.named(instance, asker)?;
        native_token::list(self.upstream(instance)?, named.asker()).await
    }

    /// Deletes a native token of whoever `asker` is. One that is gone already is no error.
    pub async fn delete_native_token(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
        id: &str,
    ) -> Result<(), AskError> {
        let named = self.named(instance, asker)?;
        native_token::delete(self.upstream(instance)?, named.asker(), id).await
    }
}
