//! What a product is asked about people: who somebody is, his groups, his native tokens.
//!
//! Who somebody is, his native tokens and his sessions are asked of all three, each in its own words
//! ([`jira`], [`confluence`], [`bitbucket`]); groups and ranks of a Jira only, so far. What comes back
//! is checked against what it must be, and taken as not answered where it is anything else: a look-up
//! that failed never says that somebody is gone, nor that he may more.

mod access_token;
mod bitbucket;
mod call;
mod claimed;
mod confluence;
mod desk;
mod group;
mod jira;
mod native_token;
mod session;

use gatepass_http_client::ClientError;
use gatepass_model::{InstanceName, Person, ProductRank, Username};

use crate::credential::ReadyCredential;
use crate::link::ApplicationLink;

pub use desk::ProductDesk;
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
    /// There is no such instance, or its product can't be asked that.
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
    /// By the application link, it took the call for nobody's: it does not know the name.
    #[error("it takes the call of the application link for nobody's")]
    Nobody,
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
