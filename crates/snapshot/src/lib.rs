//! What a decision reads, kept fresh and published.
//!
//! Three structures, each for its own pace: *policy* is small and swapped whole; *people* change
//! one by one, their rights computed when they or the policy change; *tokens* stand in one map
//! for all threads, found by digest, and a token's state is an atomic, so that a revocation is
//! one store that every request sees, also those that hold the entry already.
//!
//! Deliberately does not know: how requests look, what is decided (`gatepass-policy`), where
//! people come from, or what to do with upstream credentials: it passes these on to a
//! [`CredentialSink`].
//!
//! Start at [`Snapshot`], what requests read; [`Follower`] keeps it fresh.

mod age;
mod entry;
mod follower;
mod intern;
mod limits;
mod person;
mod policy;
mod published;
mod sink;
mod tokens;
mod writer;

pub use age::Condition;
pub use entry::TokenEntry;
pub use follower::{FollowError, Follower};
pub use limits::{InUse, LimitsLeft, Sharing, Subjects};
pub use person::{PersonCell, PersonGuard};
pub use policy::{PolicyGuard, PublishedPolicy};
pub use published::{Settings, Snapshot};
pub use sink::{CredentialSink, NoSink};
