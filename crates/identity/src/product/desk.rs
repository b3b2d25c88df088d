//! Who asks products, and in which words each of them is asked.

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_http_client::Answer;
use gatepass_model::{InstanceName, Product, Username, Usernames};

use super::call::{Verb, send};
use super::group::{self, GroupPage};
use super::native_token::{self, MintError, MintedToken, NativeTokenInfo};
use super::session::{self, SessionError};
use super::{Account, AskError, Asker, LookedUp, access_token, bitbucket, confluence, jira};
use crate::credential::ReadyCredential;
use crate::link::ApplicationLink;
use crate::prover::{Upstream, question};

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

    /// Whether a native token of an instance may make and delete others of its owner's. Bitbucket's
    /// may not (documentation of HTTP access tokens, 9.1).
    pub fn has_tokens_that_make_tokens(&self, instance: &InstanceName) -> bool {
        self.upstreams.get(instance).is_some_and(|one| one.product != Product::Bitbucket)
    }

    /// Whether an instance tells what somebody may do there, and in which groups he is.
    pub fn has_accounts(&self, instance: &InstanceName) -> bool {
        self.with_accounts(instance).is_ok()
    }

    fn upstream(&self, instance: &InstanceName) -> Result<&Upstream, AskError> {
        self.upstreams.get(instance).ok_or_else(|| AskError::Unaskable(instance.clone()))
    }

    fn with_accounts(&self, instance: &InstanceName) -> Result<&Upstream, AskError> {
        let found = self.upstream(instance)?;
        match found.product {
            Product::Jira => Ok(found),
            Product::Confluence | Product::Bitbucket => Err(AskError::Unaskable(instance.clone())),
        }
    }

    /// By the name of the directory.
    fn in_directory(
        &self,
        instance: &InstanceName,
        username: Username,
    ) -> Result<Username, AskError> {
        let Some(usernames) = self.usernames.get(instance) else { return Ok(username) };
        let person = usernames.in_directory(&username);
        person
            .map(std::borrow::Cow::into_owned)
            .ok_or(AskError::Nonsense("it names nobody of the directory"))
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

    /// Who `asker` is there; `None`: nobody.
    pub async fn who_is(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<Option<Username>, AskError> {
        let (upstream, named) = (self.upstream(instance)?, self.named(instance, asker)?);
        let said = who_is(upstream, named.asker()).await?;
        said.map(|username| self.in_directory(instance, username)).transpose()
    }

    /// Who `asker` is there, with his groups and his rank; `None`: nobody. `Unaskable` where
    /// [`Self::has_accounts`] says no.
    pub async fn account(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<Option<Account>, AskError> {
        let (upstream, named) = (self.with_accounts(instance)?, self.named(instance, asker)?);
        let asker = named.asker();
        let account = match jira::myself(upstream, asker).await {
            Ok(Some(account)) => account,
            Ok(None) | Err(AskError::Nobody) => return Ok(None),
            Err(error) => return Err(error),
        };
        let rank = jira::rank(upstream, asker).await?;
        let username = self.in_directory(instance, account.username)?;
        Ok(Some(Account { username, rank, ..account }))
    }

    /// Who is called `username` there. `administrator` must be one, or the product may not tell of
    /// somebody who is there.
    pub async fn look_up(
        &self,
        instance: &InstanceName,
        administrator: &ReadyCredential,
        username: &Username,
    ) -> Result<LookedUp, AskError> {
        jira::look_up(self.with_accounts(instance)?, administrator, username).await
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
        group::members(self.with_accounts(instance)?, administrator, group, start).await
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
        let (upstream, asker) = (self.upstream(instance)?, named.asker());
        let minted = match upstream.product {
            Product::Jira | Product::Confluence => {
                native_token::mint(upstream, asker, name, days).await
            }
            Product::Bitbucket => access_token::mint(upstream, asker, name, days).await,
        };
        match minted {
            Err(MintError::Unasked(AskError::Nobody)) => Err(MintError::Nobody),
            minted => minted,
        }
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
        let said = self.who_is(instance, Asker::Credential(session)).await?;
        Ok(said.is_some_and(|username| username == *owner))
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
        let (upstream, asker) = (self.upstream(instance)?, named.asker());
        match upstream.product {
            Product::Jira | Product::Confluence => native_token::list(upstream, asker).await,
            Product::Bitbucket => access_token::list(upstream, asker).await,
        }
    }

    /// Deletes a native token of whoever `asker` is. One that is gone already is no error.
    pub async fn delete_native_token(
        &self,
        instance: &InstanceName,
        asker: Asker<'_>,
        id: &str,
    ) -> Result<(), AskError> {
        let named = self.named(instance, asker)?;
        let (upstream, asker) = (self.upstream(instance)?, named.asker());
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(AskError::Nonsense("the id of a native token is none"));
        }
        match upstream.product {
            Product::Jira | Product::Confluence => native_token::delete(upstream, asker, id).await,
            Product::Bitbucket => access_token::delete(upstream, asker, id).await,
        }
    }
}

/// Who asks, by the name that the product has for him; `None`: nobody.
pub(super) async fn who_is(
    upstream: &Upstream,
    asker: Asker<'_>,
) -> Result<Option<Username>, AskError> {
    let answer = send(upstream, asker, Verb::Get, question(upstream.product), &[]).await?;
    caller(upstream.product, asker, &answer)
}

/// Who asked, by the answer to [`question`].
pub(super) fn caller(
    product: Product,
    asker: Asker<'_>,
    answer: &Answer,
) -> Result<Option<Username>, AskError> {
    match product {
        Product::Jira => jira::caller(answer, asker),
        Product::Confluence => confluence::caller(answer, asker),
        Product::Bitbucket => bitbucket::caller(answer, asker),
    }
}
