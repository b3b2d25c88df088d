//! The nouns of Gatepass and what must always hold for them.
//!
//! Knows: tokens and their states, grants, people, policies, instances, operations, canonical
//! targets, the reasons for a refusal, sign-in sessions, audit events, where a gate is reached, time. Deliberately
//! does not know: I/O, async, serialisation, SQL, HTTP libraries, or any secret's bytes (those are
//! the vault's).
//!
//! Start at [`token`] for what is issued, [`policy`] for what people may do, [`target`] and
//! [`operation`] for what a request is, [`refusal`] for how it ends when it may not pass.

pub mod audit;
pub mod credential;
pub mod door;
pub mod grant;
pub mod id;
pub mod instance;
pub mod limits;
pub mod name;
pub mod network;
pub mod operation;
pub mod pattern;
pub mod person;
pub mod policy;
pub mod refusal;
pub mod session;
pub mod target;
pub mod time;
pub mod token;
pub mod usernames;

pub use audit::{Actor, AuditEvent};
pub use credential::{CredentialKind, CredentialSet};
pub use door::{ListenAddress, PeerSet, Peers};
pub use grant::{Access, Grant, RequiredHeader};
pub use id::TokenId;
pub use instance::{IdentityMethod, Instance, Product};
pub use limits::{ByteCount, LimitName, Limits, Rate};
pub use name::{DirectoryName, InstanceName, InvalidName, PersonKey, Username};
pub use network::Network;
pub use operation::{Effect, Family, Method, MethodSet, Operation, PasswordDoor};
pub use pattern::Pattern;
pub use person::{KnownPerson, Person, ProductRank};
pub use policy::{
    Bounds, Exemption, InstancePolicy, Mode, Modes, NativeTokenPage, PolicyDocument, Rule, Say,
};
pub use refusal::{Bucket, ComeAgain, Reason, Refusal};
pub use session::{Session, SessionId, SignedInBy};
pub use target::{CanonicalTarget, Segments, TargetError};
pub use time::{Clock, Expiry, Lifetime, Timestamp};
pub use token::{IllegalMove, RowMac, SecretDigest, Token, TokenState};
pub use usernames::{Usernames, UsernamesProblem};
