//! Sign-in sessions of the console, and what is good once.

use gatepass_model::{PersonKey, Session, SessionId, Timestamp};

use crate::{Answer, AuditEntry, NodeId};

/// SHA-256 of something random that a browser presents.
pub type Digest = [u8; 32];

/// Sessions, in the words of the use cases. They are not copied with a store.
pub trait Sessions: Send + Sync {
    /// Adds a session, and forgets those that ended before it began. `Conflict` when the digest
    /// or the id is there already.
    fn begin_session<'a>(
        &'a self,
        digest: &'a Digest,
        session: &'a Session,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()>;

    /// The session that goes with what a browser presents, whether or not it is still alive.
    fn find_session<'a>(&'a self, digest: &'a Digest) -> Answer<'a, Option<Session>>;

    /// Notes that it is used. It may have ended meanwhile.
    fn touch_session<'a>(&'a self, digest: &'a Digest, seen_at: Timestamp) -> Answer<'a, ()>;

    /// Notes that the person has proved anew who he is. `NotFound` when it has ended.
    fn prove_session<'a>(
        &'a self,
        digest: &'a Digest,
        proved_at: Timestamp,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()>;

    /// A person's sessions, the newest first.
    fn list_sessions<'a>(&'a self, person: &'a PersonKey) -> Answer<'a, Vec<Session>>;

    /// Ends one of a person's sessions. `NotFound` when it is not his, or not there.
    fn end_session<'a>(
        &'a self,
        person: &'a PersonKey,
        id: SessionId,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()>;

    /// Ends all of a person's sessions but one. The answer is how many.
    fn end_other_sessions<'a>(
        &'a self,
        person: &'a PersonKey,
        but: Option<SessionId>,
        audit: &'a AuditEntry,
    ) -> Answer<'a, u64>;
}

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// A code that a sign-in ends with.
    SignIn,
    /// A sign-in at an OpenID provider that has come back; it does so once.
    Provider,
    /// A form that was sent.
    Form,
    /// A secret that is to be shown once.
    Secret,
    /// The link that makes the first administrator.
    Bootstrap,
    /// What somebody typed, while he had to go elsewhere.
    Draft,
}

impl TicketKind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Provider => "provider",
            Self::Form => "form",
            Self::Secret => "secret",
            Self::Bootstrap => "bootstrap",
            Self::Draft => "draft",
        }
    }
}

/// Tickets: good once, or for a short time. The store keeps what stands in them as it is; whoever
/// puts a secret there seals it.
pub trait Tickets: Send + Sync {
    /// Puts one, and forgets some that have ended at `now`. `Conflict` when there is one of this
    /// kind and digest that has not ended.
    fn put_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        content: &'a [u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Answer<'a, ()>;

    /// What stands in one that has not ended.
    fn find_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        now: Timestamp,
    ) -> Answer<'a, Option<Vec<u8>>>;

    /// The same, and takes it away: of several at once, one gets it.
    fn take_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        now: Timestamp,
    ) -> Answer<'a, Option<Vec<u8>>>;

    /// Writes into one that is there. `NotFound` when there is none.
    fn fill_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        content: &'a [u8],
    ) -> Answer<'a, ()>;
}

/// Who does what only one node should.
pub trait Leases: Send + Sync {
    /// Takes the lease of this name until `until`, or keeps it, if nobody else has it at `now`.
    /// Whether it is `holder`'s now.
    fn take_lease<'a>(
        &'a self,
        name: &'a str,
        holder: NodeId,
        until: Timestamp,
        now: Timestamp,
    ) -> Answer<'a, bool>;
}
