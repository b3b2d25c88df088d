//! Who a person is (directories), and how the gate becomes that person upstream.
//!
//! Knows: the file of people and when it changed; how LDAP is asked about people;
//! how a person signs in at an OpenID provider; which credential stands for an owner at an
//! instance, and whether the product was seen to take it for somebody else; how to ask a product
//! for whom it takes a credential. Deliberately does not know: whether a request may pass, and how
//! it goes up; the gate takes a [`ReadyCredential`] from here and sends it itself.
//!
//! Start at [`Wallet::become_owner`], which every request with a token passes, then
//! [`FileDirectory`] and [`Prover`].

mod asserter;
mod credential;
mod directory;
mod link;
mod prober;
mod product;
mod prover;
mod secret_file;
mod session_keeper;
mod wallet;

pub use asserter::{Asserter, SharedAssertionKey};
pub use credential::{ExpectedUser, ReadyCredential, UnusableSecret};
pub use directory::{
    ClaimNames, DirectoryError, DirectoryState, Examined, FileDirectory, FileWatcher,
    GroupAttributes, InactiveSignal, LdapDesk, LdapKind, LdapProblem, LdapServer, LdapSettings,
    OpenIdAnswer, OpenIdAttempt, OpenIdDesk, OpenIdExamined, OpenIdPerson, OpenIdProblem,
    OpenIdSettings, PeopleAttributes, PeopleMistake, Sample, UnusableLdap, UnusableOpenId,
    parse_people,
};
pub use link::{ApplicationLink, LinkKey, LinkKeyError, NoKey};
pub use prober::{PROBE_EVERY, probe_once, run_probes};
pub use product::{
    Account, AskError, Asker, GroupMember, GroupPage, LookedUp, MintError, MintedToken,
    NativeTokenInfo, ProductDesk, SessionError,
};
pub use prover::{ProofError, Prover, Upstream};
pub use secret_file::{
    SecretFileError, bind_password, client_secret, service_password, service_token,
};
pub use session_keeper::{SessionCare, SessionKeeper};
pub use wallet::{IdentityProblem, InstanceIdentity, Surprised, Unreadable, Wallet};
