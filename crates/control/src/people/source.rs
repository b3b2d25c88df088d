//! Which directories are asked about people, and who says it there.

use gatepass_identity::{LdapDesk, OpenIdDesk, ProductDesk, ReadyCredential};
use gatepass_model::{DirectoryName, InstanceName, Lifetime, Product};

use crate::control::{Control, KnownInstance};

/// A directory that is asked about people. What it said last is in the store.
#[derive(Debug)]
pub struct AskedDirectory {
    /// What it is called.
    pub name: DirectoryName,
    /// Who says it.
    pub source: PeopleSource,
    /// After this time somebody is asked about again.
    pub refresh: Lifetime,
    /// How long somebody is believed whom nobody confirms.
    pub stale_limit: Lifetime,
    /// Most people a second who are asked about in the background. At least 1.
    pub per_second: u32,
}

/// Who says who somebody is.
#[derive(Debug)]
pub enum PeopleSource {
    /// A product.
    Product(ProductDirectory),
    /// An LDAP server.
    Ldap(Box<LdapDirectory>),
    /// An OpenID provider, of whoever signs in there.
    OpenId(Box<OpenIdDirectory>),
}

/// A product that says it.
#[derive(Debug)]
pub struct ProductDirectory {
    /// The instance that says who somebody is.
    pub instance: InstanceName,
    /// An administrator's there, with which everybody can be asked about.
    pub lookup: Option<ReadyCredential>,
}

/// An LDAP server that says it. It is asked about everybody.
#[derive(Debug)]
pub struct LdapDirectory {
    /// Asks it.
    pub desk: LdapDesk,
    /// The instance that people sign in by, which tells what they may do there if it is a Jira; `None`:
    /// each Jira of the directory.
    pub instance: Option<InstanceName>,
}

/// An OpenID provider that says it, once with each sign-in. It can't be asked about anybody.
#[derive(Debug)]
pub struct OpenIdDirectory {
    /// Lets people sign in there.
    pub desk: OpenIdDesk,
    /// The Jira that tells what people may do there; `None`: the only one of the directory.
    pub instance: Option<InstanceName>,
}

/// Where directories are asked about people.
#[derive(Debug)]
pub struct Products {
    /// Asks products.
    pub desk: ProductDesk,
    /// The directories that are asked.
    pub directories: Vec<AskedDirectory>,
}

impl Products {
    /// None: all people are in memory.
    pub fn none() -> Self {
        Self { desk: ProductDesk::new([]), directories: Vec::new() }
    }
}

impl AskedDirectory {
    /// Who is asked, in a word for people: the instance, or the directory itself.
    pub(crate) fn called(&self) -> &str {
        match &self.source {
            PeopleSource::Product(product) => product.instance.as_str(),
            PeopleSource::Ldap(_) | PeopleSource::OpenId(_) => self.name.as_str(),
        }
    }

    /// The OpenID provider that it is.
    pub(crate) fn provider(&self) -> Option<&OpenIdDesk> {
        match &self.source {
            PeopleSource::OpenId(provider) => Some(&provider.desk),
            PeopleSource::Product(_) | PeopleSource::Ldap(_) => None,
        }
    }

    /// The look-up credential of a product whose groups can be listed.
    pub(super) fn lists_groups(&self) -> Option<(&InstanceName, &ReadyCredential)> {
        match &self.source {
            PeopleSource::Product(product) => Some((&product.instance, product.lookup.as_ref()?)),
            // A look-up costs it less than a list of members, of which nested groups take several.
            PeopleSource::Ldap(_) | PeopleSource::OpenId(_) => None,
        }
    }

    /// Whether a key of somebody, as it was stored, was told by who says it now: one of another kind
    /// is never the same, also where the person is.
    pub(super) fn may_have_told(&self, native_key: &str) -> bool {
        match &self.source {
            PeopleSource::Product(_) => {
                let others = [LdapDesk::KEY_PREFIX, OpenIdDesk::KEY_PREFIX];
                !others.iter().any(|prefix| native_key.starts_with(prefix))
            }
            PeopleSource::OpenId(provider) => native_key.starts_with(&provider.desk.key_prefix()),
            PeopleSource::Ldap(ldap) => {
                ldap.desk.key_prefix().is_some_and(|prefix| native_key.starts_with(&prefix))
            }
        }
    }
}

impl Control {
    /// Whether people sign in to the console by the session that they have at this instance. Whoever
    /// can give himself a name there can be anybody of the directory, so it is the one that says who
    /// people are, or one that the configuration names; where LDAP says it and none is named, each Jira.
    pub(crate) fn signs_in(&self, directory: &AskedDirectory, instance: &InstanceName) -> bool {
        match &directory.source {
            PeopleSource::Product(product) => product.instance == *instance,
            PeopleSource::Ldap(ldap) => match &ldap.instance {
                Some(named) => named == instance,
                None => self.products.desk.has_accounts(instance),
            },
            // They sign in at the provider.
            PeopleSource::OpenId(_) => false,
        }
    }

    /// The instance that tells what people of this directory may do there. Of several Jiras none
    /// speaks for the others: then nobody's rank is known.
    pub(crate) fn tells_rank<'a>(&'a self, asked: &'a AskedDirectory) -> Option<&'a InstanceName> {
        let named = match &asked.source {
            PeopleSource::Product(product) => return Some(&product.instance),
            PeopleSource::Ldap(ldap) => &ldap.instance,
            PeopleSource::OpenId(provider) => &provider.instance,
        };
        let of_directory = |known: &&KnownInstance| {
            known.instance.directory == asked.name && known.instance.product == Product::Jira
        };
        let mut jiras = self.instances.iter().filter(of_directory);
        match (named, jiras.next(), jiras.next()) {
            (Some(named), _, _) => Some(named).filter(|one| self.products.desk.has_accounts(one)),
            (None, Some(only), None) => Some(&only.instance.name),
            (None, _, _) => None,
        }
    }
}
