//! What is kept, in the words of the use cases.
//!
//! Knows: tokens, policy, upstream credentials, the audit record, the change feed that running
//! gates follow, the nodes, people as products said last, who is signed in. Deliberately does not know: any secret (it keeps digests and sealed
//! bytes), who may do what, or what a row's MAC says; those are the vault's and the control's.
//!
//! Every change (other MACs and seals of the same content are none) writes its audit line, chained to the one before by a seal that it is given, and
//! takes its [`Revision`] in its own transaction, and is on disk before its answer comes. Start at [`Store`] and [`open`]. To add a method: say in the
//! trait what it means and how it fails, add a story to the contract suite in `tests/it`, then
//! write one text of SQL for all databases in `src/sql/queries`.

pub mod activity;
mod address;
mod audit;
mod codec;
mod copy;
mod credential;
mod error;
mod feed;
mod key;
mod node;
mod person;
mod policy;
mod search;
mod session;
mod sql;
mod token;
mod transfer;

use std::pin::Pin;
use std::sync::Arc;

pub use audit::{AuditEntry, AuditLog, AuditPage, AuditRecord, AuditStretch, LinkedLine};
pub use codec::{SYSTEM_PARTS, name_key, search_text};
pub use copy::{backup, copy};
pub use credential::{Credentials, FormerCredential, UpstreamCredential, UpstreamKind};
pub use error::{Corruption, StoreError};
pub use feed::{Change, ChangeFeed, Changed, Changes, KEPT_CHANGES, Loaded, Revision, Watch};
pub use key::{KeysNamed, NewestAuditKey};
pub use node::{NODE_SILENCE, Node, NodeId, Nodes};
pub use person::{KnownPeople, PeopleFilter};
pub use policy::{Policies, StoredPolicy};
pub use search::{
    Candidate, Candidates, EndFilter, FoundPage, InstanceFilter, SortKey, StateCounts, TokenSearch,
    TokenTexts, TokensFound,
};
pub use session::{Digest, Leases, Sessions, TicketKind, Tickets};
pub use sql::postgres::PostgresStore;
pub use sql::sqlite::SqliteStore;
pub use token::{NewMac, StoredToken, TokenFilter, TokenList, TokenPage, Tokens};
pub use transfer::Copied;

use gatepass_model::Timestamp;

/// What a method of the store gives: a future that ends within [`StoreOptions::patience`] twice
/// over when the store can't be reached. Dropping it while writing leaves open whether the
/// change stands.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// All that the store does. Shared as `Arc<dyn Store>`.
pub trait Store:
    Tokens
    + Policies
    + Credentials
    + KnownPeople
    + Sessions
    + Tickets
    + Leases
    + AuditLog
    + ChangeFeed
    + Nodes
{
    /// Whether nothing was ever done here: no token, no credential, no line of audit. Only
    /// beside such a store may a new key file be made.
    fn is_pristine(&self) -> Answer<'_, bool>;

    /// With which newest keys rows were written. Reads all of them once, in the database.
    fn keys_named(&self) -> Answer<'_, KeysNamed>;

    /// Closes its connections once what runs has ended.
    fn close(&self) -> Answer<'_, ()>;
}

/// How a commit is made to last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// On disk (`fdatasync`) before the answer comes.
    #[default]
    Full,
    /// For tests only: the one that must be seen to fail with it, and those that fill a store.
    /// No configuration leads here.
    Off,
}

/// How to open a store.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// How a commit is made to last.
    pub durability: Durability,
    /// How long to wait for a connection, and again for a lock that another process holds.
    pub patience: std::time::Duration,
    /// Whether changes are announced by PostgreSQL and listened for. They are found without it
    /// too, half a second later.
    pub notifications: bool,
}

impl Default for StoreOptions {
    /// Durable; 2 s; with announcements.
    fn default() -> Self {
        let patience = std::time::Duration::from_secs(2);
        Self { durability: Durability::Full, patience, notifications: true }
    }
}

/// Opens the store at `url`, makes it where there is none, and brings its tables up to date.
/// `now` dates what a new store begins with.
///
/// `url` is `sqlite:<path>`; or, for a database that exists, `postgres://user:password@host/database`
/// (or `postgresql:`), with `?host=/folder` for a socket and `sslmode=` as `libpq` has it; with
/// `verify-full`, `sslrootcert=` names the file of one's own CA.
///
/// Several may do so at once, also in several processes. `TooNew` when a newer Gatepass was
/// here before.
pub async fn open(
    url: &str,
    options: StoreOptions,
    now: Timestamp,
) -> Result<Arc<dyn Store>, StoreError> {
    if sql::postgres::is_address(url) {
        return Ok(Arc::new(PostgresStore::open(url, options, now).await?));
    }
    Ok(Arc::new(SqliteStore::open(url, options, now).await?))
}
