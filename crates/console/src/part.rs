//! What several views are made of.

use std::fmt;
use std::net::IpAddr;

use gatepass_model::{
    Grant, InstanceName, PersonKey, Product, Reason, Timestamp, TokenId, TokenState,
};

/// Somebody, as pages name him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Directory and username.
    pub key: PersonKey,
    /// What people call him; the username where the directory no longer knows him.
    pub display_name: String,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doer {
    /// Somebody signed in.
    Person(Who),
    /// A system user on the command line.
    CommandLine(String),
    /// A part of Gatepass itself.
    System(String),
}

/// An instance, as pages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As configured.
    pub name: InstanceName,
    /// What stands there.
    pub product: Product,
    /// `Jira`, or `Jira emea` where there are several.
    pub title: String,
}

/// When, where, from where and with what something was used last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// Where, as people call the instance.
    pub place: String,
    /// From which address.
    pub address: IpAddr,
    /// With which user agent; may be empty.
    pub agent: String,
}

/// What a token may do, with what its sentence needs beside the grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantFacts {
    /// The grant.
    pub grant: Grant,
    /// The instances that it comes to, as people call them; empty: none.
    pub places: Vec<String>,
    /// Whom it acts as.
    pub owner: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Refusals of the last seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedLately {
    /// How many.
    pub count: u64,
    /// The most frequent reason.
    pub reason: Reason,
}

/// Why the gate can't act as a person at an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityTrouble {
    /// There is no native token of his.
    Missing,
    /// The product refuses the one there is.
    Refused,
    /// The one there is works until its end, and no other can be made.
    NotRenewed,
}

/// An instance at which the gate can't act as the owner. Mended by `POST
/// /upstream/{instance}/mend` (fields `csrf`, `form_id`, `back`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProblem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub trouble: IdentityTrouble,
    /// Whether who is looking may mend it: it is his own.
    pub can_mend: bool,
}

/// What can be done to a token that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenAction {
    /// A new secret.
    Rotate,
    /// Stop it for now.
    Suspend,
    /// Let it work again.
    Resume,
    /// End it for good.
    Revoke,
}

impl TokenAction {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Rotate, Self::Suspend, Self::Resume, Self::Revoke];

    /// As paths and the field `action` write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
        }
    }

    /// From a path or a field.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

/// A token in a list of what is about to happen, or has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBrief {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts as.
    pub owner: Who,
    /// Where it is in its life.
    pub state: TokenState,
    /// When it was used last.
    pub last_use: Option<LastUse>,
}

/// A token that policy would no longer let be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonComplying {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts as.
    pub owner: Who,
    /// What it doesn't keep to.
    pub broken: Vec<crate::fault::PolicyFault>,
}

/// The tokens that policy would no longer let be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NonCompliance {
    /// How many there are.
    pub count: u64,
    /// The first of them; pages show what they get.
    pub tokens: Vec<NonComplying>,
}

/// What happened to the thing that a line of a policy's changes is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiffSign {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
}

/// One change of the policy, in the words of the policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What happened.
    pub sign: DiffSign,
    /// To what, and how.
    pub text: String,
}

/// A secret that a page is to show. Prints nothing of itself by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownSecret(String);

impl ShownSecret {
    /// To be shown once.
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The whole of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ShownSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ShownSecret(…)")
    }
}
