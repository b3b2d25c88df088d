//! Which credential stands for an owner at an instance. In memory, and read without a lock.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use gatepass_model::{DirectoryName, IdentityMethod, InstanceName, PersonKey, Usernames};

use crate::credential::ReadyCredential;
use crate::session_keeper::SessionAsker;

mod loading;

pub use loading::Unreadable;

/// How the gate becomes owners at one instance.
#[derive(Debug)]
pub struct InstanceIdentity {
    /// Whose people may be owners there.
    pub directory: DirectoryName,
    /// What the product calls them.
    pub usernames: Usernames,
    /// The ways, in the order to try.
    pub methods: Vec<IdentityMethod>,
    /// The account for [`IdentityMethod::ServiceAccount`].
    pub service_account: Option<ReadyCredential>,
    /// The name of the header for [`IdentityMethod::TrustedHeader`].
    pub trusted_header: Option<String>,
    /// Whether [`IdentityMethod::Impersonation`] means a session, for a server that knows no native
    /// tokens.
    pub has_sessions: bool,
}

/// Why the gate can't become an owner. Prints what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityProblem {
    /// There is no such instance.
    #[error("there is no instance {0}")]
    UnknownInstance(InstanceName),
    /// The owner is of another directory than the instance's people. Equal names there are other
    /// people.
    #[error("{owner} is not of the directory of {instance}")]
    OtherDirectory {
        /// Who.
        owner: PersonKey,
        /// Where.
        instance: InstanceName,
    },
    /// The product has no name for him, or it is another person's.
    #[error(
        "{instance} has no username for {owner}; see username_suffix and usernames in the configuration"
    )]
    Nameless {
        /// Who.
        owner: PersonKey,
        /// Where.
        instance: InstanceName,
    },
    /// There is no session for him, or none that still counts: see [`Wallet::open_session`].
    #[error("there is no session for {owner} at {instance}")]
    NoSession {
        /// Who.
        owner: PersonKey,
        /// Where.
        instance: InstanceName,
    },
    /// No way has what it needs.
    #[error("there is no credential for {owner} at {instance}; add one with gatepass credential add --owner {} --instance {instance}", owner.username)]
    NoCredential {
        /// Who.
        owner: PersonKey,
        /// Where.
        instance: InstanceName,
    },
    /// The product took the credential for somebody else, and no probe has found it right since.
    #[error(
        "{instance} takes the credential of {owner} for somebody else, or for nobody; it was revoked, or is another's"
    )]
    Surprised {
        /// Who.
        owner: PersonKey,
        /// Where.
        instance: InstanceName,
    },
}

/// A credential that a product took for somebody else.
#[derive(Clone, Debug)]
pub struct Surprised {
    /// Where.
    pub instance: InstanceName,
    /// The owner whose it is; `None`: the service account.
    pub owner: Option<PersonKey>,
    /// Which.
    pub credential: Arc<ReadyCredential>,
}

#[derive(Debug)]
struct Drawer {
    identity: Identity,
    native: papaya::HashMap<PersonKey, Arc<ReadyCredential>, foldhash::fast::RandomState>,
    /// By a header that the product trusts: made when an owner first comes.
    trusted: papaya::HashMap<PersonKey, Arc<ReadyCredential>, foldhash::fast::RandomState>,
    /// By an application link; nowhere else than here.
    sessions: papaya::HashMap<PersonKey, Arc<ReadyCredential>, foldhash::fast::RandomState>,
}

/// How an owner is become.
enum Way {
    By(Arc<ReadyCredential>),
    /// By a session, and there is none yet.
    SessionToOpen,
}

#[derive(Debug)]
struct Identity {
    directory: DirectoryName,
    usernames: Usernames,
    methods: Vec<IdentityMethod>,
    service_account: Option<Arc<ReadyCredential>>,
    trusted_header: Option<String>,
    has_sessions: bool,
}

impl Drawer {
    /// What ended is as good as never opened.
    fn by_session(&self, owner: &PersonKey) -> Way {
        let found = self.sessions.pin().get(owner).cloned();
        found.filter(|session| !session.is_surprised()).map_or(Way::SessionToOpen, |session| {
            session.note_use();
            Way::By(session)
        })
    }

    fn by_header(&self, owner: &PersonKey) -> Option<Arc<ReadyCredential>> {
        let header = self.identity.trusted_header.as_deref()?;
        let trusted = self.trusted.pin();
        if let Some(found) = trusted.get(owner) {
            return Some(Arc::clone(found));
        }
        let user = self.identity.usernames.at_instance(&owner.username)?.into_owned();
        let made = ReadyCredential::trusted_header(header, user).ok()?;
        // Of two threads that make it at once one is kept, so that a surprise is seen by both.
        Some(Arc::clone(trusted.get_or_insert(owner.clone(), Arc::new(made))))
    }
}

/// All upstream credentials, ready to use. Shared between all threads; changes are seen by the
/// next request.
#[derive(Debug)]
pub struct Wallet {
    drawers: HashMap<InstanceName, Drawer, foldhash::fast::RandomState>,
    keeper: OnceLock<SessionAsker>,
}

impl Wallet {
    /// Without any native token yet: see [`Wallet::load_all`].
    pub fn new(instances: impl IntoIterator<Item = (InstanceName, InstanceIdentity)>) -> Self {
        let drawer = |identity: InstanceIdentity| Drawer {
            identity: Identity {
                directory: identity.directory,
                usernames: identity.usernames,
                methods: identity.methods,
                service_account: identity.service_account.map(Arc::new),
                trusted_header: identity.trusted_header,
                has_sessions: identity.has_sessions,
            },
            native: papaya::HashMap::default(),
            trusted: papaya::HashMap::default(),
            sessions: papaya::HashMap::default(),
        };
        let drawers = instances.into_iter().map(|(name, identity)| (name, drawer(identity)));
        Self { drawers: drawers.collect(), keeper: OnceLock::new() }
    }

    /// What to send up for `owner`: by the first way, in the configured order, that has what it
    /// needs for him. When that one surprised, no other is tried: a service account in its place
    /// would be somebody else. Without a session where one is the way, one must be opened first.
    pub fn become_owner(
        &self,
        instance: &InstanceName,
        owner: &PersonKey,
    ) -> Result<Arc<ReadyCredential>, IdentityProblem> {
        let Some(drawer) = self.drawers.get(instance) else {
            return Err(IdentityProblem::UnknownInstance(instance.clone()));
        };
        let (owner_is, instance_is) = (|| owner.clone(), || instance.clone());
        if drawer.identity.directory != owner.directory {
            return Err(IdentityProblem::OtherDirectory {
                owner: owner_is(),
                instance: instance_is(),
            });
        }
        // Nor is he somebody else there, a service account least of all.
        let usernames = &drawer.identity.usernames;
        if !usernames.are_equal() && usernames.at_instance(&owner.username).is_none() {
            return Err(IdentityProblem::Nameless { owner: owner_is(), instance: instance_is() });
        }
        let by = |method: &IdentityMethod| match method {
            IdentityMethod::Impersonation if drawer.identity.has_sessions => {
                Some(drawer.by_session(owner))
            }
            IdentityMethod::NativeToken | IdentityMethod::Impersonation => {
                drawer.native.pin().get(owner).cloned().map(Way::By)
            }
            IdentityMethod::TrustedHeader => drawer.by_header(owner).map(Way::By),
            IdentityMethod::ServiceAccount => drawer.identity.service_account.clone().map(Way::By),
        };
        match drawer.identity.methods.iter().find_map(by) {
            None => {
                Err(IdentityProblem::NoCredential { owner: owner_is(), instance: instance_is() })
            }
            Some(Way::SessionToOpen) => {
                Err(IdentityProblem::NoSession { owner: owner_is(), instance: instance_is() })
            }
            Some(Way::By(found)) if found.is_surprised() => {
                Err(IdentityProblem::Surprised { owner: owner_is(), instance: instance_is() })
            }
            Some(Way::By(found)) => Ok(found),
        }
    }

    /// Has a session opened for `owner`, and waits for it: so long as the product takes to answer
    /// two calls. Not for the usual request: whoever comes after it finds the session.
    pub async fn open_session(
        &self,
        instance: &InstanceName,
        owner: &PersonKey,
    ) -> Result<Arc<ReadyCredential>, String> {
        match self.keeper.get() {
            Some(keeper) => keeper.ask(instance, owner).await,
            None => Err("nothing opens sessions here".to_owned()),
        }
    }

    /// From now on sessions are asked for there. Only the first counts.
    pub(crate) fn set_keeper(&self, keeper: SessionAsker) {
        let _ = self.keeper.set(keeper);
    }

    /// Puts a session in the place of the one before.
    pub(crate) fn put_session(
        &self,
        owner: PersonKey,
        instance: &InstanceName,
        session: Arc<ReadyCredential>,
    ) {
        if let Some(drawer) = self.drawers.get(instance) {
            drawer.sessions.pin().insert(owner, session);
        }
    }

    /// The session of `owner`, surprised or not.
    pub(crate) fn session(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
    ) -> Option<Arc<ReadyCredential>> {
        self.drawers.get(instance)?.sessions.pin().get(owner).cloned()
    }

    /// Forgets a session, unless another has taken its place.
    pub(crate) fn remove_session(
        &self,
        owner: &PersonKey,
        instance: &InstanceName,
        session: &Arc<ReadyCredential>,
    ) {
        if let Some(drawer) = self.drawers.get(instance) {
            let is_it = |_: &PersonKey, kept: &Arc<ReadyCredential>| Arc::ptr_eq(kept, session);
            let _ = drawer.sessions.pin().remove_if(owner, is_it);
        }
    }

    /// All sessions.
    pub(crate) fn sessions(&self) -> Vec<(InstanceName, PersonKey, Arc<ReadyCredential>)> {
        let mut all = Vec::new();
        for (instance, drawer) in &self.drawers {
            let sessions = drawer.sessions.pin();
            let named =
                sessions.iter().map(|(owner, session)| (owner.clone(), Arc::clone(session)));
            all.extend(named.map(|(owner, session)| (instance.clone(), owner, session)));
        }
        all
    }

    /// The native token of `owner`, surprised or not.
    pub fn find(&self, owner: &PersonKey, instance: &InstanceName) -> Option<Arc<ReadyCredential>> {
        self.drawers.get(instance)?.native.pin().get(owner).cloned()
    }

    /// Those that must be asked about again.
    pub fn surprised(&self) -> Vec<Surprised> {
        let mut all = Vec::new();
        for (instance, drawer) in &self.drawers {
            let mut look = |owner: Option<&PersonKey>, credential: &Arc<ReadyCredential>| {
                if credential.is_surprised() {
                    all.push(Surprised {
                        instance: instance.clone(),
                        owner: owner.cloned(),
                        credential: credential.clone(),
                    });
                }
            };
            if let Some(account) = &drawer.identity.service_account {
                look(None, account);
            }
            for (owner, credential) in &drawer.native.pin() {
                look(Some(owner), credential);
            }
            for (owner, credential) in &drawer.trusted.pin() {
                look(Some(owner), credential);
            }
        }
        all
    }

    /// How many credentials of each instance are refused for now, for metrics.
    pub fn count_surprised(&self) -> Vec<(InstanceName, usize)> {
        let count = |drawer: &Drawer| {
            let (native, trusted) = (drawer.native.pin(), drawer.trusted.pin());
            let account = drawer.identity.service_account.iter();
            let all = native.values().chain(trusted.values()).chain(account);
            all.filter(|credential| credential.is_surprised()).count()
        };
        self.drawers.iter().map(|(name, drawer)| (name.clone(), count(drawer))).collect()
    }
}
