//! Instances: installations of a product behind the gate.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::name::{DirectoryName, InstanceName, PersonKey, Username};
use crate::usernames::Usernames;

/// What stands behind an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// Jira Software, Jira Core, Jira Service Management; Server or Data Center.
    Jira,
    /// Confluence Server or Data Center.
    Confluence,
    /// Bitbucket Server or Data Center.
    Bitbucket,
}

impl Product {
    /// All of them, in the order in which tables are indexed.
    pub const ALL: [Self; 3] = [Self::Jira, Self::Confluence, Self::Bitbucket];

    /// As configured: `jira`, `confluence`, `bitbucket`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Confluence => "confluence",
            Self::Bitbucket => "bitbucket",
        }
    }

    /// As people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jira => "Jira",
            Self::Confluence => "Confluence",
            Self::Bitbucket => "Bitbucket",
        }
    }

    /// Its place in [`Product::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl FromStr for Product {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|product| product.as_str() == text).ok_or(())
    }
}

impl fmt::Display for Product {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A way in which the gate becomes a token's owner at an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdentityMethod {
    /// The owner's own native token, sealed in the store.
    NativeToken,
    /// The same, made without him by an application link wherever he has none.
    Impersonation,
    /// A header that an authenticator in the product trusts.
    TrustedHeader,
    /// One account of the product for everybody; the owner is known to the gate only.
    ServiceAccount,
}

impl IdentityMethod {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::NativeToken, Self::Impersonation, Self::TrustedHeader, Self::ServiceAccount];

    /// As configured: `native-token`, `impersonation`, `trusted-header`, `service-account`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NativeToken => "native-token",
            Self::Impersonation => "impersonation",
            Self::TrustedHeader => "trusted-header",
            Self::ServiceAccount => "service-account",
        }
    }
}

impl FromStr for IdentityMethod {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or(())
    }
}

impl fmt::Display for IdentityMethod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What every room needs to know of an instance. Addresses and time-outs are the gate's and
/// stand in its own settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// As configured, unique.
    pub name: InstanceName,
    /// What stands there.
    pub product: Product,
    /// Where its people come from.
    pub directory: DirectoryName,
    /// The path of its base URL without a final slash: empty or `/jira`.
    pub context_path: String,
    /// What it calls them.
    pub usernames: Usernames,
}

impl Instance {
    /// What it calls a person. `None`: he is not of its directory, or has no name there.
    pub fn username_of<'n>(&'n self, person: &'n PersonKey) -> Option<Cow<'n, Username>> {
        if person.directory != self.directory {
            return None;
        }
        self.usernames.at_instance(&person.username)
    }

    /// Whom it calls so; `None`: nobody of its directory.
    pub fn person_called(&self, user: &Username) -> Option<PersonKey> {
        let username = self.usernames.in_directory(user)?.into_owned();
        Some(PersonKey { directory: self.directory.clone(), username })
    }
}
